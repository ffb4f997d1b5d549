//! The tokens of a session. The access token lives in memory alone; the refresh token in a cookie that no script can
//! read. All that is kept in localStorage is that there was a session, so that a newcomer's first page asks for nothing.

import type { components } from './schema.d.ts';

export type Token = components['schemas']['Token'];

const KNOWN = 'was-signed-in';

let access: { token: string; until: number } | null = null;
let refreshing: Promise<string | null> | null = null;
let ended = () => {};
let replaced = () => {};
/** Whose this tab is: the first token's, until somebody signs in here. */
let owner: string | undefined;

/** Calls `then` when the server no longer knows the session. */
export function onEnded(then: () => void) {
  ended = then;
}

/** Calls `then` when the cookie has become somebody else's: another tab signed in. */
export function onReplaced(then: () => void) {
  replaced = then;
}

export const wasSignedIn = () => localStorage.getItem(KNOWN) !== null;

/** A token that holds for a while yet; null when nobody is signed in or the network is away. */
export async function accessToken(): Promise<string | null> {
  if (access && access.until > Date.now()) return access.token;
  if (!wasSignedIn()) return null;
  refreshing ??= refresh().finally(() => (refreshing = null));
  return refreshing;
}

// One tab after the other: the cookie changes with each refresh.
async function refresh(): Promise<string | null> {
  return navigator.locks.request('refresh', async () => {
    try {
      const answer = await fetch('/api/v1/auth/refresh', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ grant: 'cookie' }),
      });
      if (answer.ok) {
        const token = (await answer.json()) as Token;
        // What is typed here is not the other's.
        if (!owner || ownerOf(token.access_token) === owner) return take(token);
        replaced();
      }
      if (answer.status === 401 || answer.status === 403) {
        forget();
        ended();
      }
    } catch {
      // No network: whoever was here still is.
    }
    return null;
  });
}

export function take(token: Token): string {
  owner = ownerOf(token.access_token);
  access = { token: token.access_token, until: Date.now() + (token.expires_in - 20) * 1000 };
  localStorage.setItem(KNOWN, '1');
  return token.access_token;
}

export function forget() {
  access = null;
  localStorage.removeItem(KNOWN);
}

/** Whether this tab is still that lifter's: an answer may come after the sign-out. */
export const isHere = (userId: string) => wasSignedIn() && userId === owner;

/** The access token was not taken: perhaps it was ended, perhaps this clock is wrong. Only a refused refresh is an end. */
export function renew() {
  access = null;
  void accessToken();
}

/** Whose token it is: another window may have signed in somebody else. */
export function ownerOf(token: string): string | undefined {
  try {
    const claims = token.split('.')[1]?.replace(/-/g, '+').replace(/_/g, '/') ?? '';
    return (JSON.parse(atob(claims)) as { sub?: string }).sub;
  } catch {
    return undefined;
  }
}
