// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * What a spreadsheet takes for a formula (OWASP, CSV injection): a sign at the start, also as a full-width letter, which
 * Excel takes the same way where it is set to Japanese, and also behind spaces and what cannot be seen, which some strip.
 */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@|%＝＋－＠]/u;
/** Starts that move the text to another cell or row where a field is pasted. */
const BREAK = /^ *[\t\r\n]/u;

/** A text that no spreadsheet calculates: one that it would gets an apostrophe in front. */
export const disarmed = (text: string): string =>
  FORMULA.test(text) || BREAK.test(text) ? `'${text}` : text;

/** A text as a field of CSV (RFC 4180) that no spreadsheet calculates. */
export const csvTextField = (text: string): string => {
  const safe = disarmed(text);
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
