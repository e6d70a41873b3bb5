// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { type ActionLevel, err, failure, LEVELS, type Level, ok, type Result } from '@bartizan/contracts';
import type { SensorFailure } from './sensor-run.ts';

const LIMIT_MS = 60_000;
const MAX_BYTES = 256 * 1024;

function asLevel(value: unknown): Level | undefined {
  return LEVELS.find((level) => level === value);
}

/** Reads the matrix that `bartizan-sensor levels --json` prints; undefined when it is none. */
export function parseLevels(json: string): ActionLevel[] | undefined {
  let rows: unknown;
  try {
    rows = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!Array.isArray(rows)) return undefined;
  const list: unknown[] = rows;
  const levels: ActionLevel[] = [];
  for (const row of list.slice(0, 64)) {
    if (typeof row !== 'object' || row === null) return undefined;
    const fields: Record<string, unknown> = { ...row };
    const level = asLevel(fields['level']);
    const { action, reason } = fields;
    if (level === undefined || typeof action !== 'string' || typeof reason !== 'string') return undefined;
    levels.push({ action: action.slice(0, 64), level, reason: reason.slice(0, 512) });
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
