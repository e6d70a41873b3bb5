// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { toCsv } from './csv.ts';
import { toJson } from './json.ts';
import { tableLines } from './table.ts';
import { columnsOf, type Terminal } from './terminal.ts';
import { plain } from './width.ts';
import { toYaml } from './yaml.ts';

/** Forms of output every command knows. */
export const FORMATS = ['table', 'json', 'yaml', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** A column: the field of the API (CSV header, stable) and its heading (language of the user). */
export interface Column<T> {
  readonly field: string;
  readonly heading: string;
  readonly value: (item: T) => string;
}

/** What a list command shows. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly columns: readonly Column<T>[];
  /** What json and yaml show; the items when absent. */
  readonly whole?: unknown;
}

/** Writes a list to stdout in the form asked for. */
export function renderList<T>(terminal: Terminal, format: Format, listing: Listing<T>): void {
  const { items, columns } = listing;
  const rows = items.map((item) => columns.map((column) => column.value(item)));
  if (format === 'json' || format === 'yaml') renderValue(terminal, format, listing.whole ?? items);
  else if (format === 'csv') {
    const fields = columns.map((column) => column.field);
    // CSV has no escapes: in a pipe a field is what it is, on a terminal it must not command it.
    const shown = terminal.stdout.isTTY === true ? rows.map((row) => row.map(plain)) : rows;
    terminal.stdout.write(toCsv(fields, shown));
  } else {
    const lines = tableLines(
      columns.map((column) => column.heading),
      rows,
      columnsOf(terminal.stdout),
    );
    terminal.stdout.write(`${lines.join('\n')}\n`);
  }
}

/** Writes one value to stdout as JSON or YAML. */
export const renderValue = (terminal: Terminal, format: 'json' | 'yaml', value: unknown): void => {
  terminal.stdout.write(format === 'json' ? `${toJson(value, 2)}\n` : toYaml(value));
};
