//! Who is signed in.

import { forgetAll, keep, keepFor, recall } from '../outbox/database.ts';
import { api, ask, type Schemas } from './client.ts';
import { accessToken, forget, isHere, onEnded, onReplaced, ownerOf, take, wasSignedIn, type Token } from './tokens.ts';

export type User = Schemas['UserRead'];

/**
 * `expired`: the server wants the password again; what is kept here waits for it. `away`: there was a session, but neither
 * the network nor this device knows whose.
 */
type State = 'unknown' | 'guest' | 'member' | 'expired' | 'away';

export const session = $state({ state: 'unknown' as State, me: null as User | null });

/** A sign-out that the server has not heard of yet. */
const OWED = 'owes-sign-out';
/** Other tabs of this browser. */
let tabs: BroadcastChannel | undefined;

/** Finds out who is here: at once for a newcomer, from what is kept where there is no network. */
export function startSession() {
  onEnded(() => (session.state = session.me ? 'expired' : 'guest'));
  onReplaced(() => location.reload());
  tabs = new BroadcastChannel('session');
  tabs.onmessage = leave;
  addEventListener('online', () => void payOwed());
  void payOwed();
  if (!wasSignedIn()) {
    session.state = 'guest';
    return;
  }
  void (async () => {
    const kept = await recall<User>('me');
    if (kept) become(kept);
    const token = await accessToken();
    // Another window signed in somebody else.
    if (token && kept && ownerOf(token) !== kept.id) Object.assign(session, { state: 'unknown', me: null });
    if (token) await loadMe().catch(() => undefined);
    if (session.state === 'unknown') session.state = wasSignedIn() ? 'away' : 'guest';
  })();
}

/** After a login: the tokens, then who it is. */
export async function signIn(token: Token) {
  take(token);
  session.me = null;
  await loadMe();
}

export async function loadMe() {
  setMe(await ask(api.GET('/api/v1/users/me')));
}

function become(me: User) {
  session.me = me;
  session.state = 'member';
  keepFor(me.id);
}

export function setMe(me: User) {
  if (!isHere(me.id)) return;
  become(me);
  void keep('me', $state.snapshot(me));
}

/** Ends the session in every tab, and at the server as soon as it answers. What waits to be sent stays for the next login. */
export async function signOut() {
  localStorage.setItem(OWED, '1');
  await tellServer();
  leave();
  tabs?.postMessage('signed out');
  await forgetAll();
}

function leave() {
  forget();
  keepFor('');
  Object.assign(session, { state: 'guest', me: null });
}

async function tellServer() {
  const answer = await api
    .POST('/api/v1/auth/logout', { body: null, signal: AbortSignal.timeout(10_000) })
    .catch(() => null);
  // 401: it knows of no session.
  if (answer?.response.ok || answer?.response.status === 401) localStorage.removeItem(OWED);
}

/** The cookie says whose session it is; a login since then has replaced it. */
async function payOwed() {
  if (!localStorage.getItem(OWED)) return;
  if (wasSignedIn()) localStorage.removeItem(OWED);
  else await tellServer();
}
