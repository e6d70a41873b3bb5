// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Risks that somebody answers for until a date. In: exceptions, a finding, now. Out: the exception it falls under.
 * Serves k02 (supply chain) and k10 (vulnerable components).
 */
export { compileExceptions, exceptionFault } from './exceptions.ts';
