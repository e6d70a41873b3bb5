// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecretMatch } from './secret-match.ts';
import type { NamedText } from './text-secrets.ts';

/** A step of the way into an object: a key, or a place in a list. */
export type Step = string | number;

/** What of a text comes from one value of the object, from this byte on. */
export interface PartOfText {
  readonly from: number;
  readonly steps: readonly Step[];
}

/** A text of an object that is searched, and the values it is made of, in their order. */
export interface ManifestText extends NamedText {
  readonly parts: readonly PartOfText[];
  /** The last step as it may be shown: a key may itself be a secret. */
  readonly shown?: string;
  /** The value stands there in another form. */
  readonly isEncoded?: boolean;
}

/** Where in an object something stands. */
export interface PlaceInText {
  /** The way to the value. */
  readonly steps: readonly Step[];
  /** The same as it may be shown. */
  readonly shownSteps: readonly Step[];
  /** Line and column in the value, from 1, columns in bytes; undefined: it stands there in another form. */
  readonly within: { readonly line: number; readonly column: number } | undefined;
}

const NEWLINE = 10;

/** Where a line and a column of a text are, in bytes. */
function offsetOf(bytes: Buffer, { line, column }: Pick<SecretMatch, 'line' | 'column'>): number {
  let from = 0;
  for (let passed = 1; passed < line; passed += 1) {
    const end = bytes.indexOf(NEWLINE, from);
    if (end === -1) break;
    from = end + 1;
  }
  return from + column - 1;
}

/** The value of an object in which a match begins. */
export function partAt(
  { text, parts, shown, isEncoded = false }: ManifestText,
  match: SecretMatch,
): PlaceInText {
  const bytes = Buffer.from(text);
  const offset = offsetOf(bytes, match);
  const part = parts.findLast(({ from }) => from <= offset) ?? parts[0];
  const { from = 0, steps = [] } = part ?? {};
  const before = bytes.subarray(from, Math.max(offset, from));
  const lineStart = before.lastIndexOf(NEWLINE) + 1;
  const lines = before.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 1);
  return {
    steps,
    shownSteps: shown === undefined ? steps : [...steps.slice(0, -1), shown],
    within: isEncoded ? undefined : { line: lines, column: before.length - lineStart + 1 },
  };
}
