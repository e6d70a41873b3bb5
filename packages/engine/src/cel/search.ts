// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Search in texts in time in proportion to both of them. The engine of JavaScript goes back over a long part at each place where it
 * nearly stands, which takes hours for texts that somebody made for it, and the cost counts the text once.
 */

/** Parts up to this length are left to the engine. */
const SHORT = 64;

/** For each place in a part, how much of its beginning ends there as well (Knuth, Morris and Pratt). */
function borders(part: string): Int32Array {
  const table = new Int32Array(part.length);
  for (let at = 1, held = 0; at < part.length; at += 1) {
    const code = part.charCodeAt(at);
    while (held > 0 && part.charCodeAt(held) !== code) held = table[held - 1] ?? 0;
    if (part.charCodeAt(held) === code) held += 1;
    table[at] = held;
  }
  return table;
}

/** Calls with every place at which a part begins, from the left, until it is told to stop. */
function visitPlaces(
  text: string,
  part: string,
  { from, to }: { readonly from: number; readonly to: number },
  stop: (start: number) => boolean,
): void {
  if (part.length > to - from) return;
  const table = borders(part);
  for (let at = from, held = 0; at < to; at += 1) {
    const code = text.charCodeAt(at);
    while (held > 0 && part.charCodeAt(held) !== code) held = table[held - 1] ?? 0;
    if (part.charCodeAt(held) === code) held += 1;
    if (held < part.length) continue;
    if (stop(at - held + 1)) return;
    held = table[held - 1] ?? 0;
  }
}

/** The first place of a part at or after another place; -1 when there is none. */
export function firstPlace(text: string, part: string, from: number): number {
  if (part.length <= SHORT) return text.indexOf(part, from);
  let found = -1;
  visitPlaces(text, part, { from, to: text.length }, (start) => {
    found = start;
    return true;
  });
  return found;
}

/** The last place of a part at or before another place; -1 when there is none. */
export function lastPlace(text: string, part: string, before: number): number {
  if (part.length <= SHORT) return text.lastIndexOf(part, before);
  let found = -1;
  const to = Math.min(text.length, before + part.length);
  visitPlaces(text, part, { from: 0, to }, (start) => {
    found = start;
    return false;
  });
  return found;
}

/** The parts between separators. */
export function splitText(text: string, separator: string): string[] {
  if (separator.length <= SHORT) return text.split(separator);
  const parts: string[] = [];
  let from = 0;
  visitPlaces(text, separator, { from: 0, to: text.length }, (start) => {
    // One that begins inside of the one before is none.
    if (start < from) return false;
    parts.push(text.slice(from, start));
    from = start + separator.length;
    return false;
  });
  parts.push(text.slice(from));
  return parts;
}
