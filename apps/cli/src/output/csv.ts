// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Starts of a cell that spreadsheets take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** One CSV field (RFC 4180); a text that a spreadsheet would run as a formula gets a leading apostrophe. */
export function csvField(text: string): string {
  const safe = FORMULA.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** CSV lines with a header, ended by CRLF. */
export const toCsv = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
