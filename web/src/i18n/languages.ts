//! Which languages there are, which one the reader wants, and where its words are.
//!
//! Part of the first code that runs (start.ts): it must need nothing of the rest.

/** `en-XB` is English written backwards-looking from right to left: it shows what only works from left to right. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number] | 'en-XB';

const files: Record<Language, () => Promise<object>> = {
  en: async () => (await import('./messages/en.json')).default,
  de: async () => {
    const [said, refused] = await Promise.all([import('./messages/de.json'), import('./problems.de.json')]);
    const problems = Object.entries(refused.default).map(([text, german]) => [`problem.${text}`, german]);
    return { ...said.default, ...Object.fromEntries(problems) };
  },
  'en-XB': async () => (await import('./pseudo.ts')).default((await import('./messages/en.json')).default),
};

/** What was chosen here, or what the browser asks for. */
export function preferred(): Language {
  const kept = localStorage.getItem('language');
  if (kept && kept in files) return kept as Language;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return LANGUAGES.find((language) => language === wanted.find((tag) => tag in files)) ?? 'en';
}

/** The messages of a language. */
export const wordsOf = (language: Language) => files[language]() as Promise<Record<string, string>>;
