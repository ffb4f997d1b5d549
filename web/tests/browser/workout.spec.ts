//! No set is ever lost: twenty of them, through everything that happens to a phone.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { complaints, expect, test } from './harness.ts';
import { bearer, enter, installed, lifter, PASSWORD, storedSets, type Lifter } from './lifters.ts';

test.use({ allowed: [/net::ERR|Failed to fetch/], viewport: { width: 390, height: 844 } });

/** A routine of one exercise and twenty sets. */
async function prepare(page: Page, who: Lifter) {
  await page.request.post('/api/v1/routines', {
    headers: bearer(who.token),
    data: {
      name: 'Twenty',
      scenarios: [{ scenario_id: 'back_squat', name: 'Back Squat', sets: 20, reps: 5, weight_kg: 60 }],
    },
  });
  await enter(page, who.username);
  await page.goto('/train');
  await page.getByRole('listitem').filter({ hasText: 'Twenty' }).getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('heading', { name: 'Twenty' })).toBeVisible();
}

async function tick(page: Page, from: number, to: number) {
  for (let set = from; set <= to; set++) {
    const key = page.getByRole('button', { name: `Set ${set} done`, exact: true });
    await key.click();
    await expect(key).toHaveAttribute('aria-pressed', 'true');
  }
}

async function finish(page: Page) {
  await page.getByRole('button', { name: 'Finish' }).click();
}

/** Twenty sets with twenty ids, and nothing twice. */
async function expectTwenty(page: Page, who: Lifter) {
  await expect
    .poll(async () => (await storedSets(page.request, who)).reduce((sum, set) => sum + set.times, 0), {
      timeout: 30_000,
    })
    .toBe(20);
}

test('a set is confirmed by a key of at least 56 px', async ({ page, request }) => {
  await prepare(page, await lifter(request));
  const box = await page.getByRole('button', { name: 'Set 1 done', exact: true }).boundingBox();
  expect(box!.height).toBeGreaterThanOrEqual(56);
  expect(box!.width).toBeGreaterThanOrEqual(56);
  await tick(page, 1, 1);
  await expect(page.getByRole('timer')).toBeVisible();
});

test('a set without its weight is not done, and says so', async ({ page, request }) => {
  await prepare(page, await lifter(request));
  const weight = page.locator('[id^=weight-]').first();
  await weight.fill('');
  const key = page.getByRole('button', { name: 'Set 1 done', exact: true });
  await key.click();
  await expect(page.getByText('A weight above zero is missing.')).toBeVisible();
  await expect(weight).toBeFocused();
  await expect(key).toHaveAttribute('aria-pressed', 'false');
  await weight.fill('7000');
  await key.click();
  await expect(page.getByText('More than 1000 kg: has it one digit too many?')).toBeVisible();
  await expect(weight).toHaveValue('7000');
  await weight.fill('70');
  await tick(page, 1, 1);
  await expect(page.locator('[id^=wrong-]')).toHaveCount(0);
  // One that is done and becomes impossible is done no more.
  await weight.fill('7000');
  await weight.blur();
  await expect(key).toHaveAttribute('aria-pressed', 'false');
});

