// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildImages, LOCAL_REGISTRY } from './images/build.ts';

/**
 * Makes the product's images without a container engine:
 *
 *   npm run images -- [--out DIR] [--registry REGISTRY]
 *
 * Prints one JSON line per image. The same checkout, Debian packages and SOURCE_DATE_EPOCH give the same digests.
 */
const checkout = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: `${checkout}/artefacts/images` },
    registry: { type: 'string', default: LOCAL_REGISTRY },
  },
});
const seconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? '0');
try {
  if (!Number.isSafeInteger(seconds) || seconds < 0)
    throw new Error('SOURCE_DATE_EPOCH is no number of seconds');
  const images = buildImages({ checkout, out: values.out, registry: values.registry, seconds });
  const listed = images.map(({ path, ...image }) => ({ ...image, file: basename(path) }));
  writeFileSync(join(values.out, 'images.json'), `${JSON.stringify({ images: listed }, null, 2)}\n`);
  for (const image of images) process.stdout.write(`${JSON.stringify(image)}\n`);
} catch (error) {
  process.stderr.write(`images: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
