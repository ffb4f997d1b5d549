//! Second factor, forgotten password, invitations; and where tokens are not.

import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './harness.ts';
import { bearer, enter, installed, lifter, PASSWORD, signIn } from './lifters.ts';

/** A code of RFC 6238. */
function totp(secret: string, at = Date.now()): string {
  const bits = [...secret.replace(/=+$/, '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('a second factor is set up, asked for, and replaced by a recovery code', async ({ page, context, request }) => {
  const who = await lifter(request);
  await enter(page, who.username);
  await page.goto('/settings');
  const factor = page.locator('section').filter({ hasText: 'Second factor' });
  await factor.getByLabel('Present password').fill(PASSWORD);
  await factor.getByRole('button', { name: 'Set up' }).click();
  const secret = await factor.locator('code').innerText();
  await expect(factor.getByRole('img', { name: 'QR code for the authenticator app' })).toBeVisible();
  await factor.getByLabel('Code', { exact: true }).fill('000000');
  await factor.getByRole('button', { name: 'Switch on' }).click();
  await expect(factor.getByText(/code/i).first()).toBeVisible();
  await factor.getByLabel('Code', { exact: true }).fill(totp(secret));
  await factor.getByRole('button', { name: 'Switch on' }).click();
  await expect(factor.getByText('On since')).toBeVisible();
  const recovery = await factor.locator('.codes code').allInnerTexts();
  expect(recovery.length).toBeGreaterThan(5);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
  await context.clearCookies();
  await page.goto('/login');
  await page.getByLabel('E-mail or username').fill(who.username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Code').fill(recovery[0] ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: who.username })).toBeVisible();
});

test('a forgotten password is replaced by the link of a mail, whose token leaves the address', async ({
  page,
  request,
}) => {
  const who = await lifter(request);
  await page.goto('/forgot');
  await page.getByLabel('E-mail').fill(`${who.username}@example.org`);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await expect(page.getByText('a link is on its way')).toBeVisible();
  const folder = process.env.MAIL_DIR ?? '';
  const find = () =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .map((mail) => (mail.includes(who.username) ? /(\/reset-password#token=[\w.~-]+)/.exec(mail)?.[1] : undefined))
      .find(Boolean);
  await expect.poll(find, { timeout: 30_000 }).toBeTruthy();
  const asked: string[] = [];
  page.on('request', (one) => asked.push(one.url()));
  await page.goto(find() ?? '');
  await expect(page).toHaveURL(/\/reset-password$/);
  await page.getByLabel('New password').fill('deadlifts on friday');
  await page.getByRole('button', { name: 'Set password' }).click();
  await expect(page.getByText('The new password holds')).toBeVisible();
  expect(asked.filter((url) => url.includes('token'))).toEqual([]);
  const old = await request.post('/api/v1/auth/login', { data: { username: who.username, password: PASSWORD } });
  expect(old.status()).toBe(401);
});

test('an invitation is behind the hash, and fills the form', async ({ page, request }) => {
  const token = await signIn(request, process.env.ADMIN ?? 'admin');
  const made = await request.post('/api/v1/invites', { headers: bearer(token), data: { note: 'a friend' } });
  const { url, code } = (await made.json()) as { url: string; code: string };
  await page.goto(url);
  await expect(page.getByLabel('Invitation code')).toHaveValue(code);
});

test('no token and no personal number is where scripts or logs could read it', async ({ page, context, request }) => {
  const who = await lifter(request);
  const urls: string[] = [];
  page.on('request', (one) => urls.push(one.url()));
  await enter(page, who.username);
  for (const path of ['/u/me', '/lift?exercise=back_squat', '/history', '/settings']) {
    await page.goto(path);
    await page.waitForLoadState('networkidle');
  }
  const kept = await page.evaluate(
    () => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.cookie,
  );
  expect(kept).not.toMatch(/eyJ|82\.5|example\.org/);
  expect(urls.filter((url) => /eyJ|82\.5|token=|password|weight=/.test(url))).toEqual([]);
  const origin = new URL(process.env.WEB_URL ?? '').origin;
  expect(urls.filter((url) => !url.startsWith(origin) && !url.startsWith('blob:') && !url.startsWith('data:'))).toEqual(
    [],
  );
  const cookie = (await context.cookies()).find((one) => one.value.length > 20);
  expect(cookie).toMatchObject({ httpOnly: true });
  expect(cookie?.expires).toBeGreaterThan(Date.now() / 1000 + 86_400);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
});

test('a sign-out is one in every tab', async ({ page, context, request }) => {
  const who = await lifter(request);
  await enter(page, who.username);
  const other = await context.newPage();
  await other.goto('/settings');
  await expect(other.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
  await expect(other.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
  await expect(other.getByRole('heading', { name: 'Settings' })).toHaveCount(0);
});

test('what is typed in a tab of one lifter never becomes the next one’s', async ({ page, context, request }) => {
  const [ada, ben] = [await lifter(request), await lifter(request)];
  await enter(page, ada.username);
  await page.goto('/settings');
  await expect(page.getByLabel('Shown name')).toBeVisible();
  // Elsewhere in this browser, and without a word to this tab: ada leaves, ben comes.
  expect((await context.request.post('/api/v1/auth/logout', { data: {} })).status()).toBe(204);
  const login = { email: ben.username, password: PASSWORD, grant: 'cookie' };
  expect((await context.request.post('/api/v1/auth/login', { data: login })).status()).toBe(200);
  await page.getByLabel('Shown name').fill('Typed by ada');
  const save = page
    .locator('form')
    .filter({ has: page.getByLabel('Shown name') })
    .getByRole('button', { name: 'Save' });
  let isNew = false;
  page.once('load', () => (isNew = true));
  // Her token may hold for a moment yet: until then it is she who is written to.
  await expect
    .poll(async () => {
      if (!isNew) await save.click({ timeout: 1_000 }).catch(() => undefined);
      return isNew;
    })
    .toBe(true);
  await expect(page.getByLabel('Username')).toHaveValue(ben.username);
  await expect(page.getByLabel('Shown name')).not.toHaveValue('Typed by ada');
  const me = await request.get('/api/v1/users/me', { headers: bearer(await signIn(request, ben.username)) });
  expect(((await me.json()) as { display_name: string }).display_name).toBe(ben.username);
});

test('a sign-out without a network is carried out when there is one', async ({ page, context, request }) => {
  const who = await lifter(request);
  await enter(page, who.username);
  await installed(page);
  await page.goto('/settings');
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
  const ended = page.waitForResponse((answer) => answer.url().endsWith('/auth/logout'));
  await context.setOffline(false);
  expect((await ended).status()).toBe(204);
  const refreshed = await context.request.post('/api/v1/auth/refresh', { data: { grant: 'cookie' } });
  expect(refreshed.status()).toBe(401);
});

test('a wrong field is told beside the field, in words', async ({ page }) => {
  await page.goto('/register');
  await page.getByLabel('Username').fill('a b');
  await page.getByLabel('E-mail').fill('nobody@example.org');
  await page.getByLabel('Password').fill('password1');
  await page.getByRole('button', { name: 'Create account' }).click();
  const field = page.getByLabel('Username');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  const note = page.locator(`#${await field.getAttribute('aria-describedby')}`);
  await expect(note).toContainText(/letters/i);
});
