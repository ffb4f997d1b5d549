//! The first code of a page, and little of it: what the page is made of is on its way before the shell around all pages,
//! fifty times as large, has come and begun. The page names it as `async`, so it waits for no style sheet either.

import { askEarly } from './early.ts';
import { preferred, wordsOf } from './i18n/languages.ts';
import { pageAt } from './pages.ts';

// Both are asked for again by whoever uses them, and whoever asks says what is wrong.
pageAt(location.pathname)
  .load()
  .catch(() => undefined);
wordsOf(preferred()).catch(() => undefined);
askEarly(location.pathname, location.search);
void import('./main.ts');
