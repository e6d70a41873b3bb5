// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Environment } from '../instance/paths.ts';

/** Where text goes, and what that place can show. */
export interface Terminal {
  readonly stdout: { write(text: string): unknown; readonly columns?: number; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown; readonly columns?: number; readonly isTTY?: boolean };
  readonly env: Environment;
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
/** A colour or weight. */
export type Style = keyof typeof CODES;

/** Whether colours may be used on a stream (NO_COLOR, FORCE_COLOR, a dumb terminal). */
export function mayColour(stream: { readonly isTTY?: boolean }, env: Environment): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Paints text for a stream, or leaves it as it is where colours are not wanted. */
export const painter =
  (stream: { readonly isTTY?: boolean }, env: Environment) =>
  (style: Style, text: string): string =>
    mayColour(stream, env) ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;

/** Columns of a stream; unbounded when it is not a terminal, so that pipes get whole texts. */
export const columnsOf = (stream: { readonly columns?: number; readonly isTTY?: boolean }): number =>
  stream.isTTY === true ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY;
