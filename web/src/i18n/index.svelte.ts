//! Words and numbers in the reader's language.
//!
//! A language is a file of messages, loaded when it is chosen. `{name}` is a place to fill; of a message that counts there
//! is one for each plural form that the language has (`key#one`, `key#other`), chosen by `count`. tests/unit/messages.test.ts
//! finds what is missing. Our own, since the libraries for it weigh more than all of this page's code.

import { preferred, wordsOf, type Language } from './languages.ts';
import { whole } from './whole.ts';
import type en from './messages/en.json';

export type Messages = typeof en;
type Whole<Key> = Key extends `${infer Start}#other` ? Start : Key extends `${string}#one` ? never : Key;
export type MessageKey = Whole<keyof Messages>;

// Raw: six hundred messages are changed all at once or not at all.
let state = $state.raw({ language: 'en' as Language, messages: {} as Record<string, string> });

/** Loads a language and keeps the choice; without one, what was kept or what the browser asks for. */
export async function chooseLanguage(language?: Language) {
  if (language) localStorage.setItem('language', language);
  const chosen = language ?? preferred();
  const messages = await wordsOf(chosen);
  state = { language: chosen, messages };
  document.documentElement.lang = chosen;
  document.documentElement.dir = chosen === 'en-XB' ? 'rtl' : 'ltr';
}

export const language = () => state.language;

/** For `Intl`: the browser's own region where it speaks the language that is shown. */
export function locale(): string {
  return (
    navigator.languages.find((tag) => tag.slice(0, 2) === state.language.slice(0, 2)) ?? state.language.slice(0, 2)
  );
}

const plurals = new Map<string, Intl.PluralRules>();

function pluralForm(count: number): string {
  const tag = state.language.slice(0, 2);
  // As in `whole`: most readers' first page needs nothing of Intl.
  if (tag === 'en' || tag === 'de') return count === 1 ? 'one' : 'other';
  if (!plurals.has(tag)) plurals.set(tag, new Intl.PluralRules(tag));
  return plurals.get(tag)!.select(count);
}

/** The message of this key, its places filled. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  const { count } = values;
  const form = typeof count === 'number' ? `${key}#${pluralForm(count)}` : key;
  const text = state.messages[form] ?? state.messages[`${key}#other`] ?? state.messages[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? number(value) : (value ?? '');
  });
}

/** A message whose key is only known at run time (a rank, an action of the audit); `otherwise` where there is none. */
export function lookup(key: string, otherwise: string): string {
  return state.messages[key] ?? otherwise;
}

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function cached<Format extends Intl.NumberFormat | Intl.DateTimeFormat>(key: object, make: () => Format): Format {
  const name = locale() + JSON.stringify(key);
  if (!formats.has(name)) formats.set(name, make());
  return formats.get(name) as Format;
}

export function number(value: number, options: Intl.NumberFormatOptions = { maximumFractionDigits: 2 }): string {
  const text = whole(value, options, locale());
  return text ?? cached(options, () => new Intl.NumberFormat(locale(), options)).format(value);
}

export function date(
  time: string | number | Date,
  options: Intl.DateTimeFormatOptions = { dateStyle: 'medium' },
): string {
  return cached({ ...options, date: true }, () => new Intl.DateTimeFormat(locale(), options)).format(new Date(time));
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "3 hours ago". */
export function ago(time: string): string {
  const seconds = (new Date(time).getTime() - Date.now()) / 1000;
  const [unit, length] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ['minute', 60];
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(Math.round(seconds / length), unit);
}
