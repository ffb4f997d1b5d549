//! What this device prefers: colours and unit. A signed-in lifter's unit is the account's.

import { session } from './api/session.svelte.ts';
import { fromKg, toKg, type Unit } from './strength/units.ts';
import { language, number } from './i18n/index.svelte.ts';

export type Theme = 'system' | 'light' | 'dark';

const american = () => navigator.language === 'en-US';

const state = $state({
  theme: (localStorage.getItem('theme') ?? 'system') as Theme,
  unit: (localStorage.getItem('unit') ?? (american() ? 'lbs' : 'kg')) as Unit,
});

export const theme = () => state.theme;

export function chooseTheme(theme: Theme) {
  state.theme = theme;
  localStorage.setItem('theme', theme);
  applyTheme();
}

export function applyTheme() {
  if (state.theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = state.theme;
}

export function unit(): Unit {
  const mine = session.me?.preferred_unit;
  return mine === 'lbs' || mine === 'kg' ? mine : state.unit;
}

/** For whoever is not signed in. */
export function chooseUnit(unit: Unit) {
  state.unit = unit;
  localStorage.setItem('unit', unit);
}

/** "102.5 kg", in the lifter's unit. */
export function weight(kg: number, digits = 2): string {
  return `${number(fromKg(kg, unit()), { maximumFractionDigits: digits })} ${unitName()}`;
}

export const unitName = () => (unit() === 'lbs' ? 'lb' : 'kg');

/** What was typed, in kilograms. */
export const typedKg = (value: number) => toKg(value, unit());

/** As the lifter reads and types it. */
export const shownWeight = (kg: number) => fromKg(kg, unit());

export { language };
