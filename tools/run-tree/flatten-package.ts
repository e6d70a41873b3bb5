// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Program: flatten-package.ts FOLDER [WORKER...]. Bundles the ES modules behind each export of a package, in place:
 * files of exports keep their names, what they share goes into few others beside the first of them, and the modules they
 * were made of are removed. A worker is named beside the code that starts it: its file comes to lie beside that, too.
 */
const MODULE = /\.m?js$/;
const [, , folder, ...workers] = process.argv;
if (folder === undefined) throw new Error('usage: flatten-package.ts FOLDER [WORKER...]');

const { exports }: { exports: Readonly<Record<string, string | { readonly import: string }>> } = JSON.parse(
  readFileSync(join(folder, 'package.json'), 'utf8'),
);
const files = Object.values(exports).map((file) => (typeof file === 'string' ? file : file.import));
const nameOf = (file: string): string => file.replace(/^\.\//, '').replace(MODULE, '');
const ending = MODULE.exec(files[0] ?? '')?.[0] ?? '.js';
const shared = dirname(nameOf(files[0] ?? ''));
const inputs = [
  ...files.map((file) => [nameOf(file), join(folder, file)]),
  ...workers.map((file) => [`${shared}/${basename(nameOf(file))}`, join(folder, file)]),
];
const making = mkdtempSync(join(tmpdir(), 'bartizan-flatten-'));
try {
  const bundle = await rolldown({
    input: Object.fromEntries(inputs),
    cwd: folder,
    // Says where modules lay: the same package is to give the same files wherever it lies.
    experimental: { attachDebugInfo: 'none' },
    platform: 'node',
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    logLevel: 'silent',
  });
  const { output } = await bundle.write({
    dir: making,
    format: 'es',
    entryFileNames: `[name]${ending}`,
    chunkFileNames: `${shared}/shared-[hash]${ending}`,
  });
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (path.endsWith(ending)) rmSync(join(folder, path), { force: true, recursive: true });
  for (const { fileName } of output) {
    const target = join(folder, fileName);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(making, fileName), target);
    chmodSync(target, 0o644);
  }
} finally {
  rmSync(making, { recursive: true, force: true });
}
