//! Tells the service worker which files make this release.
//!
//! The release's name is a digest of them, so that another build of the same sources is the same release.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

export function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const digest = createHash('sha256');
        const built = Object.values(bundle).filter((file) => file.fileName !== 'sw.js');
        for (const file of built.toSorted((a, b) => a.fileName.localeCompare(b.fileName, 'en'))) {
          digest.update(file.fileName).update(file.type === 'chunk' ? file.code : file.source);
        }
        const fixed = readdirSync('public').toSorted();
        for (const name of fixed) digest.update(name).update(readFileSync(`public/${name}`));
        const files = built.map((file) => file.fileName);
        const paths = [...files, ...fixed].toSorted().map((name) => `/${name}`);
        const worker = bundle['sw.js'];
        if (worker?.type !== 'chunk') throw new Error('there is no sw.js in the build');
        const head = `const RELEASE=${JSON.stringify(digest.digest('hex').slice(0, 16))},FILES=${JSON.stringify(paths)};`;
        worker.code = head + worker.code;
      },
    },
  };
}
