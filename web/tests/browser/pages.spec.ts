//! Every page: axe in both colours, nothing wider than 320 px, and a picture in four forms.

import AxeBuilder from '@axe-core/playwright';
import type { BrowserContext, Page } from '@playwright/test';
import { complaints, expect, test } from './harness.ts';
import { bearer, enter, lift, lifter, type Lifter } from './lifters.ts';

const OPEN = ['/', '/boards', '/boards/energy', '/boards/back_squat', '/exercises', '/exercises/back_squat', '/login', '/register', '/forgot', '/reset-password', '/verify', '/no/such/page']; // prettier-ignore
const OWN = ['/', '/lift', '/lift?exercise=back_squat', '/train', '/train/routines/new', '/train/workout', '/u/me', '/u/lifter-37', '/history', '/quests', '/feed', '/people', '/guilds', '/settings', '/moderation', '/welcome', '/exercises/back_squat', '/boards/dots?sex=men']; // prettier-ignore

const FORMS = [
  { name: 'narrow-light', width: 390, height: 844, colorScheme: 'light' },
  { name: 'narrow-dark', width: 390, height: 844, colorScheme: 'dark' },
  { name: 'wide-light', width: 1280, height: 900, colorScheme: 'light' },
  { name: 'wide-dark', width: 1280, height: 900, colorScheme: 'dark' },
] as const;

const titleOf = (path: string) => (path === '/' ? 'home' : path.slice(1).replace(/[^a-z0-9]+/gi, '-'));

async function open(page: Page, path: string) {
  await page.goto(path);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.waitForLoadState('networkidle');
}

/** A lifter with a past, a workout under way and a moderator's rights. */
async function prepare(context: BrowserContext, page: Page): Promise<Lifter> {
  const who = await lifter(context.request);
  await lift(context.request, who, [
    { exercise_id: 'back_squat', weight_kg: 120, reps: 1 },
    { exercise_id: 'barbell_bench_press', weight_kg: 90, reps: 1 },
    { exercise_id: 'deadlift', weight_kg: 160, reps: 1 },
    { exercise_id: 'pull_up', weight_kg: 0, reps: 12 },
  ]);
  const days = [{ weight: 83 }, { weight: 82 }];
  for (const data of days) await context.request.patch('/api/v1/users/me', { headers: bearer(who.token), data });
  await enter(page, who.username);
  await page.goto('/train');
  await page.getByRole('button', { name: 'Start', exact: true }).first().click();
  await expect(page.getByRole('button', { name: 'Set 1 done', exact: true }).first()).toBeVisible();
  return who;
}

async function violations(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(
    (one) => `${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary}`).join('; ')}`,
  );
}

// The longest of all tests: no browser shall wait for another's to end.
test.describe.configure({ mode: 'parallel' });

const parts = (paths: string[]) =>
  [0, 6, 12].map((from) => paths.slice(from, from + 6)).filter((part) => part.length > 0);

for (const { who, paths } of [
  ...parts(OPEN).map((paths) => ({ who: 'guest', paths })),
  ...parts(OWN).map((paths) => ({ who: 'member', paths })),
]) {
  test(`a ${who} from ${paths[0]} on: nothing for axe to find, nothing too wide, and pictures`, async ({ browser }) => {
    test.setTimeout(300_000);
    const context = await browser.newContext({
      baseURL: process.env.WEB_URL,
      locale: 'en-GB',
      reducedMotion: 'reduce',
    });
    const told = complaints(context);
    const page = await context.newPage();
    if (who === 'member') await prepare(context, page);
    const found: string[] = [];
    for (const path of paths) {
      await open(page, path);
      for (const { name, colorScheme, ...viewport } of FORMS) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        if (name === 'narrow-light' || name === 'wide-dark') {
          for (const violation of await violations(page)) found.push(`${path} ${name} ${violation}`);
        }
        await page.screenshot({ path: `test-results/screenshots/${who}-${titleOf(path)}-${name}.png`, fullPage: true });
      }
      await page.setViewportSize({ width: 320, height: 640 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) found.push(`${path} is wider than 320 px by ${over}`);
    }
    expect(found).toEqual([]);
    expect(told).toEqual([]);
    await context.close();
  });
}
