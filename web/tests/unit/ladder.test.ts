//! The same numbers as the program's: its golden rows and its table.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { among } from '../../src/strength/competitors.ts';
import { coefficient, ladderOf, oneRepMax, rankOfEnergy, stepOf, thresholdsKg } from '../../src/strength/ladder.ts';

test('DOTS coefficients are the published ones', () => {
  expect(coefficient(80, 'men')).toBeCloseTo(0.6895464540877224, 12);
  expect(coefficient(60, 'women')).toBeCloseTo(1.1085456246648009, 12);
  expect(coefficient(90.7, 'men')).toBeCloseTo(0.6440969044667976, 12);
  // Beyond its range the polynomial turns.
  expect(coefficient(20, 'men')).toBe(coefficient(40, 'men'));
  expect(coefficient(300, 'women')).toBe(coefficient(150, 'women'));
});

test('every vector of DOTS points agrees to the hundredth', () => {
  const rows = readFileSync('../tests/data/score_vectors.csv', 'utf8').trim().split('\n');
  const names = rows[0]?.split(',') ?? [];
  const at = (row: string[], name: string) => row[names.indexOf(name)] ?? '';
  const dots = rows
    .slice(1)
    .map((row) => row.split(','))
    .filter((row) => at(row, 'formula') === 'dots');
  expect(dots.length).toBeGreaterThan(5);
  for (const row of dots) {
    const scoredAs = /^(f|w)/i.test(at(row, 'sex')) ? 'women' : 'men';
    const points = Number(at(row, 'total_kg')) * coefficient(Number(at(row, 'bodyweight_kg')), scoredAs);
    expect(points, row.join()).toBeCloseTo(Number(at(row, 'value')), 5);
  }
});

test('the rungs of a man of 80 kg', () => {
  const rungs = thresholdsKg(80, 'men', 'total').map((kg) => Math.round(kg / 5) * 5);
  expect(rungs).toEqual([175, 220, 260, 305, 350, 390, 435, 480, 520, 580, 655, 725]);
});

test("the three lifts' rungs make the total's", () => {
  for (const sex of ['men', 'women'] as const) {
    const [squat, bench, deadlift, total] = (['squat', 'bench', 'deadlift', 'total'] as const).map(
      (lift) => thresholdsKg(63, sex, lift)[6] ?? 0,
    );
    expect((squat ?? 0) + (bench ?? 0) + (deadlift ?? 0)).toBeCloseTo(total ?? 0, 9);
  }
});

test('a step knows its rank, its progress and the next rung', () => {
  const rungs = [100, 200, 300];
  expect(stepOf(99, rungs)).toMatchObject({ rank: 'Unranked', next: { rank: 'Iron', kg: 100 } });
  expect(stepOf(200, rungs)).toMatchObject({ rank: 'Bronze', progress: 0 });
  expect(stepOf(250, rungs).progress).toBe(0.5);
  const top = ladderOf('back_squat', 1, 80, 'men') ?? [];
  expect(stepOf(2000, top)).toMatchObject({ rank: 'Celestial', progress: 1, next: undefined });
});

test('ranks of energy begin at their floors', () => {
  expect([99.9, 100, 799, 1200, 9999].map(rankOfEnergy)).toEqual([
    'Unranked',
    'Iron',
    'Jade',
    'Celestial',
    'Celestial',
  ]);
});

test('a single is worth its own weight', () => {
  expect(oneRepMax(100, 1)).toBe(100);
  expect(oneRepMax(100, 3)).toBeCloseTo(110, 9);
});

test('percentiles are read in the band of the body weight', async () => {
  // The lightest band holds everybody below it, the heaviest everybody above.
  const light = await among('women', 'bench', 50, 30);
  const same = await among('women', 'bench', 50, 46);
  expect(light).toEqual(same);
  expect(await among('women', 'bench', 0, 60)).toBeNull();
  const weak = await among('men', 'total', 300, 80);
  const strong = await among('men', 'total', 700, 80);
  expect(weak!.percent).toBeLessThan(strong!.percent);
  expect(strong!.percent).toBeLessThanOrEqual(99);
});
