//! The workout under way. Every tap is kept in IndexedDB before anything else, so that a killed tab loses nothing.

import { database } from '../outbox/database.ts';
import { post, type Waiting } from '../outbox/outbox.svelte.ts';
import { release } from '../release.svelte.ts';
import type { Schemas } from '../api/client.ts';
import { session } from '../api/session.svelte.ts';
import { t } from '../i18n/index.svelte.ts';
import { say } from '../notices.svelte.ts';

export type Kind = Schemas['SetKind'];

export interface DraftSet {
  /** The client's own id, unique for ever: however often it is sent, it is stored once. */
  id: string;
  kg: number | null;
  reps: number | null;
  kind: Kind;
  rpe?: number | null;
  doneAt?: string;
}

export interface DraftItem {
  key: string;
  exerciseId: string;
  superset?: number | null;
  restSeconds?: number | null;
  note?: string | null;
  equipment?: Schemas['Equipment'];
  sets: DraftSet[];
}

export interface Draft {
  id: string;
  startedAt: string;
  routineId?: string | null;
  title?: string;
  note?: string;
  items: DraftItem[];
  restEndsAt?: number | null;
}

export const draft = $state({ now: null as Draft | null, isLoaded: false });

export const newSet = (kg: number | null, reps: number | null, kind: Kind = 'normal'): DraftSet => ({
  id: crypto.randomUUID(),
  kg,
  reps,
  kind,
});

/** One for each lifter of this device. */
const key = () => session.me?.id ?? '';
const channel = new BroadcastChannel('draft');
// Another tab of the same device goes on with the same workout.
channel.onmessage = () => void loadDraft();

export async function loadDraft() {
  try {
    draft.now = ((await (await database()).get('draft', key())) as Draft | undefined) ?? null;
  } catch {
    draft.now = null;
  }
  draft.isLoaded = true;
  release.isBusy = draft.now !== null;
}

let writing: Promise<unknown> = Promise.resolve();

/** Keeps the draft as it is now; resolves when it is on the disk. A failure is told, and stops no later one. */
export function saveDraft(): Promise<unknown> {
  const now = draft.now ? ($state.snapshot(draft.now) as Draft) : null;
  const mine = key();
  writing = writing
    .then(async () => {
      const db = await database();
      if (now) await db.put('draft', now, mine);
      else await db.delete('draft', mine);
      channel.postMessage(null);
    })
    .catch(() => say(t('draft.unsaved'), true));
  return writing;
}

export async function startDraft(
  items: DraftItem[],
  about: { routineId?: string | null; title?: string } = {},
  replaced: Draft | null = null,
) {
  if (!session.me) throw new Error('nobody is signed in');
  // Pressed twice, it is begun once.
  if (draft.now && draft.now !== replaced) return;
  draft.now = {
    id: crypto.randomUUID(),
    startedAt: new Date().toISOString(),
    items,
    ...about,
  };
  release.isBusy = true;
  await saveDraft();
}

export async function discardDraft() {
  draft.now = null;
  release.isBusy = false;
  await saveDraft();
}

/** As the server wants it: the sets that were done, in the order in which they were. */
export function toWorkout(now: Draft): Schemas['WorkoutCreate'] {
  const done = now.items.flatMap((item) =>
    item.sets.filter((set) => set.doneAt && (set.reps ?? 0) > 0).map((set) => ({ item, set })),
  );
  done.sort((a, b) => (a.set.doneAt ?? '').localeCompare(b.set.doneAt ?? ''));
  return {
    completed_at: new Date().toISOString(),
    // A day is the most that the server takes: one that was begun on Monday may be finished on Wednesday.
    minutes: Math.min(1440, Math.max(1, Math.round((Date.now() - Date.parse(now.startedAt)) / 60_000))),
    ...(now.title ? { title: now.title } : {}),
    ...(now.note ? { note: now.note } : {}),
    ...(now.routineId ? { routine_id: now.routineId } : {}),
    sets: done.map(({ item, set }) => ({
      id: set.id,
      exercise_id: item.exerciseId,
      weight_kg: Math.min(1000, Math.max(0, set.kg ?? 0)),
      reps: Math.min(1000, Math.max(1, Math.trunc(set.reps ?? 1))),
      kind: set.kind,
      equipment: item.equipment ?? 'raw',
      ...(set.rpe ? { rpe: set.rpe } : {}),
      ...(item.restSeconds ? { rest_seconds: item.restSeconds } : {}),
    })),
  };
}

/** Hands the workout to the outbox, which forgets the draft in the same moment. */
export async function finishDraft(): Promise<Waiting | null> {
  const now = draft.now;
  if (!now) return null;
  await writing;
  const waiting = await post(toWorkout(now), { id: now.id, endsDraft: true });
  draft.now = null;
  release.isBusy = false;
  channel.postMessage(null);
  return waiting;
}
