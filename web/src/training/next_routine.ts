//! What to train next: of one's own routines the one that was done longest ago.

import { api, ask, type Schemas } from '../api/client.ts';
import { session } from '../api/session.svelte.ts';
import { freshOrKept } from '../outbox/database.ts';

export interface Next {
  routine: Schemas['RoutineRead'];
  /** When it was done last. */
  last: string | null;
}

export async function nextRoutine(): Promise<Next | null> {
  const me = session.me;
  if (!me) return null;
  const workouts = () =>
    ask(
      api.GET('/api/v1/users/{user_id}/workouts', { params: { path: { user_id: me.id }, query: { limit: 50 } } }),
    ).then((page) => page.items);
  const [routines, done] = await Promise.all([
    freshOrKept('routines', () => ask(api.GET('/api/v1/routines'))),
    freshOrKept('workouts', workouts),
  ]);
  const last = (routine: Schemas['RoutineRead']) =>
    done.find((one) => one.routine_id === routine.id)?.completed_at ?? null;
  const own = routines.filter((one) => one.user_id);
  // Without one's own, those of everybody that one has begun with.
  const among = own.length > 0 ? own : routines.filter((one) => last(one));
  const found = among.map((routine) => ({ routine, last: last(routine) }));
  return found.toSorted((a, b) => (a.last ?? '').localeCompare(b.last ?? ''))[0] ?? null;
}
