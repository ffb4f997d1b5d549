import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { linkedPackages } from './build/linked-packages.ts';
import { serviceWorker } from './build/service-worker.ts';

// The API that the development server speaks with; tools/dev.sh says where it is.
const api = process.env.REPDUEL_API ?? 'http://127.0.0.1:9999';

export default defineConfig({
  plugins: [svelte(), serviceWorker(), linkedPackages()],
  server: {
    port: Number(process.env.WEB_PORT ?? 5173),
    strictPort: true,
    proxy: { '^/(api|static|health|version)(/|$)': api },
    // The table of competitors lies with the program's own sources.
    fs: { allow: ['.', '../src/strength'] },
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the Content-Security-Policy allows files of our own, not data:
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { app: 'index.html', sw: 'src/sw.ts' },
      // The browser looks for a service worker at the same address for ever.
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  test: { include: ['tests/unit/**/*.test.ts'] },
});
