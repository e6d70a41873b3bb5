// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * JSON text that is safe on a terminal: what `JSON.stringify` leaves as it is but a terminal obeys (DEL, the C1
 * controls, direction marks) is escaped too. The value that is read from it is the same.
 */
export const safeJson = (text: string): string =>
  text.replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A value as JSON that is safe on a terminal. */
export const toJson = (value: unknown, indent?: number): string =>
  safeJson(JSON.stringify(value, null, indent));
