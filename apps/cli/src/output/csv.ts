// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { csvTextField } from '@bartizan/engine/spreadsheet';

/** One CSV field (RFC 4180); a text that a spreadsheet would run as a formula gets a leading apostrophe, a number none. */
export const csvField = (text: string): string => (/^-?\d+(\.\d+)?$/.test(text) ? text : csvTextField(text));

/** CSV lines with a header, ended by CRLF. */
export const toCsv = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
