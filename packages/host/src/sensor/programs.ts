// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SensorProgram } from './events.ts';

function asText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 512) : '';
}

function field(row: object, name: string): unknown {
  return Object.entries(row).find(([key]) => key === name)?.[1];
}

/** Reads the sensor's list of kernel programs (JSON). What is not a list of objects gives an empty list. */
export function parsePrograms(json: string): SensorProgram[] {
  let rows: unknown;
  try {
    rows = JSON.parse(json);
  } catch {
    return [];
  }
  if (!Array.isArray(rows)) return [];
  const list: unknown[] = rows;
  return list
    .filter((row) => typeof row === 'object' && row !== null)
    .slice(0, 128)
    .map((row) => ({
      name: asText(field(row, 'name')),
      section: asText(field(row, 'section')),
      loaded: field(row, 'loaded') === true,
      reason: asText(field(row, 'reason')),
    }));
}
