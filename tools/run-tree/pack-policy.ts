// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

/**
 * Program: pack-policy.ts ROOT [--release]. Packs the policy commands of a checkout, or of a release, with all they
 * import: a gate in a pipeline starts once for each change, and finding, checking and linking 150 modules takes longer
 * than judging most of what it is asked about. `apps/cli/src/packed.ts` runs what lies here as long as the sources are
 * those that were packed; in a release they always are.
 */
const FOLDER = 'node_modules/.bartizan-packed/policy';
const HERE = /\bimport\.meta\.url\b/g;
const OTHER_PLACE = /\bimport\.meta\.(?:dirname|filename|resolve)\b/;

const [, , given, release] = process.argv;
if (given === undefined) throw new Error('usage: pack-policy.ts ROOT [--release]');
const root = realpathSync(given);
const folder = join(root, FOLDER);
const making = `${folder}.${process.pid}.new`;
const before = `${folder}.${process.pid}.old`;

/** Modules go on finding what lies beside their sources. */
const placesStay: Plugin = {
  name: 'places-stay',
  transform(code, id) {
    if (OTHER_PLACE.test(code)) throw new Error(`${id} asks where it lies in a way that is not packed`);
    if (!code.includes('import.meta.url')) return null;
    const from = JSON.stringify(relative(making, id));
    return { code: code.replaceAll(HERE, `new URL(${from}, import.meta.url).href`) };
  },
};

/** Commands of other groups stay where they are: nothing that begins with `policy` loads them. */
const othersStay: Plugin = {
  name: 'others-stay',
  resolveId(source, importer) {
    if (importer === undefined || !/^\.\/commands\/routes\/(?!policy\.)/.test(source)) return null;
    return { id: relative(making, resolve(importer, '..', source)), external: true };
  },
};

const entry = ['ts', 'js']
  .map((ending) => join(root, `apps/cli/src/command-line.${ending}`))
  .find((path) => existsSync(path));
if (entry === undefined) throw new Error(`${root} has no command line`);
rmSync(making, { recursive: true, force: true });
try {
  const bundle = await rolldown({
    cwd: root,
    input: { main: entry },
    platform: 'node',
    plugins: [othersStay, placesStay],
    makeAbsoluteExternalsRelative: false,
    logLevel: 'silent',
  });
  // No hashes in names: they would tell where the release was made.
  const { output } = await bundle.write({
    dir: making,
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  });
  await bundle.close();
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const workspaces = ['packages/contracts', 'packages/engine', 'packages/scan', 'apps/cli'];
  const inputs = [...workspaces.map((workspace) => join(root, workspace, 'package.json')), ...modules];
  const unchanged = inputs
    .filter((path) => existsSync(path))
    .map((path) => {
      const { mtimeMs, size } = statSync(path);
      return [relative(root, path), mtimeMs, size];
    });
  writeFileSync(join(making, 'package.json'), '{"type":"module"}\n');
  writeFileSync(join(making, 'inputs.json'), JSON.stringify(release === undefined ? unchanged : []));
  // Who runs the files before goes on finding them while these come in their place.
  if (existsSync(folder)) renameSync(folder, before);
  renameSync(making, folder);
} finally {
  for (const left of [making, before]) rmSync(left, { recursive: true, force: true });
}
