// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, openDiskBuffer, startUplink, type Uplink } from '@bartizan/host';
import { FakeController, until } from '@bartizan/testkit/host';
import { aNode } from '@bartizan/testkit/store';
import { afterEach, beforeEach, expect, it } from 'vitest';

const TOKEN = 'bzj_state_0123456789';
const BEAT_MS = 10_000;

let folder = '';
let closing: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-state-'));
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** A link to a controller that speaks a version; `beat` is what its clock does every ten seconds. */
async function linked(
  version: number,
  full: boolean,
): Promise<{ controller: FakeController; beat: () => void }> {
  const controller = await new FakeController({ token: TOKEN, version }).start();
  const beats: (() => void)[] = [];
  const clock: Clock = {
    wallMs: () => Date.now(),
    bootUs: () => performance.now() * 1000,
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    every: (intervalMs, run) => {
      if (intervalMs === BEAT_MS) beats.push(run);
      return () => undefined;
    },
  };
  const buffer = openDiskBuffer({
    folder: join(folder, 'buffer'),
    bootId: 'boot-1',
    maxBytes: 1024 * 1024,
    segmentBytes: 64 * 1024,
    wallMs: clock.wallMs,
  });
  const ignore = (): void => undefined;
  let connected = false;
  const uplink: Uplink = startUplink({
    endpoint: { host: '127.0.0.1', port: controller.port, caSha256: controller.authority.sha256 },
    folder,
    node: 'n-1',
    name: 'host-1',
    bootId: 'boot-1',
    agentVersion: '0',
    joinToken: () => TOKEN,
    buffer: full
      ? {
          append: buffer.append.bind(buffer),
          next: buffer.next.bind(buffer),
          acknowledge: buffer.acknowledge.bind(buffer),
          settle: buffer.settle.bind(buffer),
          pending: buffer.pending.bind(buffer),
          takeShed: buffer.takeShed.bind(buffer),
          sync: buffer.sync.bind(buffer),
          close: buffer.close.bind(buffer),
          status: () => ({ ...buffer.status(), full: true }),
        }
      : buffer,
    clock,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    describe: () => aNode({ id: 'n-1' }),
    onConnected: () => {
      connected = true;
    },
    onConfigure: ignore,
    onCommand: ignore,
    onChange: ignore,
    onIdentityLost: ignore,
  });
  closing.push(
    () => controller.stop(),
    () => uplink.stop(),
    () => buffer.close(),
  );
  await until('connected', () => connected, { timeoutMs: 10_000 });
  return { controller, beat: () => beats.at(-1)?.() };
}

/** A beat and a ping after it that was answered: what the beat sent has come. */
const settle = async (controller: FakeController, beat: () => void): Promise<void> => {
  const before = controller.pings;
  beat();
  beat();
  await until('two pings', () => controller.pings >= before + 2, { timeoutMs: 10_000 });
};

it('a node whose buffer is full says so beside its records', async () => {
  const { controller, beat } = await linked(2, true);
  await settle(controller, beat);
  expect(controller.states[0]).toMatchObject({ id: 'n-1' });
  expect(controller.invalid).toEqual([]);
});

it('a node whose records are taken says nothing beside them', async () => {
  const { controller, beat } = await linked(2, false);
  await settle(controller, beat);
  expect(controller.states).toEqual([]);
});

it('a controller of the release before is not told what it would refuse', async () => {
  const { controller, beat } = await linked(1, true);
  await settle(controller, beat);
  expect(controller.states).toEqual([]);
  expect(controller.invalid).toEqual([]);
});
