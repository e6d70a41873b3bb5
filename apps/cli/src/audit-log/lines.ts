// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Longest line that is read: an API server writes at most a few MiB for one event. */
export const LINE_BYTES_MAX = 8 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * Lines of a stream of bytes, decoded as UTF-8. A line that is longer than the bound is told as undefined and skipped:
 * memory stays bounded whatever the file is.
 */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array | string>,
  max = LINE_BYTES_MAX,
): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder();
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let rest = Buffer.from(chunk);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      size += end;
      if (size <= max) parts.push(rest.subarray(0, end));
      yield size > max ? undefined : decoder.decode(Buffer.concat(parts));
      parts = [];
      size = 0;
      rest = rest.subarray(end + 1);
    }
    size += rest.length;
    if (size <= max) parts.push(rest);
    else parts = [];
  }
  if (size > 0) yield size > max ? undefined : decoder.decode(Buffer.concat(parts));
}
