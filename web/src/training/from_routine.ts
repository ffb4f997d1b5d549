//! A workout from a routine: as many sets as it says, prefilled with the last time's weights, or with what the routine
//! aims at.

import { api, ask, type Schemas } from '../api/client.ts';
import { session } from '../api/session.svelte.ts';
import { exercises, type Exercise } from '../exercises.svelte.ts';
import { freshOrKept } from '../outbox/database.ts';
import { unit } from '../settings.svelte.ts';
import { fromKg, toKg } from '../strength/units.ts';
import { newSet, startDraft, type Draft, type DraftItem } from './draft.svelte.ts';
import { gym } from './gym.svelte.ts';
import { lastSets, pastWorkouts, type PastSet } from './past.ts';
import { loadable } from './plates.ts';

type Item = Schemas['ScenarioSet'];

/** `replaced`: the workout under way that it takes the place of. */
export async function startRoutine(routine: Schemas['RoutineRead'] | null, replaced: Draft | null = null) {
  const past = await pastWorkouts();
  const maxima = routine?.scenarios.some((item) => item.percent) ? await estimatedMaxima() : {};
  const all = await exercises().catch(() => new Map<string, Exercise>());
  const items = (routine?.scenarios ?? []).map((item) =>
    fromItem(item, lastSets(past, item.scenario_id), maxima, isOnBar(all.get(item.scenario_id))),
  );
  await startDraft(items, routine ? { routineId: routine.id, title: routine.name } : {}, replaced);
}

/** The best estimated singles, by exercise. */
async function estimatedMaxima(): Promise<Record<string, number>> {
  const me = session.me;
  if (!me) return {};
  const records = await freshOrKept('records', () =>
    ask(api.GET('/api/v1/users/{user_id}/records', { params: { path: { user_id: me.id } } })),
  ).catch(() => []);
  return Object.fromEntries(
    records.flatMap((one) => (one.estimated ? [[one.exercise_id, one.estimated.one_rep_max_kg]] : [])),
  );
}

function fromItem(item: Item, before: PastSet[], maxima: Record<string, number>, onBar: boolean): DraftItem {
  const most = maxima[item.scenario_id];
  const ofMaximum = item.percent && most ? rounded((most * item.percent) / 100, onBar) : null;
  const sets = Array.from({ length: Math.max(1, item.sets) }, (_, at) => {
    const last = before[at] ?? before.at(-1);
    return newSet(ofMaximum ?? item.weight_kg ?? last?.weight_kg ?? null, item.reps || last?.reps || null);
  });
  return {
    key: crypto.randomUUID(),
    exerciseId: item.scenario_id,
    superset: item.superset ?? null,
    restSeconds: item.rest_seconds ?? null,
    note: item.note ?? null,
    sets,
  };
}

const isOnBar = (exercise?: Exercise) =>
  exercise?.load === 'total' && exercise.equipment.some((one) => one.startsWith('barbell'));

/** To what the bar and its plates can make; of a dumbbell or a machine to a half. */
function rounded(kg: number, onBar: boolean): number {
  const wanted = fromKg(kg, unit());
  return toKg(onBar ? loadable(wanted, gym()) : Math.round(wanted * 2) / 2, unit());
}

/** An exercise added during a workout: as last time, or one empty set. */
export async function itemOf(exerciseId: string): Promise<DraftItem> {
  const before = lastSets(await pastWorkouts(), exerciseId);
  const sets =
    before.length > 0 ? before.slice(0, 10).map((set) => newSet(set.weight_kg, set.reps)) : [newSet(null, null)];
  return { key: crypto.randomUUID(), exerciseId, sets };
}
