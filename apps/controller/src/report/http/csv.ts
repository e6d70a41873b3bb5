// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Lists as CSV (RFC 4180), for people and spreadsheets. A cell that a spreadsheet would run as a formula gets an
 * apostrophe in front (OWASP, CSV injection); numbers stay numbers.
 */

import { csvTextField } from '@bartizan/engine/spreadsheet';

interface SchemaNode {
  readonly [key: string]: unknown;
}
const isNode = (value: unknown): value is SchemaNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const DEPTH_MAX = 3;
const COLUMNS_MAX = 200;
/** Byte order mark: Excel reads UTF-8 only with it. */
export const CSV_BOM = '\uFEFF';

/** Columns of a list, as dotted paths, from the schema of its answer. Lists and maps are one column each. */
export function csvColumns(response: unknown): readonly string[] {
  const items =
    isNode(response) && isNode(response['properties']) ? response['properties']['items'] : undefined;
  const item = isNode(items) ? items['items'] : undefined;
  const columns: string[] = [];
  collect(item, '', columns);
  return columns.slice(0, COLUMNS_MAX);
}

function collect(schema: unknown, path: string, columns: string[]): void {
  const properties = isNode(schema) ? schema['properties'] : undefined;
  const depth = path === '' ? 0 : path.split('.').length;
  if (!isNode(properties) || depth >= DEPTH_MAX) {
    if (path !== '') columns.push(path);
    return;
  }
  for (const [name, child] of Object.entries(properties))
    collect(child, path === '' ? name : `${path}.${name}`, columns);
}

/** One line, without its end. */
export function csvLine(item: unknown, columns: readonly string[]): string {
  return columns.map((column) => csvCell(valueAt(item, column))).join(',');
}

/** The first line. */
export const csvHead = (columns: readonly string[]): string => columns.map(csvCell).join(',');

function valueAt(item: unknown, column: string): unknown {
  let value: unknown = item;
  for (const name of column.split('.')) {
    if (!isNode(value)) return undefined;
    value = value[name];
  }
  return value;
}

/** One cell: quoted where RFC 4180 asks for it, defused where a spreadsheet would calculate. */
export function csvCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return csvTextField(typeof value === 'string' ? value : listText(value));
}

function listText(value: unknown): string {
  if (Array.isArray(value) && value.every((part) => typeof part !== 'object')) return value.join('; ');
  return JSON.stringify(value);
}
