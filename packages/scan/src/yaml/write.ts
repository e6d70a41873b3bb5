// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const PLAIN = /^[A-Za-z_][A-Za-z0-9_./@ -]*[A-Za-z0-9_./@-]$|^[A-Za-z]$/;
const RESERVED = /^(true|false|null|yes|no|on|off|y|n|~)$/i;

/** One line of printable ASCII with double quotes and no single ones needs no escapes in single quotes (YAML 1.2, 7.3.2). */
const SINGLE = /^[ !-&(-~]*"[ !-&(-~]*$/;

/** What JSON leaves as it is but YAML calls not printable (5.1), and marks that turn the direction of a line. */
const UNPRINTABLE = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
const quoted = (value: string): string =>
  SINGLE.test(value) ? `'${value}'` : JSON.stringify(value).replace(UNPRINTABLE, escaped);

const scalar = (value: unknown): string => {
  if (typeof value === 'string') return PLAIN.test(value) && !RESERVED.test(value) ? value : quoted(value);
  return value === undefined ? 'null' : JSON.stringify(value);
};

const isBranch = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** Block-style YAML 1.2 for a JSON value; strings that could be read as something else are quoted. */
export function toYaml(value: unknown, indent = ''): string {
  if (!isBranch(value)) {
    if (Array.isArray(value)) return `${indent}[]\n`;
    return typeof value === 'object' && value !== null ? `${indent}{}\n` : `${indent}${scalar(value)}\n`;
  }
  if (Array.isArray(value)) {
    return value
      .map((item: unknown) => {
        const block = toYaml(item, `${indent}  `);
        return `${indent}- ${block.slice(indent.length + 2)}`;
      })
      .join('');
  }
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => {
      if (isBranch(item)) return `${indent}${scalar(key)}:\n${toYaml(item, `${indent}  `)}`;
      return `${indent}${scalar(key)}: ${toYaml(item).trimEnd()}\n`;
    })
    .join('');
}
