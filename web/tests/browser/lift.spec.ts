//! The first journey: join, lift in the cellar, come up again, stand on the board.

import { complaints, expect, test } from './harness.ts';
import { bearer, enter, installed, lift, lifter, PASSWORD, storedSets } from './lifters.ts';

test.use({ allowed: [/ERR_INTERNET_DISCONNECTED|net::ERR/] });

test('an answer before sign-up, worked out in the page', async ({ page }) => {
  const sent: string[] = [];
  await page.goto('/');
  page.on('request', (request) => request.method() !== 'GET' && sent.push(request.url()));
  await page.getByText('Women', { exact: true }).click();
  await page.getByLabel('Body weight').fill('63');
  await page.getByLabel('Squat').fill('100');
  await page.getByLabel('Bench press').fill('60');
  await page.getByLabel('Deadlift').fill('130');
  await expect(page.getByText('Stronger than')).toContainText(/Stronger than \d+ % of competing women near 63 kg/);
  await expect(page.getByText(/kg to Grandmaster|kg to Master|kg to Jade/).first()).toBeVisible();
  expect(sent).toEqual([]);
});

test('register, lift offline, come back, stand on the board', async ({ page, context }) => {
  const username = `new-${process.pid}-${Date.now().toString(36)}`;
  await page.goto('/');
  await page.getByRole('link', { name: 'Join' }).click();
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('E-mail').fill(`${username}@example.org`);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Men', { exact: true }).click();
  await page.getByLabel('Body weight').fill('82.5');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { name: username })).toBeVisible();
  await installed(page);
  // What a lifter looks at before going down: the list of exercises is kept from then on.
  await page.goto('/lift');
  await expect(page.getByRole('button', { name: /^Back Squat/ })).toBeVisible();

  await context.setOffline(true);
  await page.reload();
  await page.getByLabel('Search exercises').fill('deadl');
  await page.getByRole('button', { name: /^Deadlift/ }).click();
  await page.getByLabel('Weight (kg)').fill('180');
  await expect(page.getByText(/kg to /)).toBeVisible();
  await page.getByRole('button', { name: 'Save lift' }).click();
  await expect(page.getByRole('heading', { name: 'Kept on this device' })).toBeVisible();
  await expect(page.getByText('1 waiting')).toBeVisible();

  await context.setOffline(false);
  await expect(page.getByRole('heading', { name: 'Saved' })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('First time on this board').first()).toBeVisible();
  await expect(page.getByText('waiting')).toHaveCount(0);
  await page.getByRole('link', { name: 'To the board' }).click();
  await page.getByRole('button', { name: 'To me' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: username })).toContainText('180 kg');
});

test('two browsers see each other rise', async ({ browser, page, request }) => {
  const [ann, ben] = [await lifter(request), await lifter(request)];
  await lift(request, ann, [{ exercise_id: 'front_squat', weight_kg: 300, reps: 1 }]);
  await lift(request, ben, [{ exercise_id: 'front_squat', weight_kg: 297.5, reps: 1 }]);
  await page.goto('/boards/front_squat');
  const rows = page.getByRole('listitem').filter({ hasText: /^\d/ });
  await expect(rows.first()).toContainText(ann.username);

  const other = await browser.newContext({ baseURL: process.env.WEB_URL, locale: 'en-GB' });
  const told = complaints(other);
  const phone = await other.newPage();
  await enter(phone, ben.username);
  await phone.goto('/lift?exercise=front_squat');
  await phone.getByLabel('Weight (kg)').fill('302.5');
  await phone.getByRole('button', { name: 'Save lift' }).click();
  await expect(phone.getByRole('heading', { name: 'Saved' })).toBeVisible();
  await expect(phone.getByText(`Passed ${ann.username}`).first()).toBeVisible();
  // The first browser was not touched.
  await expect(rows.first()).toContainText(ben.username, { timeout: 15_000 });
  await expect(rows.nth(1)).toContainText(ann.username);
  expect(told).toEqual([]);
  await other.close();
});

test('225 lb entered is 225 lb for ever', async ({ page, request }) => {
  const who = await lifter(request);
  await request.patch('/api/v1/users/me/unit', { headers: bearer(who.token), data: { preferred_unit: 'lbs' } });
  await enter(page, who.username);
  await page.goto('/lift?exercise=barbell_bench_press');
  await page.getByLabel('Weight (lb)').fill('225');
  await expect(page.getByText('Each side: 45 + 45')).toBeVisible();
  await page.getByRole('button', { name: 'Save lift' }).click();
  await expect(page.getByText('Barbell Bench Press 225 lb × 1')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Saved' })).toBeVisible();
  await page.getByRole('link', { name: 'To the board' }).click();
  await page.getByRole('button', { name: 'To me' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: who.username })).toContainText('225 lb');
  await page.goto('/history');
  await page.getByRole('link', { name: /Barbell Bench Press/ }).click();
  await expect(page.getByText('225 lb × 1')).toBeVisible();
  // Edited and saved without touching the weight, it keeps its hundredths.
  const before = (await storedSets(request, who))[0]?.weight_kg;
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Note').fill('felt easy');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('felt easy')).toBeVisible();
  expect((await storedSets(request, who))[0]?.weight_kg).toBe(before);
});

test('a phone whose clock is a day ahead loses nothing', async ({ page, request }) => {
  const who = await lifter(request);
  await enter(page, who.username);
  await page.clock.setFixedTime(Date.now() + 86_400_000);
  await page.goto('/lift?exercise=deadlift');
  await page.getByRole('button', { name: 'Save lift' }).click();
  await expect(page.getByRole('heading', { name: 'Saved' })).toBeVisible({ timeout: 20_000 });
});

test('what the server does not take is kept with its reason, to be mended or dropped', async ({ page, request }) => {
  const who = await lifter(request);
  const made = await request.post('/api/v1/exercises/own', {
    headers: bearer(who.token),
    data: { name: 'Stone carry', is_bodyweight: false },
  });
  const { id } = (await made.json()) as { id: string };
  await enter(page, who.username);
  await page.goto(`/lift?exercise=${id}`);
  await page.getByLabel('Weight (kg)').fill('100');
  // Gone on another device meanwhile.
  await request.delete(`/api/v1/exercises/own/${id}`, { headers: bearer(who.token) });
  await page.getByRole('button', { name: 'Save lift' }).click();
  await expect(page.getByRole('alert').filter({ hasText: '1 entry was not taken' })).toBeVisible();
  await page.getByRole('link', { name: 'Look' }).click();
  await expect(page.getByText('Not taken:')).toBeVisible();
  page.on('dialog', (dialog) => dialog.accept());
  await page.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('Not taken:')).toHaveCount(0);
});

test('an edit of a title keeps what was worn', async ({ page, request }) => {
  const who = await lifter(request);
  await lift(request, who, [{ exercise_id: 'back_squat', weight_kg: 200, reps: 1, equipment: 'wraps' }]);
  await enter(page, who.username);
  await page.goto('/history');
  await page.getByRole('link', { name: /Back Squat/ }).click();
  for (const [field, value] of [
    ['Name', 'Heavy day'],
    ['kg', '202.5'],
  ] as const) {
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel(field, { exact: true }).fill(value);
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('button', { name: 'Edit' })).toBeVisible();
  }
  await expect(page.getByText('202.5 kg × 1')).toBeVisible();
  const path = `/api/v1/scores/user/${who.id}/scenario/back_squat`;
  const lifts = (await (await request.get(path)).json()) as { equipment: string; weight_lifted: number }[];
  expect(lifts).toMatchObject([{ equipment: 'wraps', weight_lifted: 202.5 }]);
});
