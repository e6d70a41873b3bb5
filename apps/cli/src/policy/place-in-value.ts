// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ReadDocument, YamlPosition } from '@bartizan/scan/yaml';

/** Line and column in a value, from 1. */
export interface PlaceInValue {
  readonly line: number;
  readonly column: number;
}

/** The end of a line behind which a literal block scalar begins (YAML 1.2.2, 8.1.2): its lines are lines of the file. */
const LITERAL = /(?:^|[\s:-])\|[-+0-9]{0,2}[ \t]*(?:#.*)?\r?$/;

function lineOf(text: string, number: number): string | undefined {
  let from = 0;
  for (let passed = 1; passed < number; passed += 1) {
    const end = text.indexOf('\n', from);
    if (end === -1) return undefined;
    from = end + 1;
  }
  const end = text.indexOf('\n', from);
  return text.slice(from, end === -1 ? undefined : end);
}

/**
 * Where something inside the value at a position stands in the file. Only the lines of a literal block are those of the
 * file too; in any other form the value begins there, and that is as near as can be said.
 */
export function placeInValue(
  { source: { text, firstLine } }: ReadDocument,
  position: YamlPosition,
  within: PlaceInValue,
): YamlPosition {
  const header = position.line - firstLine + 1;
  if (!LITERAL.test(lineOf(text, header) ?? '')) return position;
  const line = lineOf(text, header + within.line);
  if (line === undefined) return position;
  const indent = line.length - line.trimStart().length;
  return { line: position.line + within.line, column: indent + within.column };
}
