// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IMPORT_LIMITS } from '../limits.ts';

/** Lines of a buffer. A line above the record limit is skipped and counted through `onRefused`. */
export function* readLines(content: Buffer, onRefused: (count: number) => void): Generator<string> {
  let at = 0;
  while (at < content.length) {
    const newline = content.indexOf(10, at);
    const end = newline < 0 ? content.length : newline;
    if (end - at > IMPORT_LIMITS.recordBytes) onRefused(1);
    else if (end > at) yield content.toString('utf8', at, end);
    at = end + 1;
  }
}
