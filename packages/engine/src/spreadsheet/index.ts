// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Cells of files that spreadsheets open. In: a text of anybody. Out: a field of CSV that no spreadsheet calculates. Pure;
 * the one place that knows what starts a formula. Serves K05.
 */
export { csvTextField, disarmed } from './cell.ts';
