import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { linkedPackages } from './build/linked-packages.ts';
import { preload } from './build/preload.ts';
import { serviceWorker } from './build/service-worker.ts';

// The API that the development server speaks with; tools/dev.sh says where it is.
const api = process.env.REPDUEL_API ?? 'http://127.0.0.1:9999';

/** What is fetched together with the page itself: what a first visit mostly shows. Other pages and languages come a journey later. */
const FIRST = ['shell', '/messages/en.json', '/pages/first.ts', '/src/main.ts'];

export default defineConfig({
  plugins: [svelte(), preload(FIRST), serviceWorker(), linkedPackages()],
  server: {
    port: Number(process.env.WEB_PORT ?? 5173),
    strictPort: true,
    proxy: { '^/(api|static|health|version)(/|$)': api },
    // The table of competitors lies with the program's own sources.
    fs: { allow: ['.', '../src/strength'] },
  },
  json: { namedExports: false, stringify: true },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the Content-Security-Policy allows files of our own, not data:
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { app: 'index.html', sw: 'src/sw.ts' },
      output: {
        // The browser looks for a service worker at the same address for ever.
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        // Few files, since each costs a journey on a poor connection: what begins, what stands around all pages and the pages of
        // a first visit, what many others share, and each other page.
        codeSplitting: {
          groups: [
            {
              name: 'start',
              test: /src\/(start|pages|early|api\/tokens|i18n\/languages)\.ts$|regexparam|preload-helper/,
              priority: 3,
            },
            { name: 'shell', test: /src\/(main|pages\/first)\.ts$/, priority: 2 },
            { name: 'shared', test: /src\//, minShareCount: 3 },
          ],
        },
      },
    },
  },
  test: { include: ['tests/unit/**/*.test.ts'] },
});
