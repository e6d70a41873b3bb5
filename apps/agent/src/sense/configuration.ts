// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Configure, parser } from '@bartizan/contracts/wire';

const FILE = 'configure.json';
const parse = parser(Configure);

/** What holds before a controller ever spoke. */
export const FIRST_CONFIGURATION: Configure = {
  type: 'configure',
  rulesRevision: '',
  rules: [],
  watchedPaths: [],
  scanIntervalS: 6 * 3600,
  postureIntervalS: 3600,
  processEvents: true,
};

/** The last configuration that was received; the first one when there is none that can be read. */
export const loadConfiguration = (stateDir: string): Configure => {
  try {
    const kept = parse(JSON.parse(readFileSync(join(stateDir, FILE), 'utf8')));
    return kept.ok ? kept.value : FIRST_CONFIGURATION;
  } catch {
    return FIRST_CONFIGURATION;
  }
};

/** Keeps a configuration; a failure only costs the next start its rules until the controller is there. */
export const keepConfiguration = (stateDir: string, configure: Configure): boolean => {
  try {
    const path = join(stateDir, FILE);
    writeFileSync(`${path}.new`, JSON.stringify(configure), { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return true;
  } catch {
    return false;
  }
};
