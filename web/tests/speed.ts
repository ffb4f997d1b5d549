//! How fast the app is on a phone far away: 1.6 Mbit/s, 150 ms there and back, a processor four times slower than this one's.
//!
//! Run by tests/bench/web.sh, through Caddy as it is shipped. A line for each figure, the median of ROUNDS first visits: from the
//! navigation until the page's heading is there and nothing keeps a finger waiting any more (the end of the last task of
//! more than 50 ms before two quiet seconds); the bytes of script and style, as they came over the wire, without
//! headers; and the longest task while a board of everybody is scrolled.

import { type CDPSession, chromium, type Page } from '@playwright/test';

const url = process.env.WEB_URL ?? 'http://localhost:5173';
const rounds = Number(process.env.ROUNDS ?? 3);
const PAGES = { home: '/', board: '/boards/energy' };
/** Everybody stands here, and rows are fetched while it is scrolled. */
const LONG_BOARD = '/boards/back_squat';

interface Told {
  heading?: number;
  tasks: { end: number; duration: number }[];
}
declare global {
  interface Window {
    told: Told;
  }
}

/** Runs in the page before anything of it does. */
function watch() {
  const told: Told = { tasks: [] };
  window.told = told;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) told.tasks.push({ end: startTime + duration, duration });
  }).observe({ type: 'longtask', buffered: true });
  const look = () => {
    if (!document.querySelector('main h1')) return requestAnimationFrame(look);
    told.heading = performance.now();
  };
  requestAnimationFrame(look);
}

async function slowDown(cdp: CDPSession) {
  await cdp.send('Network.enable');
  const throughput = 1_600_000 / 8;
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
}

/** Waits until two seconds have passed without a long task or a request for code. */
async function quiet(page: Page) {
  let before = '';
  for (;;) {
    const state = await page.evaluate(
      () => `${window.told.tasks.length} ${performance.getEntriesByType('resource').length}`,
    );
    if (state === before) return;
    before = state;
    await page.waitForTimeout(2_000);
  }
}

async function visit(path: string): Promise<{ interactive: number; bytes: number }> {
  await using browser = await launch();
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  await slowDown(await page.context().newCDPSession(page));
  await page.addInitScript(watch);
  await page.goto(url + path);
  await page.waitForFunction(() => window.told.heading !== undefined);
  await quiet(page);
  return await page.evaluate(() => {
    const code = performance
      .getEntriesByType('resource')
      .filter(({ name }) => /\.(js|css)$/.test(new URL(name).pathname));
    const bytes = code.reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0);
    const { heading = 0, tasks } = window.told;
    return { interactive: Math.max(heading, ...tasks.map(({ end }) => end)), bytes };
  });
}

/** The longest task of those that took more than 50 ms, or 0. */
async function scroll(): Promise<number> {
  await using browser = await launch();
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  await page.addInitScript(watch);
  await page.goto(url + LONG_BOARD);
  await page.waitForFunction(() => window.told.heading !== undefined);
  await quiet(page);
  await slowDown(await page.context().newCDPSession(page));
  await page.evaluate(() => void (window.told.tasks.length = 0));
  await page.mouse.move(195, 600);
  for (let step = 0; step < 100; step++) {
    await page.mouse.wheel(0, 1_500);
    await page.waitForTimeout(50);
  }
  // And to where nobody has been.
  for (const part of [0.5, 0.9, 0.1]) {
    await page.evaluate((part) => {
      const list = document.querySelector('main [role=list]');
      if (list) list.scrollTop = list.scrollHeight * part;
    }, part);
    await page.waitForTimeout(1_000);
  }
  return await page.evaluate(() => Math.max(0, ...window.told.tasks.map(({ duration }) => duration)));
}

function launch() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const row = (name: string, value: number) => console.log(`${name} ${Math.round(value)} -`);

for (const [name, path] of Object.entries(PAGES)) {
  const visits = [];
  for (let round = 0; round < rounds; round++) visits.push(await visit(path));
  row(`web_${name}_interactive_ms`, median(visits.map(({ interactive }) => interactive)));
  row(`web_${name}_script_and_style_bytes`, median(visits.map(({ bytes }) => bytes)));
}
const longest = [];
for (let round = 0; round < rounds; round++) longest.push(await scroll());
row('web_board_scroll_longest_task_ms', median(longest));
