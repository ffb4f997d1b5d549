//! How the browser's tests run. tests/web.sh starts what they need and says where it is.

import { defineConfig } from '@playwright/test';

const url = process.env.WEB_URL;
if (!url) throw new Error('run the browser tests by tests/web.sh');

export default defineConfig({
  testDir: 'tests/browser',
  outputDir: 'test-results/output',
  reporter: [['list'], ['json', { outputFile: 'test-results/results.json' }]],
  forbidOnly: Boolean(process.env.CI),
  workers: 2,
  // A build server's processors are others' too.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: url,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // Chromium makes no sandbox for root; nothing foreign is opened.
      chromiumSandbox: process.getuid?.() !== 0,
    },
  },
});
