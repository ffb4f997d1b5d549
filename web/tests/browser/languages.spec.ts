//! German, and from right to left.

import { expect, test } from './harness.ts';
import { enter, lift, lifter } from './lifters.ts';
import en from '../../src/i18n/messages/en.json' with { type: 'json' };

const PAGES = [
  '/',
  '/lift',
  '/train',
  '/boards/energy',
  '/u/me',
  '/history',
  '/quests',
  '/feed',
  '/people',
  '/guilds',
  '/settings',
];

test.describe('in German', () => {
  test.use({ locale: 'de-DE' });

  test('a browser that asks for German gets it, with its numbers', async ({ page }) => {
    await page.goto('/');
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.getByRole('heading', { name: 'Heben. Wissen, wo du stehst.' })).toBeVisible();
    await page.getByText('Frauen', { exact: true }).click();
    await page.getByLabel('Körpergewicht').fill('63');
    await page.getByLabel('Kniebeuge').fill('102.5');
    await expect(page.getByText('102,5 kg')).toBeVisible();
    await page.goto('/exercises/back_squat');
    await expect(page.getByRole('heading', { name: 'Kniebeuge', level: 1 })).toBeVisible();
  });
});

test('the language is chosen in the page, and stays', async ({ page }) => {
  await page.goto('/');
  await page.getByLabel('Language').selectOption('de');
  await expect(page.getByRole('link', { name: 'Anmelden' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('link', { name: 'Anmelden' })).toBeVisible();
});

test('from right to left nothing is cut off, and no word was left untranslated', async ({ page, request }) => {
  const who = await lifter(request);
  await lift(request, who, [{ exercise_id: 'deadlift', weight_kg: 160, reps: 1 }]);
  await enter(page, who.username);
  await page.evaluate(() => localStorage.setItem('language', 'en-XB'));
  await page.setViewportSize({ width: 390, height: 844 });
  // Words of English messages that are long enough to be no name.
  const words = Object.values(en).filter((text) => /^[A-Z][a-z]+ [a-z ]{6,}\.?$/.test(text));
  expect(words.length).toBeGreaterThan(30);
  for (const path of PAGES) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(0);
    const text = await page.locator('body').innerText();
    expect(
      words.filter((word) => text.includes(word)),
      path,
    ).toEqual([]);
    // The name of the house stands where a line begins.
    const name = await page.locator('header .name').boundingBox();
    expect(name!.x, path).toBeGreaterThan(195);
  }
});
