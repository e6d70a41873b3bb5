// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Longest pattern and longest text compared; a longer text fits nothing. */
const PATTERN_MAX = 512;
const TEXT_MAX = 8192;

/** Whether a pattern can be used. */
export const isPathPattern = (pattern: string): boolean => pattern !== '' && pattern.length <= PATTERN_MAX;

/** A part of a pattern: a character, `*` (not over a slash) or `**` (over slashes too). */
const partsOf = (pattern: string): readonly string[] => pattern.match(/\*\*|[\s\S]/g) ?? [];

/** How far the text is reached after one more part of the pattern: `reached[n]` says that its first n characters fit. */
function step(text: string, part: string, reached: Uint8Array): Uint8Array {
  const next = new Uint8Array(text.length + 1);
  for (let at = 0; at <= text.length; at += 1) {
    const character = text[at - 1];
    if (part === '*' || part === '**') {
      const goesOn = at > 0 && (part === '**' || character !== '/') && next[at - 1] === 1;
      next[at] = goesOn || reached[at] === 1 ? 1 : 0;
    } else next[at] = at > 0 && character === part && reached[at - 1] === 1 ? 1 : 0;
  }
  return next;
}

/**
 * Whether a text fits a pattern of paths: `*` stands for any characters of one path part, `**` for any at all. Time is bounded by
 * the product of both lengths, whatever they hold: paths come from hostile images.
 * Not the wildcards of engine, where `*` goes over slashes and `?` is any one character.
 */
export function fitsPathPattern(text: string, pattern: string): boolean {
  if (!isPathPattern(pattern) || text.length > TEXT_MAX) return false;
  let reached: Uint8Array = new Uint8Array(text.length + 1);
  reached[0] = 1;
  for (const part of partsOf(pattern)) reached = step(text, part, reached);
  return reached[text.length] === 1;
}
