//! By keyboard alone: sign in, lift, change the order of a routine, look at a row.

import type { Page } from '@playwright/test';
import { expect, test } from './harness.ts';
import { enter, lifter, PASSWORD } from './lifters.ts';

/** Tabs until what has the focus bears this name. */
async function tabTo(page: Page, name: RegExp, most = 80) {
  for (let step = 0; step < most; step++) {
    await page.keyboard.press('Tab');
    const text = await page.evaluate(() => {
      const at = document.activeElement as HTMLElement | null;
      const label = at?.id ? document.querySelector(`label[for="${CSS.escape(at.id)}"]`)?.textContent : '';
      return `${at?.getAttribute('aria-label') ?? ''} ${label ?? ''} ${at?.closest('label')?.textContent ?? ''} ${at?.textContent ?? ''}`.trim();
    });
    if (name.test(text)) return;
  }
  throw new Error(`no way by Tab to ${name}`);
}

test('sign in, lift and look at the board without a mouse', async ({ page, request }) => {
  const who = await lifter(request);
  await page.goto('/');
  await tabTo(page, /^Skip to the content/);
  await tabTo(page, /^Sign in$/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeFocused();
  await tabTo(page, /E-mail or username/);
  await page.keyboard.type(who.username);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: who.username })).toBeVisible();
  await tabTo(page, /^Log a lift$/);
  await page.keyboard.press('Enter');
  await tabTo(page, /Search exercises/);
  await page.keyboard.type('bench press');
  await expect(page.getByRole('status').filter({ hasText: 'found' })).toBeAttached();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await tabTo(page, /^Weight/);
  await page.keyboard.type('100');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Saved' })).toBeVisible();
  await tabTo(page, /^To the board$/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: /Bench Press/ })).toBeVisible();
  await tabTo(page, /^\d+.*kg/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Why is this here?' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a routine is put together and put in order by key', async ({ page, request }) => {
  const who = await lifter(request);
  await enter(page, who.username);
  await page.goto('/train/routines/new');
  await tabTo(page, /^Name/);
  await page.keyboard.type('By key');
  for (const name of ['front squat', 'chin-up']) {
    await tabTo(page, /^Add an exercise$/);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog').getByLabel('Search exercises')).toBeFocused();
    await page.keyboard.type(name);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
  await tabTo(page, /^Move Chin-Up up$/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Exercises in their order' }).getByRole('heading').first()).toHaveText(
    'Chin-Up',
  );
  await tabTo(page, /^Save$/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'By key' })).toBeVisible();
});
