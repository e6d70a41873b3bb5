// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Kleene's three values, small numbers so that closures stay quick. */
export const NO = 0;
export const YES = 1;
export const PERHAPS = 2;
export type Answer = typeof NO | typeof YES | typeof PERHAPS;

/** The negation: what is not known stays so. */
export const negated = (answer: Answer): Answer => (answer === PERHAPS ? PERHAPS : answer === YES ? NO : YES);
