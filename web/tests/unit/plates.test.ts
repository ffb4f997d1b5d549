import { expect, test } from 'vitest';
import { GYMS, load, loadable } from '../../src/training/plates.ts';
import { warmUps } from '../../src/training/warm_up.ts';

test('the fewest plates, the heavier inside', () => {
  expect(load(100, GYMS.kg)).toEqual({ side: [25, 15], missing: 0 });
  expect(load(20, GYMS.kg)).toEqual({ side: [], missing: 0 });
  expect(load(142.5, GYMS.kg)).toEqual({ side: [25, 25, 10, 1.25], missing: 0 });
  expect(load(225, GYMS.lbs)).toEqual({ side: [45, 45], missing: 0 });
});

test('what the plates cannot make is said', () => {
  expect(load(101, GYMS.kg)).toEqual({ side: [25, 15], missing: 1 });
  expect(load(15, GYMS.kg).missing).toBe(-5);
  const poor = {
    unit: 'kg' as const,
    bar: 20,
    pairs: [
      { weight: 20, count: 1 },
      { weight: 15, count: 2 },
    ],
  };
  // The heaviest first would miss this.
  expect(load(80, poor)).toEqual({ side: [15, 15], missing: 0 });
  expect(load(500, poor).side).toEqual([20, 15, 15]);
});

test('a weight that can be loaded lies at or below', () => {
  expect(loadable(101, GYMS.kg)).toBe(100);
  expect(loadable(5, GYMS.kg)).toBe(20);
});

test('warm-ups grow towards the working set and stay below it', () => {
  expect(warmUps(100, GYMS.kg)).toEqual([
    { weight: 20, reps: 8 },
    { weight: 40, reps: 5 },
    { weight: 60, reps: 3 },
    { weight: 80, reps: 2 },
  ]);
  expect(warmUps(20, GYMS.kg)).toEqual([]);
  for (let kg = 22.5; kg < 300; kg += 2.5) {
    const weights = warmUps(kg, GYMS.kg).map((set) => set.weight);
    expect(weights).toEqual([...new Set(weights)].toSorted((a, b) => a - b));
    expect(weights.every((weight) => weight < kg)).toBe(true);
  }
});
