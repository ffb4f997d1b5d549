//! What this device keeps, in IndexedDB.
//!
//! `outbox` holds what is to be sent, `draft` each lifter's workout under way, `kept` what was last seen of the lifter's own
//! things, so that the gym's cellar is no hindrance. Signing out empties `kept` and nothing else.

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Waiting } from './outbox.svelte.ts';

interface Stores extends DBSchema {
  outbox: { key: string; value: Waiting };
  draft: { key: string; value: unknown };
  kept: { key: string; value: unknown };
}

let opened: Promise<IDBPDatabase<Stores>> | undefined;

export function database(): Promise<IDBPDatabase<Stores>> {
  opened ??= openDB<Stores>('repduel', 1, {
    upgrade(db) {
      db.createObjectStore('outbox', { keyPath: 'id' });
      db.createObjectStore('draft');
      db.createObjectStore('kept');
    },
    // Another tab has a newer release: it must not wait for us.
    blocking: (_from, _to, event) => {
      (event.target as IDBDatabase).close();
      opened = undefined;
    },
    terminated: () => (opened = undefined),
  });
  // What failed once may go well the next time.
  opened.catch(() => (opened = undefined));
  return opened;
}

/** Kept for when there is no network. A device that keeps nothing (private mode) is no error. */
export async function keep(key: string, value: unknown): Promise<void> {
  try {
    await (await database()).put('kept', value, key);
  } catch {
    // Shown all the same; next time it is asked for again.
  }
}

export async function recall<Value>(key: string): Promise<Value | undefined> {
  try {
    return (await (await database()).get('kept', key)) as Value | undefined;
  } catch {
    return undefined;
  }
}

export async function forgetAll(): Promise<void> {
  try {
    await (await database()).clear('kept');
  } catch {
    // There was nothing.
  }
}

let lifter = '';

/** Whose things are kept from now on: nobody else is shown them. */
export function keepFor(userId: string) {
  lifter = userId;
}

/** How long the network may take where something was kept. */
const PATIENCE = 4000;

/** What the network gives, kept; without it, or while it hangs, what was kept last. */
export async function freshOrKept<Value>(name: string, load: () => Promise<Value>): Promise<Value> {
  const [mine, key] = [lifter, `${lifter} ${name}`];
  const fresh = load().then((value) => {
    // Whoever has signed out meanwhile leaves nothing behind.
    if (mine === lifter) void keep(key, value);
    return value;
  });
  // Where what was kept was quicker, nobody waits for its failure any more.
  fresh.catch(() => undefined);
  const late = new Promise<'late'>((resolve) => setTimeout(resolve, PATIENCE, 'late'));
  try {
    const first = await Promise.race([fresh, late]);
    if (first !== 'late') return first;
    return (await recall<Value>(key)) ?? (await fresh);
  } catch (error) {
    const kept = await recall<Value>(key);
    if (kept === undefined) throw error;
    return kept;
  }
}
