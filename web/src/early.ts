//! What a page asks first of all, asked while the page's own code is still on its way: one journey less until it is whole.
//!
//! Part of the first code that runs (start.ts). Only for strangers: a session's token takes a journey of its own.

import type { Schemas } from './api/client.ts';
import { wasSignedIn } from './api/tokens.ts';

const asked = new Map<string, Promise<Response>>();

/** As pages/Board.svelte and pages/home/TopTen.svelte ask by themselves; what they ask in other words, they ask again. */
export function askEarly(path: string, query: string) {
  if (query || wasSignedIn()) return;
  const board = /^\/boards\/([\w-]+)$/.exec(path)?.[1];
  if (board) {
    ask(`/api/v1/boards/${board}?limit=100&around=51`);
    ask('/api/v1/boards');
  }
  if (path === '/') {
    // Where boards are for members, a stranger is not to be refused.
    const open = ask('/api/v1/site').then(async (answer) => {
      const site = (await answer.clone().json()) as Schemas['Site'];
      if (!site.boards_are_public) throw new TypeError('boards are for members');
    });
    ask('/api/v1/boards/energy?limit=10', open);
  }
}

function ask(address: string, first: Promise<unknown> = Promise.resolve()) {
  const answer = first.then(() => fetch(address));
  asked.set(address, answer);
  // What nobody took in time is old. Whoever takes it learns why it did not come.
  const forget = () => setTimeout(() => asked.delete(address), 5_000);
  answer.then(forget, forget);
  return answer;
}

/** The answer to a request that was made early, once: whoever asks again wants to know how it is now. */
export function takeEarly(request: Request): Promise<Response> | undefined {
  const { pathname, search } = new URL(request.url);
  const answer = asked.get(pathname + search);
  asked.delete(pathname + search);
  return request.method === 'GET' && !request.headers.has('authorization') ? answer : undefined;
}
