//! What a page asks first of all, asked while the page's own code is still on its way: one journey less until it is whole.
//!
//! Part of the first code that runs (start.ts). Only for strangers: a session's token takes a journey of its own.

import { wasSignedIn } from './api/tokens.ts';

const asked = new Map<string, Promise<Response>>();

/** As pages/Board.svelte asks by itself; what it asks in other words, it asks again. */
export function askEarly(path: string, query: string) {
  const board = /^\/boards\/([\w-]+)$/.exec(path)?.[1];
  if (!board || query || wasSignedIn()) return;
  for (const address of [`/api/v1/boards/${board}?limit=100&around=51`, '/api/v1/boards']) {
    const answer = fetch(address);
    // Whoever takes it learns why it did not come.
    answer.catch(() => undefined);
    asked.set(address, answer);
  }
}

/** The answer to a request that was made early, once: whoever asks again wants to know how it is now. */
export function takeEarly(request: Request): Promise<Response> | undefined {
  const { pathname, search } = new URL(request.url);
  const answer = asked.get(pathname + search);
  asked.delete(pathname + search);
  return request.method === 'GET' && !request.headers.has('authorization') ? answer : undefined;
}
