import { mount } from 'svelte';
import App from './App.svelte';
import { chooseLanguage } from './i18n/index.svelte.ts';
import { startSession } from './api/session.svelte.ts';
import { release } from './release.svelte.ts';
import { startRouter } from './router.svelte.ts';
import './ui/theme.css';

const target = document.getElementById('app');
if (target) {
  startSession();
  startRouter();
  void release.start();
  // Nothing can be shown without words; the page's own code comes meanwhile.
  await chooseLanguage();
  mount(App, { target });
}
