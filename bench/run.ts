// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/**
 * `npm run bench [NAME ...]`: measures one after the other, each in a process of its own, and writes the README's
 * table. A bench that fails is named and the others go on. Run it on an idle machine: each entry keeps the load.
 */
const BENCHES = [
  'ingest',
  'list-workloads',
  'map-paint',
  'up',
  'idle',
  'exec-rate',
  'open-rate',
  'match',
  'cel',
  'admission',
  'admission-webhook',
  'audit',
  'scan',
  'secrets',
  'continuous',
  'policy-cli',
  'cis',
  'rbac',
] as const;

const root = resolve(import.meta.dirname, '..');
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !BENCHES.some((bench) => bench === name));
if (unknown.length > 0) {
  process.stderr.write(`no bench ${unknown.join(', ')}; there are ${BENCHES.join(', ')}\n`);
  process.exit(2);
}
const run = (...args: string[]): boolean =>
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;
// A small young generation keeps the memory of a process that writes a lot flat.
const failed: string[] = BENCHES.filter((bench) => asked.length === 0 || asked.includes(bench)).filter(
  (bench) => !run('--max-semi-space-size=4', `bench/${bench}.ts`),
);
if (!run('tools/readme.ts')) failed.push('tools/readme.ts');
for (const bench of failed) process.stderr.write(`${bench} failed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
