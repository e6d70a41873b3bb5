// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Hexadecimal digits of the time in the id of an admission decision. */
const DIGITS = 12;

/** The smallest id that an admission decision may have from an instant on: ids rise with time. */
export const decisionIdFrom = (atMs: number): string => `d-${atMs.toString(16).padStart(DIGITS, '0')}`;
