// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * One filter grammar for address bar, API and command line.
 * In: text. Out: terms, or a refusal; and whether a record passes. Serves all controls.
 */
export { COMPLETIONS, complete, type FieldCompletion } from './completion.ts';
export { type FieldPaths, matchesFilter } from './match.ts';
export { FILTER_MAX, FILTER_TERMS_MAX, FILTER_VALUES_MAX, formatFilter, parseFilter } from './parse.ts';
