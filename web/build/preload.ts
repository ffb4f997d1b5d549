//! Names in the page what every page is made of, so that it comes together with the first code instead of after it.

import type { HtmlTagDescriptor, Plugin } from 'vite';

export function preload(entries: string[]): Plugin {
  return {
    name: 'preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const scripts = new Set<string>();
        const styles = new Set<string>();
        const collect = (name: string) => {
          const file = bundle?.[name];
          // What the page names already comes without us.
          if (file?.type !== 'chunk' || scripts.has(name) || html.includes(name)) return;
          scripts.add(name);
          for (const style of file.viteMetadata?.importedCss ?? []) styles.add(style);
          for (const other of file.imports) collect(other);
        };
        for (const entry of entries) {
          const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk');
          const chunk =
            chunks.find((file) => file.facadeModuleId?.endsWith(entry)) ?? chunks.find((file) => file.name === entry);
          if (!chunk) throw new Error(`${entry} is in no chunk of the build`);
          collect(chunk.fileName);
        }
        const link = (attrs: Record<string, string | boolean>): HtmlTagDescriptor => ({
          tag: 'link',
          attrs,
          injectTo: 'head',
        });
        return [
          ...[...styles].map((name) => link({ rel: 'stylesheet', crossorigin: true, href: `/${name}` })),
          ...[...scripts].map((name) => link({ rel: 'modulepreload', crossorigin: true, href: `/${name}` })),
        ];
      },
    },
  };
}
