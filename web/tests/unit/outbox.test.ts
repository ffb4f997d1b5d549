//! The outbox against a real IndexedDB's rules and a server that fails in every way.

import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';

const answers: (() => Response | Promise<Response>)[] = [];
const requests: { key: string | null; body: { sets: { id: string }[] } }[] = [];

const json = (status: number, body: unknown) => () =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const down = () => Promise.reject(new TypeError('no network'));

vi.stubGlobal('fetch', async (request: Request) => {
  if (!request.url.endsWith('/workouts')) return json(503, {})();
  requests.push({ key: request.headers.get('idempotency-key'), body: await request.clone().json() });
  return (answers.shift() ?? json(201, { summary: true }))();
});
/** One after the other, as a browser's locks. */
const turns = new Map<string, Promise<unknown>>();
function inTurn(name: string, work: () => Promise<unknown>): Promise<unknown> {
  const mine = (turns.get(name) ?? Promise.resolve()).then(work);
  turns.set(
    name,
    mine.catch(() => undefined),
  );
  return mine;
}

// A browser's, as far as they are used here.
vi.stubGlobal('location', { origin: 'http://here', pathname: '/', href: 'http://here/' });
vi.stubGlobal('navigator', {
  locks: { request: inTurn },
  userAgent: '',
  languages: ['en'],
  language: 'en',
  onLine: true,
});
const kept = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => kept.set(key, value),
  removeItem: (key: string) => kept.delete(key),
});
vi.stubGlobal(
  'Request',
  class extends Request {
    constructor(url: string | Request, init?: RequestInit) {
      super(typeof url === 'string' ? new URL(url, 'http://here') : url, init);
    }
  },
);

const { outbox, post, retry, send, onSent } = await import('../../src/outbox/outbox.svelte.ts');
const { session } = await import('../../src/api/session.svelte.ts');
const { database } = await import('../../src/outbox/database.ts');
const { take } = await import('../../src/api/tokens.ts');

/** A token as the server writes it, as far as it is read here. */
const tokenOf = (sub: string) => ({
  access_token: `e30.${btoa(JSON.stringify({ sub }))}.`,
  token_type: 'bearer',
  expires_in: 900,
});

const workout = () => ({
  minutes: 1,
  completed_at: new Date().toISOString(),
  sets: [{ id: crypto.randomUUID(), exercise_id: 'deadlift', weight_kg: 100, reps: 5 }],
});
const settled = () => new Promise((resolve) => setTimeout(resolve, 30));

beforeEach(async () => {
  answers.length = requests.length = 0;
  await (await database()).clear('outbox');
  outbox.waiting = [];
  Object.assign(session, { state: 'member', me: { id: 'ada' } });
  take(tokenOf('ada'));
});

test('a write is kept before it is sent, and goes when it is acknowledged', async () => {
  answers.push(down);
  const waiting = await post(workout());
  await settled();
  expect(await (await database()).get('outbox', waiting.id)).toBeDefined();
  let told: unknown;
  const stop = onSent((one) => (told = one.id));
  await send();
  stop();
  expect(told).toBe(waiting.id);
  expect(await (await database()).count('outbox')).toBe(0);
  // Sent twice with the same ids.
  expect(requests).toHaveLength(2);
  expect(requests[0]).toEqual(requests[1]);
  expect(requests[0]?.key).toBe(waiting.id);
});

test('nothing is lost while the server is away, too busy, or wants the password again', async () => {
  for (const failure of [json(503, {}), json(429, {}), json(500, {}), json(401, {}), down]) {
    take(tokenOf('ada'));
    answers.push(failure, failure, failure, failure, failure);
    await post(workout());
    await settled();
    expect(outbox.waiting.every((one) => !one.refused)).toBe(true);
  }
  expect(await (await database()).count('outbox')).toBe(5);
  answers.length = 0;
  take(tokenOf('ada'));
  await send();
  expect(await (await database()).count('outbox')).toBe(0);
});

test('a refusal is kept with its reason until it is mended, and holds nobody up', async () => {
  const detail = 'is too heavy';
  answers.push(json(422, { detail, errors: [{ field: 'sets[0].weight_kg', message: detail }] }));
  const first = await post(workout());
  await settled();
  await post(workout());
  await settled();
  expect(outbox.waiting).toHaveLength(1);
  expect(outbox.waiting[0]?.refused).toBe('Is too heavy');
  await retry({ ...first, refused: detail }, { ...first.workout, minutes: 2 });
  await settled();
  expect(outbox.waiting).toHaveLength(0);
});

test("nobody sends another lifter's work", async () => {
  answers.push(down);
  await post(workout());
  await settled();
  session.me = { id: 'bob' } as never;
  await send();
  // The page still shows one, and the cookie is already another's.
  session.me = { id: 'ada' } as never;
  take(tokenOf('bob'));
  await send();
  expect(requests).toHaveLength(1);
  expect(await (await database()).count('outbox')).toBe(1);
  take(tokenOf('ada'));
  await send();
  expect(await (await database()).count('outbox')).toBe(0);
});

test('what is saved while another is on its way is sent after it', async () => {
  let release: (answer: Response) => void = () => undefined;
  answers.push(() => new Promise<Response>((resolve) => (release = resolve)));
  await post(workout());
  await settled();
  await post(workout());
  await settled();
  expect(requests).toHaveLength(1);
  release(json(201, {})());
  await settled();
  expect(requests).toHaveLength(2);
  expect(await (await database()).count('outbox')).toBe(0);
});

test('a routine that is gone and a clock that runs ahead lose no workout', async () => {
  const gone = json(400, { detail: "No routine of yours, of everybody's or shared with you has this id." });
  answers.push(gone);
  await post({ ...workout(), routine_id: crypto.randomUUID() });
  await vi.waitFor(() => expect(outbox.waiting).toHaveLength(0), 5000);
  expect(requests.at(-1)?.body).not.toHaveProperty('routine_id');

  const early = new Date(Date.now() - 86_400_000);
  answers.push(
    () =>
      new Response(
        JSON.stringify({ detail: 'x', errors: [{ field: 'completed_at', message: 'lies in the future' }] }),
        {
          status: 422,
          headers: { 'content-type': 'application/json', date: early.toUTCString() },
        },
      ),
  );
  await post(workout());
  await vi.waitFor(() => expect(outbox.waiting).toHaveLength(0), 5000);
  const sent = requests.at(-1)?.body as unknown as { completed_at: string };
  expect(Math.abs(Date.parse(sent.completed_at) - early.getTime())).toBeLessThan(60_000);
});
