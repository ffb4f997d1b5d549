//! On which board a lifter looks around: where kilograms are counted, and a class is compared.

import type { Schemas } from '../../api/client.ts';

type Place = Schemas['Place'];

/** The total of the gym, else the lift that stands best; in one's own class where there is one. */
export function boardOf(standing: Schemas['LifterStanding']): Place | null {
  const counted = standing.places.filter((place) => place.board !== 'energy' && place.board !== 'dots');
  const ranked = counted.toSorted((a, b) => score(b) - score(a));
  return ranked[0] ?? standing.places.find((place) => place.board === 'energy') ?? null;
}

/** Whoever has no singles stands on a list of estimates, which is another one. */
export const basisOf = (place: Place) => (place.basis === 'estimate' ? { basis: 'estimate' } : {});

function score(place: Place): number {
  return (
    (place.class && !place.age ? 1000 : 0) + (place.board === 'gym_total' ? 500 : 0) + (place.basis === 'estimate' ? 0 : 200) +
    (place.percentile ?? 0)
  ); // prettier-ignore
}
