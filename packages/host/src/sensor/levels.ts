// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import type { ActionLevel, Result } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import { ActionLevel as ActionLevelSchema, parser } from '@bartizan/contracts/wire';
import type { SensorFailure } from './sensor-run.ts';

const LIMIT_MS = 60_000;
const MAX_BYTES = 256 * 1024;

const parseLevel = parser(ActionLevelSchema);

/** Reads the matrix that `bartizan-sensor levels --json` prints; undefined when it is none. */
export function parseLevels(json: string): ActionLevel[] | undefined {
  let rows: unknown;
  try {
    rows = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!Array.isArray(rows)) return undefined;
  const levels: ActionLevel[] = [];
  for (const row of rows.slice(0, 64)) {
    const level = parseLevel(row);
    if (!level.ok) return undefined;
    levels.push(level.value);
  }
  return levels;
}

/**
 * Finds out, by loading and trying, how far protection reaches on this node. Takes about a second; makes and
 * removes one control group. Needs the sensor's rights.
 */
export function readLevels(binaryPath: string): Promise<Result<ActionLevel[], SensorFailure>> {
  return new Promise((resolve) => {
    const options = { timeout: LIMIT_MS, maxBuffer: MAX_BYTES, env: {} };
    execFile(binaryPath, ['levels', '--json'], options, (cause, stdout, stderr) => {
      if (cause !== null) {
        const code =
          cause.code === 'ENOENT' || cause.code === 'EACCES' ? 'E_SENSOR_MISSING' : 'E_SENSOR_EXIT';
        resolve(err(failure(code, `levels: ${stderr.trim() || cause.message}`, cause)));
        return;
      }
      const levels = parseLevels(stdout);
      resolve(levels === undefined ? err(failure('E_SENSOR_FRAME', 'levels: no matrix')) : ok(levels));
    });
  });
}
