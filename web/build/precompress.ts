//! Lays beside each text file of the build what Caddy sends of it: brotli, zstd and gzip, as small as they get.
//!
//! It is done once here instead of at every request, so that the strongest levels cost nobody's time. The same input
//! gives the same bytes: a gzip of Node's has neither name nor time in it.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';

const DIST = 'dist';
const TEXT = /\.(css|html|js|json|svg|txt|webmanifest)$/;

const forms: Record<string, (data: Buffer) => Buffer> = {
  br: (data) =>
    brotliCompressSync(data, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
      },
    }),
  zst: (data) => zstdCompressSync(data, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }),
  gz: (data) => gzipSync(data, { level: 9 }),
};

for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' }).toSorted()) {
  if (!TEXT.test(name)) continue;
  const path = join(DIST, name);
  const data = readFileSync(path);
  for (const [ending, compress] of Object.entries(forms)) {
    const packed = compress(data);
    // What would not be smaller is sent as it is.
    if (packed.length < data.length) writeFileSync(`${path}.${ending}`, packed);
  }
}
