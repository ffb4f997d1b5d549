//! Kilograms inside, kilograms or pounds outside.
//!
//! The server keeps hundredths of a kilogram. A pound is about 45 of them, so that a weight typed in pounds comes back
//! within 0.011 lb: rounded to a quarter pound where it lies that near, it is what was typed.

export type Unit = 'kg' | 'lbs';

export const KG_PER_LB = 0.45359237;

/** Ties away from zero, as the server rounds. */
export function hundredths(value: number): number {
  return Math.round((value + Number.EPSILON * value) * 100) / 100;
}

export function toKg(value: number, unit: Unit): number {
  return hundredths(unit === 'lbs' ? value * KG_PER_LB : value);
}

/** As it is shown: pounds to a quarter where that is what was typed, else to a tenth. */
export function fromKg(kg: number, unit: Unit): number {
  if (unit === 'kg') return hundredths(kg);
  const lbs = kg / KG_PER_LB;
  const quarter = Math.round(lbs * 4) / 4;
  return Math.abs(lbs - quarter) < 0.0115 ? quarter : Math.round(lbs * 10) / 10;
}

/** What a plus or a minus changes: the smallest pair of plates that most gyms have. */
export function step(unit: Unit): number {
  return unit === 'kg' ? 2.5 : 5;
}
