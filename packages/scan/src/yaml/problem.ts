// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Why a document is not read; each is a code of the error catalogue. */
export const YAML_PROBLEM_CODES = [
  'E_YAML_ALIAS',
  'E_YAML_CHARACTER',
  'E_YAML_DIRECTIVE',
  'E_YAML_DUPLICATE_KEY',
  'E_YAML_ESCAPE',
  'E_YAML_EXPANSION',
  'E_YAML_INDENTATION',
  'E_YAML_KEY',
  'E_YAML_LIMIT',
  'E_YAML_MERGE',
  'E_YAML_NESTED',
  'E_YAML_PROPERTIES',
  'E_YAML_SYNTAX',
  'E_YAML_TAB',
  'E_YAML_TAG',
  'E_YAML_TIME',
  'E_YAML_UNCLOSED',
  'E_YAML_VALUE',
] as const;
export type YamlProblemCode = (typeof YAML_PROBLEM_CODES)[number];

/** A place in a file as editors count: both from 1, columns in UTF-16 code units. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
}

/** Why one document is not read, and where. */
export interface YamlProblem extends YamlPosition {
  readonly code: YamlProblemCode;
  /** What was found there; never a value of the document, for it may be a secret. */
  readonly detail: string;
}

/** How a rule of the grammar ends the reading of a document. It never leaves this folder: it becomes a YamlProblem. */
export class YamlRefusal extends Error {
  override readonly name = 'YamlRefusal';
  readonly code: YamlProblemCode;
  /** Offset in the text of the document. */
  readonly at: number;

  constructor(code: YamlProblemCode, at: number, detail: string) {
    super(detail);
    this.code = code;
    this.at = at;
  }
}

/** Line and column of an offset; `firstLine` is the line of the file that the text begins in. */
export const positionAt = (text: string, at: number, firstLine: number): YamlPosition => {
  let line = firstLine;
  let lineStart = 0;
  for (let next = text.indexOf('\n'); next !== -1 && next < at; next = text.indexOf('\n', lineStart)) {
    line++;
    lineStart = next + 1;
  }
  return { line, column: at - lineStart + 1 };
};

/** The same for many offsets of one text, whose lines are counted once. */
export const positionsAt = (text: string, offsets: readonly number[], firstLine: number): YamlPosition[] => {
  const rising = [...offsets.keys()].sort((one, two) => (offsets[one] ?? 0) - (offsets[two] ?? 0));
  const positions = new Array<YamlPosition>(offsets.length);
  let line = firstLine;
  let lineStart = 0;
  let next = text.indexOf('\n');
  for (const index of rising) {
    const at = offsets[index] ?? 0;
    for (; next !== -1 && next < at; next = text.indexOf('\n', lineStart)) {
      line++;
      lineStart = next + 1;
    }
    positions[index] = { line, column: at - lineStart + 1 };
  }
  return positions;
};
