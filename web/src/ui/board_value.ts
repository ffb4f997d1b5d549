//! A row's value in the reader's unit and language; what the server wrote says how it was made.

import type { Schemas } from '../api/client.ts';
import { number, t } from '../i18n/index.svelte.ts';
import { weight } from '../settings.svelte.ts';

type Row = Pick<Schemas['BoardRow'], 'value' | 'shown' | 'basis'> & { user?: unknown };

export function boardValue(row: Row, unit: string): string {
  const value = row.value;
  if (value === null || value === undefined) return '';
  switch (unit) {
    case 'kg':
      return row.basis === 'estimate' ? `≈ ${weight(value, 1)}` : weight(value);
    case 'points':
      if (row.user === null) return `${number(value)}+`;
      return number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    case 'reps':
      return t('reps_count', { count: value });
    default:
      return number(value, { maximumFractionDigits: 0 });
  }
}

/** What an estimate was made of: "100 kg × 5". */
export function madeOf(row: Row): string {
  const made = row.basis === 'estimate' ? /\(([\d.]+) × (\d+)\)/.exec(row.shown ?? '') : null;
  return made ? `${weight(Number(made[1]))} × ${made[2]}` : '';
}
