//! Notes of which packages something is in the build, for the list of parts that the Debian package carries
//! (packaging/web_packages.py). What is installed tells too much: most of it only builds.

import { writeFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const NOTE = 'node_modules/.repduel-linked.json';

export function linkedPackages(): Plugin {
  return {
    name: 'linked-packages',
    apply: 'build',
    generateBundle(_, bundle) {
      const names = new Set<string>();
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        for (const [id, { renderedLength }] of Object.entries(file.modules)) {
          const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
          if (name && renderedLength > 0) names.add(name);
        }
      }
      writeFileSync(NOTE, JSON.stringify([...names].toSorted()));
    },
  };
}
