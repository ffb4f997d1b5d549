//! Lifters for tests: made through the API, signed in as the app does it.

import { type APIRequestContext, type BrowserContext, type Page, expect } from '@playwright/test';

export const PASSWORD = 'chalk and iron';

export interface Lifter {
  id: string;
  username: string;
  token: string;
}

let last = 0;

/** A new lifter, with body weight and sex unless told otherwise. */
export async function lifter(request: APIRequestContext, about: object = {}): Promise<Lifter> {
  const username = `l${process.pid}-${Date.now().toString(36)}-${++last}`;
  const made = await request.post('/api/v1/users/', {
    data: { username, email: `${username}@example.org`, password: PASSWORD },
  });
  expect(made.status(), await made.text()).toBe(201);
  const { id } = (await made.json()) as { id: string };
  const token = await signIn(request, username);
  const data = { weight: 82.5, weight_consent: true, scored_as: 'men', time_zone: 'Europe/Berlin', ...about };
  const patched = await request.patch('/api/v1/users/me', { data, headers: bearer(token) });
  expect(patched.status(), await patched.text()).toBe(200);
  return { id, username, token };
}

/** An access token of a session of its own. */
export async function signIn(request: APIRequestContext, username: string): Promise<string> {
  const answer = await request.post('/api/v1/auth/login', { data: { username, password: PASSWORD } });
  expect(answer.status(), await answer.text()).toBe(200);
  return ((await answer.json()) as { access_token: string }).access_token;
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Signs in through the page. */
export async function enter(page: Page, username: string) {
  await page.goto('/login');
  await page.getByLabel('E-mail or username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('link', { name: 'Lift', exact: true })).toBeVisible();
}

/** Waits until the service worker holds the whole release. */
export async function installed(page: Page) {
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    while (registration.active?.state !== 'activated') await new Promise((resolve) => setTimeout(resolve, 50));
  });
  // From the next load on it answers.
  await page.reload();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
}

interface StoredSet {
  id: string | null;
  times: number;
  weight_kg: number;
  reps: number;
}

/** All sets of all workouts that the server has of a lifter. */
export async function storedSets(request: APIRequestContext, who: Lifter): Promise<StoredSet[]> {
  const answer = await request.get(`/api/v1/users/${who.id}/workouts?limit=100`, { headers: bearer(who.token) });
  expect(answer.status()).toBe(200);
  const { items } = (await answer.json()) as { items: { sets: StoredSet[] }[] };
  return items.flatMap((workout) => workout.sets);
}

/** A workout through the API. */
export async function lift(request: APIRequestContext, who: Lifter, sets: object[]) {
  const answer = await request.post('/api/v1/workouts', {
    headers: bearer(who.token),
    data: { minutes: 40, sets },
  });
  expect(answer.status(), await answer.text()).toBe(201);
}

/** The network goes, also for the service worker. */
export async function withoutNetwork(context: BrowserContext, work: () => Promise<void>) {
  await context.setOffline(true);
  await work();
  await context.setOffline(false);
}
