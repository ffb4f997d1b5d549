//! What can be lifted: the catalogue and the lifter's own exercises, kept for the cellar.

import { api, ask, type Schemas } from './api/client.ts';
import { session } from './api/session.svelte.ts';
import { language } from './i18n/index.svelte.ts';
import { freshOrKept } from './outbox/database.ts';

type Details = Schemas['ScenarioDetails'];

export interface Exercise extends Pick<
  Details,
  'id' | 'name' | 'description' | 'standard' | 'is_bodyweight' | 'is_ranked' | 'load' | 'multiplier' | 'equipment'
> {
  primary_muscles: string[];
  secondary_muscles: string[];
  isOwn: boolean;
  /** The name in the catalogue's own language, by which it is found too. */
  original: string;
}

interface Translation {
  name: string;
  description: string;
  standard: string;
}

let catalogue: Promise<Map<string, Exercise>> | undefined;
let knownFor: string | undefined;

/** All of them by id. */
export function exercises(): Promise<Map<string, Exercise>> {
  const key = `${session.me?.id} ${language()}`;
  if (!catalogue || knownFor !== key) {
    knownFor = key;
    catalogue = load().catch((error) => {
      catalogue = undefined;
      throw error;
    });
  }
  return catalogue;
}

/** After one of one's own was made or renamed. */
export function forgetExercises() {
  catalogue = undefined;
}

async function load(): Promise<Map<string, Exercise>> {
  const [all, own, names] = await Promise.all([
    freshOrKept('exercises', () => ask(api.GET('/api/v1/exercises'))),
    session.me ? freshOrKept('own-exercises', () => ask(api.GET('/api/v1/exercises/own'))).catch(() => []) : [],
    translations(),
  ]);
  const listed = all.map((one): Exercise => ({
    ...one,
    ...(names[one.id] ?? { name: one.name }),
    isOwn: false,
    original: one.name,
  }));
  const made = own.map((one): Exercise => ({
    ...one,
    original: one.name,
    description: null,
    standard: '',
    is_ranked: false,
    load: one.is_bodyweight ? 'added_to_body' : 'total',
    multiplier: null,
    equipment: [],
    primary_muscles: [],
    secondary_muscles: [],
    isOwn: true,
  }));
  return new Map([...made, ...listed].map((one) => [one.id, one]));
}

/** Whether a set of it may have no weight: nothing hung on, nothing helped. */
export const mayBeZero = (exercise: Exercise) => exercise.load === 'added_to_body' || exercise.load === 'assistance';

async function translations(): Promise<Record<string, Translation>> {
  if (language() !== 'de') return {};
  return (await import('./i18n/exercises.de.json')).default as Record<string, Translation>;
}

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Those that hold every word of `text`; names that begin with it first, ranked ones before others. */
export function search(all: Exercise[], text: string): Exercise[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  if (words.length === 0) return all;
  const scored = all.flatMap((one) => {
    const name = plain(one.name);
    const hay = `${name} ${plain(one.original)} ${one.primary_muscles.join(' ')} ${one.equipment.join(' ')}`;
    if (!words.every((word) => hay.includes(word))) return [];
    const begins = name.startsWith(words[0] ?? '') ? 2 : name.includes(words[0] ?? '') ? 1 : 0;
    return [{ one, score: begins * 2 + Number(one.is_ranked) }];
  });
  return scored.toSorted((a, b) => b.score - a.score || a.one.name.localeCompare(b.one.name)).map(({ one }) => one);
}
