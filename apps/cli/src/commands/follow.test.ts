// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { eventFrames } from './follow.ts';

async function framesOf(parts: readonly string[]): Promise<{ event: string; data: string }[]> {
  async function* stream(): AsyncGenerator<Buffer> {
    for (const part of parts) yield Buffer.from(part);
  }
  const frames: { event: string; data: string }[] = [];
  for await (const frame of eventFrames(stream())) frames.push(frame);
  return frames;
}

describe('server-sent events', () => {
  it('are read wherever the stream is cut', async () => {
    const text = ': hello\n\nid: 1\nevent: security\ndata: {"a":\ndata: 1}\n\ndata: 脆弱\r\n\r\n';
    const bytes = Buffer.from(text);
    for (let at = 1; at < bytes.length; at += 1) {
      async function* stream(): AsyncGenerator<Buffer> {
        yield bytes.subarray(0, at);
        yield bytes.subarray(at);
      }
      const frames: { event: string; data: string }[] = [];
      for await (const frame of eventFrames(stream())) frames.push(frame);
      expect(frames).toEqual([
        { event: 'security', data: '{"a":\n1}' },
        { event: 'message', data: '脆弱' },
      ]);
    }
  });

  it('never grow without end', async () => {
    expect(await framesOf(['data: ', 'x'.repeat(2 * 1024 * 1024), '\n\ndata: y\n\n'])).toEqual([
      { event: 'message', data: 'y' },
    ]);
  });
});
