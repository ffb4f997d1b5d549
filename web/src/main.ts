import { mount } from 'svelte';
import App from './App.svelte';
import { chooseLanguage } from './i18n/index.svelte.ts';
import { startSession } from './api/session.svelte.ts';
import { release } from './release.svelte.ts';
import { startRouter } from './router.svelte.ts';
import './ui/theme.css';

startSession();
startRouter();
void release.start();
// Nothing can be shown without words; the page's own code comes meanwhile.
await chooseLanguage();
// The code may be there before the page has been read to its end.
if (document.readyState === 'loading') {
  await new Promise((done) => document.addEventListener('DOMContentLoaded', done, { once: true }));
}
mount(App, { target: document.getElementById('app')! });
