//! What every form has: it is under way, or it was refused, and which field was wrong.

import { Refusal } from './api/problem.ts';

export class Form {
  isBusy = $state(false);
  error = $state('');
  fields = $state<Record<string, string>>({});

  /** Runs what the form does. One at a time; true when it went well. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.isBusy) return false;
    Object.assign(this, { isBusy: true, error: '', fields: {} });
    try {
      await work();
      return true;
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(error instanceof TypeError ? 0 : 500);
      if (!(error instanceof Refusal)) console.error(error);
      Object.assign(this, { error: refusal.message, fields: refusal.fields });
      return false;
    } finally {
      this.isBusy = false;
    }
  }
}
