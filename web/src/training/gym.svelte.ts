//! The bar and the plates that this lifter has, kept on the device.

import { unit } from '../settings.svelte.ts';
import type { Unit } from '../strength/units.ts';
import { GYMS, type Gym } from './plates.ts';

function read(): Record<Unit, Gym> {
  try {
    const kept = JSON.parse(localStorage.getItem('gym') ?? '{}') as Partial<Record<Unit, Gym>>;
    return { kg: kept.kg ?? GYMS.kg, lbs: kept.lbs ?? GYMS.lbs };
  } catch {
    return structuredClone(GYMS);
  }
}

const gyms = $state(read());

/** In the lifter's unit. */
export const gym = (): Gym => gyms[unit()];

export function setGym(changed: Gym) {
  gyms[changed.unit] = changed;
  localStorage.setItem('gym', JSON.stringify(gyms));
}
