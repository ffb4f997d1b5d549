//! How one gets from page to page.

import { tick, type Component } from 'svelte';
import { pageAt, type Page } from './pages.ts';

/** Where we are. */
export const place = $state({
  path: location.pathname,
  params: {} as Record<string, string>,
  query: new URLSearchParams(location.search),
  page: null as Component | null,
  isForMembers: false,
  /** A page's code could not be fetched. */
  failed: false,
});

let wanted = 0;

async function show(url: URL, top: boolean) {
  const mine = ++wanted;
  const { path, params, isForMembers, load } = pageAt(url.pathname);
  let page: Page | null = null;
  try {
    page = await load();
  } catch {
    // Without a network, or a release that is gone: the shell says so.
  }
  if (mine !== wanted) return;
  Object.assign(place, {
    isForMembers,
    path,
    params,
    query: url.searchParams,
    page: page?.default ?? null,
    failed: page === null,
  });
  await tick();
  if (top) scrollTo(0, 0);
}

/** Goes to a path of ours. `replace`: the way back leads past this place. */
export function go(to: string, { replace = false } = {}) {
  const url = new URL(to, location.href);
  history[replace ? 'replaceState' : 'pushState'](null, '', url);
  return show(url, !replace);
}

/** Changes what stands behind the question mark, without a step back. */
export function setQuery(query: URLSearchParams) {
  const text = query.toString();
  history.replaceState(null, '', text ? `?${text}` : location.pathname);
  place.query = new URLSearchParams(text);
}

function onClick(event: MouseEvent) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (/^\/(api|static)\//.test(link.pathname)) return;
  event.preventDefault();
  if (link.hash && link.pathname === location.pathname) {
    document.getElementById(link.hash.slice(1))?.focus();
    return;
  }
  void go(link.href).then(() => document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true }));
}

/** Follows links and the browser's own buttons from now on. */
export function startRouter() {
  document.addEventListener('click', onClick);
  addEventListener('popstate', () => void show(new URL(location.href), false));
  void show(new URL(location.href), false);
}
