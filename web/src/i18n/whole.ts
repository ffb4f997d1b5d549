//! Whole numbers as most readers write them, without Intl: a browser's first Intl.NumberFormat takes a fifth of a second on a
//! slow phone, which nobody should wait for whose first page shows places and energies.

/** What stands between thousands. Other regions of a language may have something else. */
const BETWEEN: Record<string, string> = { en: ',', 'en-US': ',', 'en-GB': ',', de: '.', 'de-DE': '.' };

/** What Intl would write, or null where only it knows. */
export function whole(value: number, options: Intl.NumberFormatOptions, locale: string): string | null {
  const between = BETWEEN[locale];
  const { maximumFractionDigits: digits, ...others } = options;
  if (between === undefined || digits === undefined || Object.keys(others).length > 0) return null;
  const shown = digits === 0 ? Math.round(value) : value;
  if (!Number.isSafeInteger(shown) || shown < 0) return null;
  return String(shown).replace(/\B(?=(\d{3})+$)/g, between);
}
