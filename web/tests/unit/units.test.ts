import { expect, test } from 'vitest';
import { fromKg, toKg } from '../../src/strength/units.ts';

test('pounds that were typed come back as they were typed, for ever', () => {
  for (let quarters = 1; quarters <= 8000; quarters++) {
    const pounds = quarters / 4;
    const once = toKg(pounds, 'lbs');
    expect(fromKg(once, 'lbs')).toBe(pounds);
    // And again, from what was shown.
    expect(toKg(fromKg(once, 'lbs'), 'lbs')).toBe(once);
  }
});

test('kilograms stay what they are', () => {
  for (const kg of [0.25, 1.25, 2.5, 60.01, 102.5, 250]) expect(fromKg(toKg(kg, 'kg'), 'kg')).toBe(kg);
});

test('a weight in kilograms is shown in pounds to a tenth', () => {
  expect(fromKg(100, 'lbs')).toBe(220.5);
  expect(fromKg(61, 'lbs')).toBe(134.5);
  expect(fromKg(63, 'lbs')).toBe(138.9);
});
