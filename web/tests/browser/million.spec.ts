//! A list of a million rows. No test has as many lifters: the rows are made up here, each at its place; how fast it is with
//! real ones is measured by tests/bench/web.sh.

import { expect, test } from './harness.ts';

const OF = 1_000_000;

test.beforeEach(async ({ page }) => {
  await page.route('**/api/v1/boards/energy?*', async (route) => {
    const query = new URL(route.request().url()).searchParams;
    const limit = Number(query.get('limit'));
    const first = Math.max(0, Number(query.get('around')) - 1 - Math.floor(limit / 2));
    const items = Array.from({ length: Math.min(limit, OF - first) }, (_, at) => ({
      rank: first + at + 1,
      is_me: false,
      user: { id: `id-${first + at}`, username: `lifter-${first + at + 1}` },
      value: OF - first - at,
      shown: '',
    }));
    await route.fulfill({ json: { items, next: null, of: OF } });
  });
  await page.goto('/boards/energy');
  await expect(page.getByText('1,000,000 lifters')).toBeVisible();
});

test('a jump to a rank shows that rank', async ({ page }) => {
  for (const rank of [900_000, 1_000_000, 500_001, 1]) {
    await page.getByLabel('Jump to a rank').fill(String(rank));
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await expect(page.getByText(`lifter-${rank}`, { exact: true })).toBeInViewport();
  }
});

test('a wheel moves by rows anywhere, and the scrollbar reaches both ends', async ({ page }) => {
  const list = page.getByRole('list', { name: 'Energy' });
  await page.getByLabel('Jump to a rank').fill('700000');
  await page.getByRole('button', { name: 'Go', exact: true }).click();
  await expect(page.getByText('lifter-700000', { exact: true })).toBeInViewport();
  await list.hover();
  for (let turn = 1; turn <= 20; turn++) {
    await page.mouse.wheel(0, 280);
    await page.waitForTimeout(60);
  }
  // Twenty times five rows of 56 px.
  await expect(page.getByText('lifter-700100', { exact: true })).toBeInViewport();
  await list.evaluate((box) => (box.scrollTop = box.scrollHeight));
  await expect(page.getByText('lifter-1000000', { exact: true })).toBeInViewport();
  await list.evaluate((box) => (box.scrollTop = 0));
  await expect(page.getByText('lifter-1', { exact: true })).toBeInViewport();
  await list.focus();
  await page.keyboard.press('End');
  await expect(page.getByText('lifter-1000000', { exact: true })).toBeInViewport();
});
