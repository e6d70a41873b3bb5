// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDiskBuffer, startUplink } from '@bartizan/host';
import { FakeController, until } from '@bartizan/testkit/host';
import { aNode } from '@bartizan/testkit/store';
import { afterEach, beforeEach, expect, it } from 'vitest';

const TOKEN = 'bzj_state_0123456789';
const ignore = (): void => undefined;

let folder = '';
let closing: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-put-off-'));
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

it('an agent that is put off because too many join at once joins later with the same token', async () => {
  const listener = await new FakeController({ token: TOKEN, putOff: 1 }).start();
  closing.push(() => listener.stop());
  const clock = {
    wallMs: () => Date.now(),
    bootUs: () => performance.now() * 1000,
    after: (ms: number, work: () => void) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    every: () => ignore,
  };
  const buffer = openDiskBuffer({
    folder: join(folder, 'buffer'),
    bootId: 'boot-1',
    maxBytes: 1024 * 1024,
    segmentBytes: 64 * 1024,
    wallMs: clock.wallMs,
  });
  closing.push(() => buffer.close());
  const codes: string[] = [];
  const uplink = startUplink({
    endpoint: { host: '127.0.0.1', port: listener.port, caSha256: listener.authority.sha256 },
    folder,
    node: 'n-1',
    name: 'host-1',
    bootId: 'boot-1',
    agentVersion: '0',
    joinToken: () => TOKEN,
    buffer,
    clock,
    logger: {
      debug: ignore,
      info: ignore,
      warn: (_text, { code } = {}) => codes.push(String(code)),
      error: ignore,
    },
    describe: () => aNode({ id: 'n-1' }),
    onConnected: ignore,
    onConfigure: ignore,
    onCommand: ignore,
    onChange: ignore,
    onIdentityLost: ignore,
  });
  closing.push(() => uplink.stop());
  await until('the node to join', () => listener.certificates.length === 1, { timeoutMs: 10_000 });
  expect(codes).toEqual(['E_CONTROLLER_UNREACHABLE']);
});
