// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Readable } from 'node:stream';

const BODY_BYTES_MAX = 16 * 1024;
/** A request whose body is not whole after this time ends, in milliseconds, however steadily it drips. */
const BODY_WITHIN_MS = 10_000;

/** Reads a small JSON body; undefined when it is too large, too slow or no JSON. */
export function readJson(stream: Readable): Promise<unknown> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    // Not the timeout of the stream: that one begins anew with each byte.
    const deadline = setTimeout(() => stream.destroy(), BODY_WITHIN_MS);
    const settle = (body: unknown): void => {
      clearTimeout(deadline);
      resolve(body);
    };
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_BYTES_MAX) chunks.push(chunk);
    });
    stream.on('close', () => settle(undefined));
    stream.on('end', () => {
      try {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        settle(size <= BODY_BYTES_MAX ? body : undefined);
      } catch {
        settle(undefined);
      }
    });
  });
}
