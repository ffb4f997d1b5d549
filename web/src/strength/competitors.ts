//! Where a lift stands among competitors: percentiles 1 to 99 of real results, by sex and body weight.
//!
//! The table and its rules are those of src/strength/reference.rs, from the same file.

import type { CoreLift, ScoredAs } from './ladder.ts';

interface Cell {
  key: string;
  fromKg: number | null;
  lifters: number;
  percentiles: number[];
}

export interface Standing {
  /** How many of the percentiles lie below: 0 to 99. */
  percent: number;
  lifters: number;
}

let cells: Promise<Cell[]> | undefined;

async function load(): Promise<Cell[]> {
  const { default: csv } = await import('../../../src/strength/reference.csv?raw');
  const rows = csv.trim().split('\n').slice(1);
  return rows.map((row) => {
    const [sex, lift, from, to, lifters, ...percentiles] = row.split(',');
    return {
      key: `${sex === 'F' ? 'women' : 'men'} ${lift}`,
      fromKg: from || to ? Number(from) : null,
      lifters: Number(lifters),
      percentiles: percentiles.map(Number),
    };
  });
}

/** Among competitors near this body weight; of the total of all three, or of one lift. */
export async function among(
  scoredAs: ScoredAs,
  lift: CoreLift | 'total',
  kg: number,
  bodyweightKg: number,
): Promise<Standing | null> {
  cells ??= load();
  const bands = (await cells).filter((cell) => cell.key === `${scoredAs} ${lift}` && cell.fromKg !== null);
  // The heaviest band that begins at or below; whoever is lighter than all stands in the first.
  const cell = bands.findLast((band) => (band.fromKg ?? 0) <= bodyweightKg) ?? bands[0];
  if (!cell || kg <= 0) return null;
  return { percent: cell.percentiles.filter((percentile) => percentile < kg).length, lifters: cell.lifters };
}
