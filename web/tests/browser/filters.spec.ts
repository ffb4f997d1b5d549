//! A board's filters: chips that narrow it, and an address that says how.

import { expect, test } from './harness.ts';
import { enter, lift, lifter } from './lifters.ts';

test('chips narrow a board, and the address keeps them', async ({ page, request }) => {
  const ann = await lifter(request, { scored_as: 'women', weight: 62, country: 'IS' });
  const ben = await lifter(request, { country: 'NO' });
  await lift(request, ann, [{ exercise_id: 'front_squat', weight_kg: 90, reps: 1 }]);
  await lift(request, ben, [{ exercise_id: 'front_squat', weight_kg: 140, reps: 1 }]);
  await enter(page, ann.username);
  await page.goto('/boards/front_squat');
  const row = (who: { username: string }) => page.getByRole('listitem').filter({ hasText: who.username });
  await expect(row(ann)).toBeVisible();
  await expect(row(ben)).toBeVisible();

  await page.getByLabel('Sex').selectOption('women');
  await expect(row(ben)).toHaveCount(0);
  await page.getByLabel('Weight class').selectOption('63');
  await expect(page).toHaveURL(/sex=women&class=63/);
  await expect(row(ann)).toBeVisible();
  await page.getByLabel('Weight class').selectOption('84+');
  await expect(row(ann)).toHaveCount(0);

  // Her own country is offered; everybody else's comes with an address.
  await page.getByLabel('Sex').selectOption('');
  await page.getByLabel('Country').selectOption({ label: 'Iceland' });
  await expect(row(ann)).toBeVisible();
  await expect(row(ben)).toHaveCount(0);
  await page.reload();
  await expect(page.getByLabel('Country')).toHaveValue('IS');
  await page.goto('/boards/front_squat?country=NO');
  await expect(row(ben)).toBeVisible();
  await expect(row(ann)).toHaveCount(0);
});

test('on a phone one is brought to oneself, past all chips', async ({ page, request }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const who = await lifter(request, { country: 'NO' });
  await lift(request, who, [{ exercise_id: 'front_squat', weight_kg: 90, reps: 1 }]);
  await enter(page, who.username);
  await page.goto('/boards/front_squat?sex=men');
  await page.getByRole('button', { name: 'To me' }).click();
  const row = page.getByRole('listitem').filter({ hasText: who.username });
  await expect(row).toBeInViewport({ ratio: 1 });
  const ways = (await page.getByRole('navigation', { name: 'Main pages' }).boundingBox())!;
  const box = (await row.boundingBox())!;
  expect(box.y + box.height).toBeLessThanOrEqual(ways.y);
});