test('aeroplane mode, a reload and a killed tab in the middle', async ({ page, context, request }) => {
  const who = await lifter(request);
  await prepare(page, who);
  await installed(page);
  await tick(page, 1, 5);
  await context.setOffline(true);
  await tick(page, 6, 10);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Set 10 done', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await tick(page, 11, 15);
  // Killed, without a word to the page.
  await page.close({ runBeforeUnload: false });
  const next = await context.newPage();
  await next.goto('/');
  await next.getByRole('link', { name: 'Go on' }).click();
  await expect(next.getByRole('button', { name: 'Set 15 done', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await tick(next, 16, 20);
  await finish(next);
  await expect(next.getByText('20 sets are kept')).toBeVisible();
  await next.reload();
  await expect(next.getByText('1 waiting')).toBeVisible();
  await context.setOffline(false);
  await expectTwenty(next, who);
  await expect(next.getByText('1 waiting')).toHaveCount(0);
});

test('the rest is right after the phone slept', async ({ page, request }) => {
  await page.clock.install();
  await prepare(page, await lifter(request));
  await tick(page, 1, 1);
  await expect(page.getByRole('timer')).toContainText(/1:5\d|2:00/);
  // Asleep for a minute and a half: no timer ran.
  await page.clock.fastForward(90_000);
  await expect(page.getByRole('timer')).toContainText(/0:2\d|0:30/);
  await page.clock.fastForward(60_000);
  await expect(page.getByRole('timer')).toContainText('Rest is over');
});

test('an expired session keeps everything until the next login', async ({ page, context, request }) => {
  const who = await lifter(request);
  await prepare(page, who);
  await tick(page, 1, 20);
  // Ended elsewhere.
  await request.post('/api/v1/auth/logout-all', { headers: bearer(who.token) });
  await finish(page);
  await expect(page.getByText('You have to sign in again')).toBeVisible();
  await expect(page.getByText('1 waiting')).toBeVisible();
  await context.clearCookies();
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await page.getByLabel('E-mail or username').fill(who.username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('1 waiting')).toHaveCount(0);
  const again = await request.post('/api/v1/auth/login', { data: { username: who.username, password: PASSWORD } });
  who.token = ((await again.json()) as { access_token: string }).access_token;
  await expectTwenty(page, who);
});

test('an answer that never came is asked for again, and stored once', async ({ page, context, request }) => {
  const who = await lifter(request);
  await prepare(page, who);
  await tick(page, 1, 20);
  let lost = 0;
  await context.route('**/api/v1/workouts', async (route) => {
    if (route.request().method() !== 'POST' || lost > 1) return route.continue();
    lost++;
    // The server has it, the phone does not know.
    await route.fetch();
    await route.abort('connectionreset');
  });
  await finish(page);
  await expect(page.getByRole('heading', { name: 'Well done' })).toBeVisible({ timeout: 30_000 });
  expect(lost).toBe(2);
  await expectTwenty(page, who);
  const answer = await request.get(`/api/v1/users/${who.id}/workouts`, { headers: bearer(who.token) });
  expect(((await answer.json()) as { items: unknown[] }).items).toHaveLength(1);
});

test('two phones each keep their own', async ({ browser, page, request }) => {
  const who = await lifter(request);
  await prepare(page, who);
  const context = await browser.newContext({ baseURL: process.env.WEB_URL, locale: 'en-GB' });
  const told = complaints(context);
  const phone = await context.newPage();
  await enter(phone, who.username);
  await phone.goto('/lift?exercise=deadlift');
  await tick(page, 1, 20);
  await phone.getByLabel('Weight (kg)').fill('150');
  await Promise.all([finish(page), phone.getByRole('button', { name: 'Save lift' }).click()]);
  await expect(phone.getByRole('heading', { name: 'Saved' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Well done' })).toBeVisible();
  const sets = await storedSets(request, who);
  expect(sets.reduce((sum, set) => sum + set.times, 0)).toBe(21);
  expect(told).toEqual([]);
  await context.close();
});

test('a new release in the middle of a workout waits until it is over', async ({ page, request }) => {
  const who = await lifter(request);
  await prepare(page, who);
  await installed(page);
  await tick(page, 1, 10);
  // As a deploy does: the file and its compressed forms.
  const paths = ['', '.br', '.gz', '.zst'].map((ending) => join(process.env.WEB_ROOT ?? '', `sw.js${ending}`));
  const before = paths.map((path) => readFileSync(path));
  const path = paths[0] ?? '';
  try {
    paths.slice(1).forEach((path) => rmSync(path));
    writeFileSync(path, String(before[0]).replace(/RELEASE="\w+"/, 'RELEASE="a-newer-one"'));
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
      while (!registration.waiting) await new Promise((resolve) => setTimeout(resolve, 50));
    });
    await expect(page.getByText('A newer version is ready')).toHaveCount(0);
    await tick(page, 11, 20);
    await finish(page);
    await expect(page.getByRole('heading', { name: 'Well done' })).toBeVisible();
    await expect(page.getByText('A newer version is ready')).toBeVisible();
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Use it now' }).click()]);
    await expect.poll(() => page.evaluate(async () => (await caches.keys()).includes('a-newer-one'))).toBe(true);
    await expectTwenty(page, who);
  } finally {
    paths.forEach((path, at) => writeFileSync(path, before[at] ?? ''));
  }
});
