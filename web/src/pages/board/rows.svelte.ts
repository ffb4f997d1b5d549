//! The rows of a board, fetched where they are looked at: blocks of a hundred, of which some dozens are kept.

import { api, ask, type Schemas } from '../../api/client.ts';
import { Refusal } from '../../api/problem.ts';
import type { Filters } from './filters.ts';

export type Row = Schemas['BoardRow'];

const BLOCK = 100;
const KEPT = 40;

export class Rows {
  of = $state<number | null>(null);
  error = $state('');
  /** Counts up with every block that comes, so that whoever shows rows looks again. */
  version = $state(0);
  readonly #blocks = new Map<number, Row[]>();
  readonly #asked = new Set<number>();
  readonly #path: string;
  readonly #filters: Filters;

  constructor(board: string, filters: Filters) {
    this.#path = board;
    this.#filters = filters;
    void this.#fetch(0);
  }

  at(index: number): Row | undefined {
    void this.version;
    return this.#blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK];
  }

  /** Sees to it that these rows come. */
  want(first: number, last: number) {
    for (let block = Math.floor(first / BLOCK); block <= Math.floor(last / BLOCK); block++) {
      if (!this.#blocks.has(block)) void this.#fetch(block);
    }
  }

  /** The first row from a place on that is meant, or that place: equals share a rank, so a rank is not yet a row. */
  async find(isMeant: (row: Row) => boolean, from: number): Promise<number> {
    for (let block = Math.floor(from / BLOCK), tries = 0; tries < 30; block++, tries++) {
      await this.#fetch(block);
      const at = this.#blocks.get(block)?.findIndex(isMeant) ?? -1;
      if (at >= 0) return block * BLOCK + at;
      if ((block + 1) * BLOCK >= (this.of ?? 0)) break;
    }
    return from;
  }

  /** Asks again for what is looked at: others lift meanwhile. */
  async refresh(first: number, last: number) {
    for (let block = Math.floor(first / BLOCK); block <= Math.floor(last / BLOCK); block++) await this.#fetch(block);
  }

  async #fetch(block: number) {
    if (this.#asked.has(block)) return;
    this.#asked.add(block);
    try {
      // A page around a place has that in its middle: this one begins with the block.
      const around = String(block * BLOCK + BLOCK / 2 + 1);
      const query = { ...this.#filters, limit: BLOCK, around };
      const page = await ask(api.GET('/api/v1/boards/{board}', { params: { path: { board: this.#path }, query } }));
      this.#blocks.delete(block);
      this.#blocks.set(block, page.items);
      if (this.#blocks.size > KEPT) this.#blocks.delete(this.#blocks.keys().next().value ?? -1);
      this.of = page.of;
      this.error = '';
      this.version++;
    } catch (error) {
      this.error = error instanceof Refusal ? error.whole : String(error);
    } finally {
      this.#asked.delete(block);
    }
  }
}
