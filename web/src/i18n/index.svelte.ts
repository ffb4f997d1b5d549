//! Words and numbers in the reader's language.
//!
//! A language is a file of messages, loaded when it is chosen. `{name}` is a place to fill; of a message that counts there
//! is one for each plural form that the language has (`key#one`, `key#other`), chosen by `count`. tests/unit/messages.test.ts
//! finds what is missing. Our own, since the libraries for it weigh more than all of this page's code.

import type en from './messages/en.json';

export type Messages = typeof en;
type Whole<Key> = Key extends `${infer Start}#other` ? Start : Key extends `${string}#one` ? never : Key;
export type MessageKey = Whole<keyof Messages>;

/** `en-XB` is English written backwards-looking from right to left: it shows what only works from left to right. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number] | 'en-XB';

const files: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import('./messages/en.json'),
  de: async () => {
    const [said, refused] = await Promise.all([import('./messages/de.json'), import('./problems.de.json')]);
    const problems = Object.entries(refused.default).map(([text, german]) => [`problem.${text}`, german]);
    return { default: { ...said.default, ...Object.fromEntries(problems) } };
  },
  'en-XB': () => import('./pseudo.ts'),
};

const state = $state({ language: 'en' as Language, messages: {} as Record<string, string> });

function preferred(): Language {
  const kept = localStorage.getItem('language');
  if (kept && kept in files) return kept as Language;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return LANGUAGES.find((language) => language === wanted.find((tag) => tag in files)) ?? 'en';
}

/** Loads a language and keeps the choice; without one, what was kept or what the browser asks for. */
export async function chooseLanguage(language?: Language) {
  if (language) localStorage.setItem('language', language);
  const chosen = language ?? preferred();
  const messages = (await files[chosen]()).default as Record<string, string>;
  Object.assign(state, { language: chosen, messages });
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
  return cached(options, () => new Intl.NumberFormat(locale(), options)).format(value);
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
