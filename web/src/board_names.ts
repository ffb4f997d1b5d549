//! What a board is called, and what a place on it is a place among.

import type { Schemas } from './api/client.ts';
import type { Exercise } from './exercises.svelte.ts';
import { lookup, t } from './i18n/index.svelte.ts';

/** Whether a board has a name of its own, instead of an exercise's. */
export const isNamed = (board: string) => lookup(`board.${board}`, '') !== '';

export function boardName(board: string, all?: Map<string, Exercise>): string {
  return all?.get(board)?.name ?? lookup(`board.${board}`, board.replaceAll('_', ' '));
}

/** "Women, 63 kg", or everybody. */
export function among(place: Pick<Schemas['Place'], 'sex' | 'class' | 'age'>): string {
  const parts = [
    place.sex ? t(place.sex === 'women' ? 'women' : 'men') : null,
    place.class ? `${place.class} kg` : null,
    place.age ? lookup(`age.${place.age}`, place.age) : null,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : t('everybody');
}
