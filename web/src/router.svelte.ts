//! Which page a URL means, and how one gets there. A page is loaded when it is first wanted.

import { parse } from 'regexparam';
import { tick, type Component } from 'svelte';

type Page = { default: Component };
type Load = () => Promise<Page>;

/** `true`: only for whoever is signed in. */
const PAGES: [path: string, load: Load, isForMembers?: true][] = [
  ['/', () => import('./pages/Home.svelte')],
  ['/boards', () => import('./pages/Boards.svelte')],
  ['/boards/:board', () => import('./pages/Board.svelte')],
  ['/lift', () => import('./pages/Lift.svelte'), true],
  ['/train', () => import('./pages/Train.svelte'), true],
  ['/train/workout', () => import('./pages/Workout.svelte'), true],
  ['/train/routines/:id', () => import('./pages/Routine.svelte'), true],
  ['/train/shared/:code', () => import('./pages/SharedRoutine.svelte')],
  ['/u/:name', () => import('./pages/Profile.svelte'), true],
  ['/history', () => import('./pages/History.svelte'), true],
  ['/history/:id', () => import('./pages/HistoryWorkout.svelte'), true],
  ['/exercises', () => import('./pages/Exercises.svelte')],
  ['/exercises/:id', () => import('./pages/Exercise.svelte')],
  ['/quests', () => import('./pages/Quests.svelte'), true],
  ['/feed', () => import('./pages/Feed.svelte'), true],
  ['/people', () => import('./pages/People.svelte'), true],
  ['/guilds', () => import('./pages/Guilds.svelte'), true],
  ['/guilds/:id', () => import('./pages/Guild.svelte'), true],
  ['/settings', () => import('./pages/Settings.svelte'), true],
  ['/moderation', () => import('./pages/Moderation.svelte'), true],
  ['/register', () => import('./pages/account/Register.svelte')],
  ['/welcome', () => import('./pages/account/Welcome.svelte'), true],
  ['/login', () => import('./pages/account/Login.svelte')],
  ['/forgot', () => import('./pages/account/Forgot.svelte')],
  // As the program's mails write them, and in short.
  ['/reset-password', () => import('./pages/account/Reset.svelte')],
  ['/verify-email', () => import('./pages/account/Verify.svelte')],
  ['/verify', () => import('./pages/account/Verify.svelte')],
];

const routes = PAGES.map(([path, load, isForMembers]) => ({
  ...parse(path),
  load,
  isForMembers: isForMembers ?? false,
}));
const missing: Load = () => import('./pages/NotFound.svelte');

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
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/+$/, '') : url.pathname;
  const route = routes.find((route) => route.pattern.test(path));
  const found = route?.pattern.exec(path);
  const params = Object.fromEntries((route?.keys ?? []).map((key, at) => [key, decode(found?.[at + 1] ?? '')]));
  let page: Page | null = null;
  try {
    page = await (route?.load ?? missing)();
  } catch {
    // Without a network, or a release that is gone: the shell says so.
  }
  if (mine !== wanted) return;
  const isForMembers = route?.isForMembers ?? false;
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

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
