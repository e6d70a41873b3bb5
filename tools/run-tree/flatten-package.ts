// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Program: flatten-package.ts FOLDER. Bundles the ES modules (`.mjs`) behind each export of a package, in place: files of
 * exports keep their names, what they share goes into few others, and the modules they were made of are removed.
 */
const MODULE = /\.mjs$/;
const [, , folder] = process.argv;
if (folder === undefined) throw new Error('usage: flatten-package.ts FOLDER');

const { exports }: { exports: Readonly<Record<string, { readonly import: string }>> } = JSON.parse(
  readFileSync(join(folder, 'package.json'), 'utf8'),
);
const names = Object.values(exports).map(({ import: file }) => file.replace(/^\.\//, '').replace(MODULE, ''));
const making = mkdtempSync(join(tmpdir(), 'bartizan-flatten-'));
try {
  const bundle = await rolldown({
    cwd: resolve(folder),
    input: Object.fromEntries(names.map((name) => [name, join(folder, `${name}.mjs`)])),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    logLevel: 'silent',
  });
  const { output } = await bundle.write({
    dir: making,
    format: 'es',
    entryFileNames: '[name].mjs',
    // No hashes in names: they would tell where the package lay.
    chunkFileNames: `${dirname(names[0] ?? '')}/shared-[name].mjs`,
  });
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (MODULE.test(path)) rmSync(join(folder, path), { force: true, recursive: true });
  for (const { fileName } of output) {
    const target = join(folder, fileName);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(making, fileName), target);
    chmodSync(target, 0o644);
  }
} finally {
  rmSync(making, { recursive: true, force: true });
}
