// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { deploymentFiles } from './deployment/files.ts';

/** Writes the Kubernetes bundle, the kustomize base and the Helm chart; `--check` fails when one is not up to date. */
const root = resolve(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const manifest: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const [path, text] of Object.entries(deploymentFiles(manifest.version))) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (check) {
    process.stderr.write(`${path} is not up to date; run: npm run generate\n`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
