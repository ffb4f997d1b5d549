//! No message is missing, none is left over, and no language lost a place to fill.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import de from '../../src/i18n/messages/de.json';
import en from '../../src/i18n/messages/en.json';
import problems from '../../src/i18n/problems.de.json';
import exercises from '../../src/i18n/exercises.de.json';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(svelte|ts)$/.test(name) && !name.endsWith('schema.d.ts'))
  .map((name) => readFileSync(join('src', name), 'utf8'))
  .join('\n');

const places = (text: string) => [...new Set(text.match(/\{\w+\}/g))].toSorted();

/** The plural forms of a language, as its messages must have them. */
const forms = (language: string) => new Intl.PluralRules(language).resolvedOptions().pluralCategories;

test('every language says the same things, with the same places to fill', () => {
  expect(Object.keys(de).toSorted()).toEqual(Object.keys(en).toSorted());
  for (const [key, text] of Object.entries(en)) {
    expect(text.trim(), key).not.toBe('');
    expect(places((de as Record<string, string>)[key] ?? ''), key).toEqual(places(text));
  }
});

test('what is counted has every plural form', () => {
  for (const [language, messages] of Object.entries({ en, de })) {
    for (const key of Object.keys(messages).filter((key) => key.includes('#'))) {
      for (const form of forms(language)) expect(messages).toHaveProperty([`${key.split('#')[0]}#${form}`]);
    }
  }
});

/** What is made from parts at run time; svelte-check compares the parts that it knows with the messages. */
const MADE =
  /^(rank|board|age|basis|classes|source|period|equipment|load|kind|cadence|report|lift|muscle|quest|doubt)\./;

test('every message is said somewhere', () => {
  const keys = new Set(Object.keys(en).map((key) => key.split('#')[0] ?? key));
  const unsaid = [...keys].filter((key) => !MADE.test(key) && !sources.includes(`'${key}'`));
  expect(unsaid).toEqual([]);
});

test('every exercise of the catalogue is named, described and judged in German', () => {
  const folder = '../src/catalogue/exercises';
  const catalogue = readdirSync(folder)
    .filter((name) => name.endsWith('.toml'))
    .flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/^id = "(\w+)"/gm)].map((found) => found[1]),
    );
  expect(catalogue.length).toBeGreaterThan(100);
  expect(catalogue.filter((id) => !(exercises as Record<string, { standard: string }>)[id ?? '']?.standard)).toEqual(
    [],
  );
});

test('every quest is told in every language', () => {
  const codes = [...readFileSync('../src/quests/templates.toml', 'utf8').matchAll(/^code = "(\w+)"/gm)].map(
    (found) => found[1],
  );
  expect(codes.length).toBe(12);
  for (const code of codes) expect(en).toHaveProperty([`quest.${code}.text`]);
});

test('every refusal that has a translation is one that the program makes', () => {
  const program = readdirSync('../src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.rs'))
    .map((name) => readFileSync(join('../src', name), 'utf8'))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .replace(/\{\w+\}|\d+/g, '#');
  expect(Object.keys(problems).filter((text) => !program.includes(text))).toEqual([]);
});
