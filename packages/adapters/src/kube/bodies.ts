// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ClientHttp2Stream } from 'node:http2';
import { KubeFault, kubeError } from './fault.ts';

const LINE_FEED = 0x0a;

/** The whole body, at most `most` bytes. */
export async function bodyOf(body: ClientHttp2Stream, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new KubeFault(kubeError('E_KUBE_SIZE', `an answer of more than ${most} bytes`));
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** JSON of a server; throws a KubeFault when it is none. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new KubeFault(kubeError('E_KUBE_ANSWER', 'the answer is not JSON'));
  }
}

/** The lines of a body, none longer than `most` bytes. A rest without a line end is not given: it was cut off. */
export async function* linesOf(body: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      pending.push(chunk.subarray(from, at));
      const line = Buffer.concat(pending);
      if (line.length > most) throw tooLong(most);
      pending = [];
      size = 0;
      from = at + 1;
      if (line.length > 0) yield line;
    }
    pending.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > most) throw tooLong(most);
  }
}

const tooLong = (most: number): KubeFault =>
  new KubeFault(kubeError('E_KUBE_SIZE', `an event of more than ${most} bytes`));
