//! What was lifted lately: what the next set is prefilled with.

import { api, ask, type Schemas } from '../api/client.ts';
import { session } from '../api/session.svelte.ts';
import { freshOrKept } from '../outbox/database.ts';
import { outbox } from '../outbox/outbox.svelte.ts';

type Workout = Schemas['WorkoutRead'];
export type PastSet = Pick<Schemas['SetRead'], 'exercise_id' | 'weight_kg' | 'reps' | 'kind' | 'rpe'>;

/** The newest workouts of the lifter, the newest first; what waits to be sent is among them. */
export async function pastWorkouts(): Promise<{ completed_at: string; title: string; sets: PastSet[] }[]> {
  const me = session.me;
  if (!me) return [];
  const load = async () => {
    const query = { params: { path: { user_id: me.id }, query: { limit: 50 } } };
    return (await ask(api.GET('/api/v1/users/{user_id}/workouts', query))).items;
  };
  const sent: Workout[] = await freshOrKept('workouts', load).catch(() => []);
  const waiting = outbox.waiting
    .filter((one) => one.userId === me.id)
    .map((one) => ({
      completed_at: one.at,
      title: one.workout.title ?? '',
      sets: one.workout.sets.flatMap((set) =>
        // Equal sets come back as one of so many times.
        [{ ...set, weight_kg: set.weight_kg ?? 0, kind: set.kind ?? 'normal' }],
      ),
    }));
  const all = [...waiting, ...sent.map((one) => ({ ...one, sets: one.sets.flatMap(unfold) }))];
  return all.toSorted((a, b) => b.completed_at.localeCompare(a.completed_at));
}

function unfold(set: Schemas['SetRead']): PastSet[] {
  return Array.from({ length: Math.max(1, set.times) }, () => set);
}

/** The working sets of the last time that this exercise was done. */
export function lastSets(past: { sets: PastSet[] }[], exerciseId: string): PastSet[] {
  for (const { sets } of past) {
    const working = sets.filter((set) => set.exercise_id === exerciseId && set.kind !== 'warm_up');
    if (working.length > 0) return working;
  }
  return [];
}

/** The exercises done lately, the newest first. */
export function recentExercises(past: { sets: PastSet[] }[], most = 8): string[] {
  return [...new Set(past.flatMap(({ sets }) => sets.map((set) => set.exercise_id)))].slice(0, most);
}
