//! The ladder from Iron to Celestial, and what its rungs ask for.
//!
//! The same numbers as src/strength/{ladder,dots,shares,standards}.rs, so that a page can answer before anything is sent;
//! tests/unit/ladder.test.ts holds them against the golden rows of those files.

export const RANKS = [
  'Iron', 'Bronze', 'Silver', 'Gold', 'Platinum', 'Diamond',
  'Jade', 'Master', 'Grandmaster', 'Nova', 'Astra', 'Celestial',
] as const; // prettier-ignore
export type Rank = (typeof RANKS)[number] | 'Unranked';

export type ScoredAs = 'men' | 'women';
export type CoreLift = 'squat' | 'bench' | 'deadlift';

export const CORE: Record<CoreLift, string> = {
  squat: 'back_squat',
  bench: 'barbell_bench_press',
  deadlift: 'deadlift',
};

/** The DOTS points of a total that reach each rank. */
const POINTS = [120, 150, 180, 210, 240, 270, 300, 330, 360, 400, 450, 500];

const SHARES: Record<ScoredAs, Record<CoreLift, number>> = {
  men: { squat: 0.35, bench: 0.238, deadlift: 0.412 },
  women: { squat: 0.356, bench: 0.204, deadlift: 0.44 },
};

const DOTS: Record<ScoredAs, { powers: number[]; heaviest: number }> = {
  men: { powers: [-0.000001093, 0.0007391293, -0.1918759221, 24.0900756, -307.75076], heaviest: 210 },
  women: { powers: [-0.0000010706, 0.0005158568, -0.1126655495, 13.6175032, -57.96288], heaviest: 150 },
};

/** DOTS points of each kilogram lifted. */
export function coefficient(bodyweightKg: number, scoredAs: ScoredAs): number {
  const { powers, heaviest } = DOTS[scoredAs];
  const weight = Math.min(Math.max(bodyweightKg, 40), heaviest);
  return 500 / powers.reduce((sum, power) => sum * weight + power, 0);
}

/** The kilograms that each rank asks for: of one lift by our own shares, or of the total. */
export function thresholdsKg(bodyweightKg: number, scoredAs: ScoredAs, lift: CoreLift | 'total'): number[] {
  const share = lift === 'total' ? 1 : SHARES[scoredAs][lift];
  return POINTS.map((points) => (points / coefficient(bodyweightKg, scoredAs)) * share);
}

/** The kilograms that each rank asks for in an exercise worth `multiplier` of a total, as energy counts it. */
export function energyThresholdsKg(bodyweightKg: number, scoredAs: ScoredAs, multiplier: number): number[] {
  return POINTS.map((points) => (points / coefficient(bodyweightKg, scoredAs)) * (multiplier || 1));
}

export interface Step {
  rank: Rank;
  /** How far from this rung to the next, 0 to 1; 1 at the top. */
  progress: number;
  next?: { rank: Rank; kg: number };
}

/** Where so many kilograms stand on the rungs. */
export function stepOf(kg: number, thresholds: number[]): Step {
  const reached = thresholds.filter((threshold) => threshold <= kg).length;
  const below = thresholds[reached - 1] ?? 0;
  const above = thresholds[reached];
  return {
    rank: RANKS[reached - 1] ?? 'Unranked',
    progress: above === undefined ? 1 : (kg - below) / (above - below),
    next: above === undefined ? undefined : { rank: RANKS[reached] ?? 'Celestial', kg: above },
  };
}

/** Epley, as every board estimates: a single is worth its own weight. */
export function oneRepMax(kg: number, reps: number): number {
  return reps > 1 ? kg * (1 + reps / 30) : kg;
}

/** The rank of so much energy. */
export function rankOfEnergy(energy: number): Rank {
  return RANKS[Math.min(Math.floor(energy / 100), RANKS.length) - 1] ?? 'Unranked';
}

/** The rungs of an exercise: of the three lifts by our own shares, of others as energy counts them; none without a factor. */
export function ladderOf(
  exerciseId: string,
  multiplier: number | null | undefined,
  bodyweightKg: number,
  scoredAs: ScoredAs,
): number[] | null {
  const core = (Object.keys(CORE) as CoreLift[]).find((lift) => CORE[lift] === exerciseId);
  if (core) return thresholdsKg(bodyweightKg, scoredAs, core);
  return multiplier ? energyThresholdsKg(bodyweightKg, scoredAs, multiplier) : null;
}
