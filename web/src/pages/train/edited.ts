//! A routine's exercise as it is edited: weights in the lifter's unit, empty where nothing is aimed at.

import type { Schemas } from '../../api/client.ts';
import { shownWeight, typedKg } from '../../settings.svelte.ts';

export interface EditedItem {
  /** Of this page alone, so that a dragged one is known again. */
  id: string;
  scenario_id: string;
  name: string;
  sets: number | null;
  reps: number | null;
  superset: number | null;
  weight: number | null;
  percent: number | null;
  rest_seconds: number | null;
  note: string;
}

export const emptyItem = (scenario_id: string, name: string): EditedItem => ({
  id: crypto.randomUUID(),
  scenario_id,
  name,
  sets: 3,
  reps: 5,
  superset: null,
  weight: null,
  percent: null,
  rest_seconds: null,
  note: '',
});

export const fromWire = (item: Schemas['ScenarioSet']): EditedItem => ({
  ...emptyItem(item.scenario_id, item.name),
  sets: item.sets,
  reps: item.reps,
  superset: item.superset ?? null,
  weight: item.weight_kg === null || item.weight_kg === undefined ? null : shownWeight(item.weight_kg),
  percent: item.percent ?? null,
  rest_seconds: item.rest_seconds ?? null,
  note: item.note ?? '',
});

export const toWire = (item: EditedItem): Schemas['ScenarioSetIn'] => ({
  scenario_id: item.scenario_id,
  sets: item.sets ?? 0,
  reps: item.reps ?? 0,
  ...(item.superset ? { superset: item.superset } : {}),
  ...(item.weight === null ? {} : { weight_kg: typedKg(item.weight) }),
  ...(item.percent === null ? {} : { percent: item.percent }),
  ...(item.rest_seconds === null ? {} : { rest_seconds: item.rest_seconds }),
  ...(item.note.trim() ? { note: item.note.trim() } : {}),
});
