//! What every browser test begins with: a context that fails the test for whatever its pages complain of.
//!
//! Chromium tells violations of the Content-Security-Policy, exceptions and failed requests in the console. Answers of the API
//! are each test's own business: a 401 is told there too.

import { type BrowserContext, expect, test as base } from '@playwright/test';

export { expect };

/** Collects what pages of a context complain of; `allowed` is what a test provokes. */
export function complaints(context: BrowserContext, allowed: RegExp[] = []): string[] {
  const told: string[] = [];
  const tell = (text: string) => {
    if (!allowed.some((pattern) => pattern.test(text))) told.push(text);
  };
  context.on('console', (message) => {
    const { url } = message.location();
    const isAnswer =
      message.text().startsWith('Failed to load resource') && new URL(url, 'http://x').pathname.startsWith('/api/');
    if (message.type() === 'error' && !isAnswer) tell(`${message.text()} (${url})`);
  });
  context.on('weberror', (error) => tell(String(error.error().stack ?? error.error())));
  return told;
}

/** `allowed` is an option of a test or a file: `test.use({ allowed: [/…/] })`. */
export const test = base.extend<{ allowed: RegExp[]; quiet: undefined }>({
  allowed: [[], { option: true }],
  quiet: [
    async ({ context, allowed }, use) => {
      const told = complaints(context, allowed);
      await use(undefined);
      expect(told, 'what pages complained of').toEqual([]);
    },
    { auto: true },
  ],
});
