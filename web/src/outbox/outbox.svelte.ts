//! Writes that must not be lost.
//!
//! A write is stored before it is sent, with ids of its own, and leaves only when the server has acknowledged it. Whether
//! the network is away, the tab is killed or the session has expired: it waits. It may be sent twice; the ids make it one.
//! A refusal that no waiting mends (a weight that cannot be) is shown to the lifter with its reason, to be changed or dropped.

import { api, ask, type Schemas } from '../api/client.ts';
import { Refusal } from '../api/problem.ts';
import { session } from '../api/session.svelte.ts';
import { accessToken, ownerOf } from '../api/tokens.ts';
import { corrected, isWrong } from '../clock.ts';
import { database } from './database.ts';

type NewWorkout = Schemas['WorkoutCreate'];
export type Summary = Schemas['WorkoutSummary'];

/** A workout, or a single lift as a workout of one set, that the server has not acknowledged. */
export interface Waiting {
  id: string;
  /** Whose it is: nobody else's session sends it. */
  userId: string;
  at: string;
  workout: NewWorkout;
  /** Why the server does not take it. */
  refused?: string;
  /** Its time was this device's, whose clock is wrong. */
  isCorrected?: boolean;
}

export const outbox = $state({ waiting: [] as Waiting[], isSending: false, cannotKeep: false });

/** Those of whoever is signed in: on a shared device nobody sees another's. */
export const mine = () => outbox.waiting.filter((one) => one.userId === session.me?.id);

type Listener = (waiting: Waiting, summary: Summary) => void;
const listeners = new Set<Listener>();

/** Tells of each acknowledged write with the server's answer. */
export function onSent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const channel = new BroadcastChannel('outbox');
channel.onmessage = () => void reload();

async function reload() {
  const all = await (await database()).getAll('outbox');
  outbox.waiting = all.sort((a, b) => a.at.localeCompare(b.at));
}

/**
 * Keeps a workout and sends it as soon as it may be. Resolves when it is on the disk. `endsDraft`: the workout under way
 * is this one, and goes in the same moment; killed in between, it would be offered again.
 */
export async function post(
  workout: NewWorkout,
  { id = crypto.randomUUID() as string, endsDraft = false } = {},
): Promise<Waiting> {
  if (!session.me) throw new Error('nobody is signed in');
  const waiting: Waiting = {
    id,
    userId: session.me.id,
    at: workout.completed_at ?? new Date().toISOString(),
    workout: $state.snapshot(workout) as NewWorkout,
  };
  const kept = (await database()).transaction(['outbox', 'draft'], 'readwrite', { durability: 'strict' });
  void kept.objectStore('outbox').put(waiting);
  if (endsDraft) void kept.objectStore('draft').delete(session.me.id);
  await kept.done;
  // Without it, a browser short of space may forget what waits.
  void askToKeep();
  await changed();
  void send();
  return waiting;
}

export async function drop(id: string) {
  await (await database()).delete('outbox', id);
  await changed();
}

/** Tries a refused one again, changed or not. */
export async function retry(waiting: Waiting, workout: NewWorkout = waiting.workout) {
  const { refused: _, ...rest } = $state.snapshot(waiting) as Waiting;
  await (await database()).put('outbox', { ...rest, workout: $state.snapshot(workout) as NewWorkout });
  await changed();
  void send();
}

async function changed() {
  await reload();
  channel.postMessage(null);
}

let pause = 1000;
let timer: ReturnType<typeof setTimeout> | undefined;
let isQueued = false;

/** Sends what waits, one tab at a time, the oldest first. What comes meanwhile has its turn afterwards. */
export async function send(): Promise<void> {
  clearTimeout(timer);
  if (isQueued) return;
  isQueued = true;
  await navigator.locks.request('outbox', async () => {
    isQueued = false;
    outbox.isSending = true;
    try {
      await reload();
      for (const waiting of mine()) {
        if (waiting.refused || session.state !== 'member') continue;
        if (!(await sendOne(waiting))) return;
      }
      pause = 1000;
    } finally {
      outbox.isSending = false;
    }
  });
}

function later(): false {
  clearTimeout(timer);
  timer = setTimeout(() => void send(), pause + Math.random() * 500);
  pause = Math.min(pause * 2, 60_000);
  return false;
}

/** False when the rest had better wait. */
async function sendOne(waiting: Waiting): Promise<boolean> {
  const db = await database();
  const token = await accessToken();
  // The cookie is the browser's: another window may have signed in somebody else.
  if (!token || ownerOf(token) !== waiting.userId) return session.state === 'member' ? later() : false;
  try {
    const summary = await ask(
      api.POST('/api/v1/workouts', {
        body: waiting.workout,
        params: { header: { 'Idempotency-Key': waiting.id } },
        // One that hangs must not hold up all others for ever.
        signal: AbortSignal.timeout(30_000),
      }),
    );
    await db.delete('outbox', waiting.id);
    await changed();
    listeners.forEach((listener) => listener(waiting, summary));
    return true;
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(0);
    if (refusal.status === 401 || refusal.isPassing) return later();
    const mended = mend(waiting, refusal);
    if (mended) await db.put('outbox', mended);
    else {
      const reasons = Object.values(refusal.fields);
      await db.put('outbox', { ...plain(waiting), refused: reasons.join(' ') || refusal.message });
    }
    await changed();
    return mended ? later() : true;
  }
}

const plain = (waiting: Waiting) => $state.snapshot(waiting) as Waiting;

/** What need not bother the lifter: a routine that is gone, a clock that runs ahead. */
function mend(waiting: Waiting, refusal: Refusal): Waiting | null {
  const { workout, ...rest } = plain(waiting);
  if (workout.routine_id && /routine/i.test(refusal.detail)) {
    const { routine_id: _, ...without } = workout;
    return { ...rest, workout: without };
  }
  if (refusal.fields.completed_at && isWrong() && workout.completed_at && !waiting.isCorrected) {
    return { ...rest, isCorrected: true, workout: { ...workout, completed_at: corrected(workout.completed_at) } };
  }
  return null;
}

async function askToKeep() {
  const isKept = (await navigator.storage?.persist?.().catch(() => false)) ?? false;
  outbox.cannotKeep = !isKept && isIos() && !matchMedia('(display-mode: standalone)').matches;
}

/** Safari forgets a page's storage after a week unless it is installed. */
function isIos(): boolean {
  return (
    /iP(hone|ad|od)/.test(navigator.userAgent) || (navigator.userAgent.includes('Mac') && navigator.maxTouchPoints > 1)
  );
}

/** Watches for whatever may let it go on. */
export function startOutbox() {
  void reload().then(
    () => {
      if (outbox.waiting.length > 0) void askToKeep();
      return send();
    },
    () => undefined,
  );
  addEventListener('online', () => {
    pause = 1000;
    void send();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void send();
  });
}
