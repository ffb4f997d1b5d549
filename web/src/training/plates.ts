//! Which plates make a weight.

import type { Unit } from '../strength/units.ts';

/** What stands in the gym, in its own unit: the bar, and how many pairs of each plate. */
export interface Gym {
  unit: Unit;
  bar: number;
  pairs: { weight: number; count: number }[];
}

export const GYMS: Record<Unit, Gym> = {
  kg: {
    unit: 'kg',
    bar: 20,
    pairs: [
      { weight: 25, count: 4 },
      { weight: 20, count: 2 },
      { weight: 15, count: 1 },
      { weight: 10, count: 1 },
      { weight: 5, count: 1 },
      { weight: 2.5, count: 1 },
      { weight: 1.25, count: 1 },
    ],
  },
  lbs: {
    unit: 'lbs',
    bar: 45,
    pairs: [
      { weight: 45, count: 6 },
      { weight: 35, count: 1 },
      { weight: 25, count: 1 },
      { weight: 10, count: 2 },
      { weight: 5, count: 1 },
      { weight: 2.5, count: 1 },
    ],
  },
};

export interface Loading {
  /** On each side, the heaviest inside. */
  side: number[];
  /** What cannot be made with these plates; less than nothing when the bar alone is too heavy. */
  missing: number;
}

/** The fewest plates that come nearest without going above. */
export function load(total: number, gym: Gym): Loading {
  // In hundredths, so that 1.25 thrice is what it should be.
  const target = Math.round((total - gym.bar) * 50);
  if (target < 0) return { side: [], missing: target / 50 };
  let best: { sum: number; side: number[] } = { sum: 0, side: [] };
  const pairs = gym.pairs.filter((pair) => pair.count > 0).toSorted((a, b) => b.weight - a.weight);
  // What one side can weigh, each by its fewest plates: a handful of sums, so all are tried.
  let sums = new Map<number, number[]>([[0, []]]);
  for (const { weight, count } of pairs) {
    const grown = new Map(sums);
    for (const [sum, side] of sums) {
      for (let plates = 1; plates <= count; plates++) {
        const heavier = sum + plates * Math.round(weight * 100);
        if (heavier > target) break;
        const made = [...side, ...Array<number>(plates).fill(weight)];
        if (isBetter(made, grown.get(heavier))) grown.set(heavier, made);
      }
    }
    sums = grown;
  }
  for (const [sum, side] of sums) if (sum > best.sum) best = { sum, side };
  return { side: best.side, missing: (target - best.sum) / 50 };
}

/** Fewer plates, then the heavier first: 25 + 15 before 20 + 20. */
function isBetter(side: number[], than: number[] | undefined): boolean {
  if (!than || side.length !== than.length) return !than || side.length < than.length;
  const differs = side.findIndex((weight, at) => weight !== than[at]);
  return differs >= 0 && (side[differs] ?? 0) > (than[differs] ?? 0);
}

/** The nearest weight at or below `total` that the bar can carry. */
export function loadable(total: number, gym: Gym): number {
  const { missing } = load(total, gym);
  return missing < 0 ? gym.bar : Math.round((total - missing) * 100) / 100;
}
