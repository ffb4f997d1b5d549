//! What went wrong, in words for a lifter, and which field it is about.

import { t, lookup } from '../i18n/index.svelte.ts';
import type { components } from './schema.d.ts';

export type Problem = components['schemas']['Problem'];

/** A refusal of the server, or no answer at all (`status` 0). */
export class Refusal extends Error {
  readonly status: number;
  readonly fields: Record<string, string>;
  /** The server's own words. */
  readonly detail: string;
  constructor(status: number, problem?: Partial<Problem>) {
    super(words(status, problem));
    this.status = status;
    this.detail = problem?.detail ?? '';
    this.fields = Object.fromEntries((problem?.errors ?? []).map(({ field, message }) => [field, translated(message)]));
  }
  /** With what is wrong of each field, where no field is shown. */
  get whole(): string {
    const said = Object.values(this.fields);
    return said.length > 0 ? said.join(' ') : this.message;
  }
  /** It may go well later without any change. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

function words(status: number, problem?: Partial<Problem>): string {
  if (status === 0) return t('error.offline');
  if (status === 429) return t('error.too_many');
  if (status >= 500) return t('error.server');
  if (status === 422 && problem?.errors?.length) return t('error.fields');
  return translated(problem?.detail ?? t('error.server'));
}

/** The API speaks English; what a lifter may meet has a translation under its own words, whatever numbers are in it. */
function translated(text: string): string {
  const said = lookup(`problem.${text.replace(/\d+/g, '#')}`, text);
  return said.charAt(0).toUpperCase() + said.slice(1);
}
