import { expect, test } from 'vitest';
import { whole } from '../../src/i18n/whole.ts';

const LOCALES = ['en', 'en-US', 'en-GB', 'de', 'de-DE'];
const VALUES = [
  0, 1, 9.4, 9.5, 10.5, 99.5, 999, 999.49, 999.5, 1000, 9999, 12_345, 999_999.5, 1_000_000, 123_456_789.4,
];

test('whole numbers are written as Intl writes them', () => {
  for (const locale of LOCALES) {
    for (const value of VALUES) {
      for (const maximumFractionDigits of [0, 2]) {
        const said = whole(value, { maximumFractionDigits }, locale);
        const meant = new Intl.NumberFormat(locale, { maximumFractionDigits }).format(value);
        if (maximumFractionDigits === 0 || Number.isInteger(value)) expect(said).toBe(meant);
        else expect(said).toBeNull();
      }
    }
  }
});

test('what only Intl knows is left to it', () => {
  expect(whole(100_000, { maximumFractionDigits: 2 }, 'en-IN')).toBeNull();
  expect(whole(1000, { minimumFractionDigits: 2, maximumFractionDigits: 2 }, 'en')).toBeNull();
  expect(whole(-1000, { maximumFractionDigits: 2 }, 'en')).toBeNull();
  expect(whole(Number.NaN, { maximumFractionDigits: 0 }, 'en')).toBeNull();
});
