//! What Caddy makes of the app: pages, hashed files, headers, and what is no page.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './harness.ts';

const root = process.env.WEB_ROOT ?? '';
const older = process.env.WEB_OLDER ?? '';
const asset = (ending: RegExp) => `/assets/${readdirSync(join(root, 'assets')).find((name) => ending.test(name))}`;

for (const path of ['/', '/boards/energy', '/no/such/page']) {
  test(`a browser gets a page at ${path}`, async ({ page }) => {
    const answer = await page.goto(path);
    expect(answer?.status()).toBe(200);
    const headers = answer?.headers() ?? {};
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(headers['content-security-policy']).not.toContain('unsafe-inline');
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['vary']).toContain('Accept');
    expect(headers['x-content-type-options']).toBe('nosniff');
    await expect(page.getByRole('main')).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  });
}

test('a page that has not changed is not sent again', async ({ request }) => {
  const first = await request.get('/boards', { headers: { Accept: 'text/html' } });
  const tag = first.headers()['etag'] ?? '';
  const again = await request.get('/boards', { headers: { Accept: 'text/html', 'If-None-Match': tag } });
  expect(again.status()).toBe(304);
});

test('whoever asks for no page gets the answers of the program', async ({ request }) => {
  const health = await request.get('/');
  expect(health.headers()['content-type']).toContain('application/json');
  for (const path of ['/api/v1/nothing', '/api', '/health/nothing', '/.well-known/nothing', '/static/nothing']) {
    const answer = await request.get(path, { headers: { Accept: 'text/html,*/*' } });
    expect(answer.status(), path).toBe(404);
    expect(answer.headers()['content-type'], path).toBe('application/problem+json');
  }
  const refused = await request.post('/boards/energy', { headers: { Accept: 'text/html' } });
  expect(refused.status()).toBe(404);
});

for (const [address, requests] of [
  ['/', ['/api/v1/boards/energy?limit=10', '/api/v1/site']],
  ['/boards/energy', ['/api/v1/boards', '/api/v1/boards/energy?limit=100&around=51', '/api/v1/site']],
] as const) {
  test(`what a stranger's ${address} asks first is asked once, with the first code`, async ({ page }) => {
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.startsWith('/api/')) asked.push(pathname + search);
    });
    // Were the first code not to ask, nobody would: the shell is held back.
    const shell = Promise.withResolvers<undefined>();
    await page.route(/\/assets\/shell-.*\.js$/, async (route) => {
      await shell.promise;
      await route.continue();
    });
    const first = page.waitForRequest((request) => new URL(request.url()).pathname.startsWith('/api/'));
    await page.goto(address, { waitUntil: 'commit' });
    await first;
    shell.resolve(undefined);
    await expect(page.getByRole('main').getByRole('listitem').first()).toBeVisible();
    await expect.poll(() => asked.toSorted()).toEqual(requests);
  });
}

test('files with hashed names are kept for a year, and sent as they were compressed', async ({ request }) => {
  const path = asset(/^shell-.*\.js$/);
  const lengths = new Set<string>();
  for (const coding of ['br', 'zstd', 'gzip']) {
    const answer = await request.get(path, { headers: { 'Accept-Encoding': coding } });
    expect(answer.headers()['content-encoding']).toBe(coding);
    expect(answer.headers()['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers()['content-type']).toContain('javascript');
    lengths.add(answer.headers()['content-length'] ?? answer.headers()['etag'] ?? '');
  }
  expect(lengths.size).toBe(3);
});

test('files of earlier releases are found, what never was is not, and is no page', async ({ request }) => {
  const page = { headers: { Accept: 'text/html' } };
  writeFileSync(join(older, 'assets/earlier-00000000.js'), '// of the release before\n');
  const kept = await request.get('/assets/earlier-00000000.js', page);
  expect([kept.status(), await kept.text()]).toEqual([200, '// of the release before\n']);
  expect(kept.headers()['cache-control']).toContain('immutable');
  const gone = await request.get('/assets/never-00000000.js', page);
  expect([gone.status(), gone.headers()['cache-control']]).toEqual([404, 'no-store']);
  expect(await gone.text()).not.toContain('<html');
});

test('the service worker and the manifest are asked for each time', async ({ request }) => {
  for (const path of ['/sw.js', '/manifest.webmanifest', '/index.html', '/icon.svg']) {
    const answer = await request.get(path);
    expect(answer.status(), path).toBe(200);
    expect(answer.headers()['cache-control'], path).toBe('no-cache');
    expect(answer.headers()['etag'], path).toBeTruthy();
  }
});
