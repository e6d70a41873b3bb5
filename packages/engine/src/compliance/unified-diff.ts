// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const CONTEXT_LINES = 3;

/** Lines of a file, or of a part of it that begins at line `first` (from 1). */
export interface FileLines {
  readonly path: string;
  readonly first: number;
  readonly lines: readonly string[];
}

const side = (first: number, count: number): string => `${count === 0 ? first - 1 : first},${count}`;

/** A unified diff of one file in one hunk, as patch(1) reads it; empty when nothing differs. */
export function unifiedDiff({ path, first, lines: before }: FileLines, after: readonly string[]): string {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  if (head === before.length && head === after.length) return '';
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail += 1;
  // Of a part of a file nobody knows whether it ends there: less context on one side would say so, and patch(1) would
  // refuse it, or guess and leave a copy beside the file, which a kubelet takes for another pod.
  const most = first > 1 ? Math.min(CONTEXT_LINES, head, tail) : CONTEXT_LINES;
  const start = Math.max(0, head - most);
  const rest = Math.min(tail, most);
  const old = before.slice(head, before.length - tail);
  const fresh = after.slice(head, after.length - tail);
  const body = [
    ...before.slice(start, head).map((line) => ` ${line}`),
    ...old.map((line) => `-${line}`),
    ...fresh.map((line) => `+${line}`),
    ...before.slice(before.length - tail, before.length - tail + rest).map((line) => ` ${line}`),
  ];
  const around = head - start + rest;
  const from = side(first + start, around + old.length);
  const to = side(first + start, around + fresh.length);
  return [`--- a${path}`, `+++ b${path}`, `@@ -${from} +${to} @@`, ...body, ''].join('\n');
}
