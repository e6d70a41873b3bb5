// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSample, packData, writeSample } from './sample-data.ts';

/**
 * Makes the data of the version at hand for the upgrade test: run once with the last commit of each schema version,
 * `node tests/e2e/upgrade/make-data.ts`; the result is committed and never made again.
 */
const folder = mkdtempSync(join(tmpdir(), 'bartizan-sample-'));
try {
  const opened = await openSample(join(folder, 'data'));
  if (!opened.ok) throw new Error(opened.error.detail);
  await writeSample(opened.value);
  const { schemaVersion } = opened.value.state();
  await opened.value.close();
  const into = join(dirname(fileURLToPath(import.meta.url)), 'testdata', `schema-${schemaVersion}`);
  if (existsSync(into))
    throw new Error(`${into} is there already; data of a released schema is not made again`);
  packData(join(folder, 'data'), into);
  process.stdout.write(`${into}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
