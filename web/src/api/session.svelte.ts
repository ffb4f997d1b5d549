//! Who is signed in.

import { forgetAll, keep, keepFor, recall } from '../outbox/database.ts';
import { api, ask, type Schemas } from './client.ts';
import { accessToken, forget, onEnded, ownerOf, take, wasSignedIn, type Token } from './tokens.ts';

export type User = Schemas['UserRead'];

/**
 * `expired`: the server wants the password again; what is kept here waits for it. `away`: there was a session, but neither
 * the network nor this device knows whose.
 */
type State = 'unknown' | 'guest' | 'member' | 'expired' | 'away';

export const session = $state({ state: 'unknown' as State, me: null as User | null });

/** Finds out who is here: at once for a newcomer, from what is kept where there is no network. */
export function startSession() {
  onEnded(() => (session.state = session.me ? 'expired' : 'guest'));
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
  become(me);
  void keep('me', $state.snapshot(me));
}

/** Ends the session here and at the server. What waits to be sent stays for the next login. */
export async function signOut() {
  await api.POST('/api/v1/auth/logout', { body: null }).catch(() => undefined);
  forget();
  keepFor('');
  Object.assign(session, { state: 'guest', me: null });
  await forgetAll();
}
