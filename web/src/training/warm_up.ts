//! Warm-up sets before a working set: the bar, then fewer repetitions with more weight.

import { loadable, type Gym } from './plates.ts';

export interface WarmUp {
  weight: number;
  reps: number;
}

const STEPS: [share: number, reps: number][] = [
  [0.4, 5],
  [0.6, 3],
  [0.8, 2],
];

/** For a working weight in the gym's unit. A weight that the bar nearly makes needs no steps. */
export function warmUps(working: number, gym: Gym): WarmUp[] {
  if (working <= gym.bar) return [];
  const sets: WarmUp[] = [{ weight: gym.bar, reps: 8 }];
  for (const [share, reps] of STEPS) {
    const weight = loadable(working * share, gym);
    if (weight > (sets.at(-1)?.weight ?? 0) && weight < working) sets.push({ weight, reps });
  }
  return sets;
}
