// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Runs every generator of the repository; `npm test` runs the same ones with --check. */
export const GENERATORS = [
  'tools/frames/generate.ts',
  'tools/catalogue-version.ts',
  'tools/controls.ts',
  'tools/openapi.ts',
  'tools/reference.ts',
  'tools/deployment.ts',
  'tools/third-party.ts',
  'tools/readme.ts',
] as const;

const root = resolve(import.meta.dirname, '..');
if (import.meta.main) {
  for (const generator of GENERATORS.filter((file) => existsSync(resolve(root, file))))
    execFileSync(process.execPath, [generator, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
}
