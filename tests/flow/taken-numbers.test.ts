// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDiskBuffer, startUplink, systemClock } from '@bartizan/host';
import { FakeController, until } from '@bartizan/testkit/host';
import { aNode } from '@bartizan/testkit/store';
import { afterEach, beforeEach, expect, it } from 'vitest';

const TOKEN = 'bzj_taken_0123456789';
const HOUR_MS = 3_600_000;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-taken-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One run of an agent whose clock says a time: it loses `count` records, and tells so. */
async function run(controller: FakeController, wallMs: number, count: number): Promise<void> {
  const bootId = 'boot-1';
  const buffer = openDiskBuffer({
    ...{ folder: join(folder, 'buffer'), bootId, maxBytes: 1024 * 1024, segmentBytes: 64 * 1024 },
    wallMs: () => wallMs,
  });
  buffer.append('inventory', () => ({ type: 'loss', stream: 'flow', count, reason: 'x', sinceMs: 1 }));
  const ignore = (): void => undefined;
  const uplink = startUplink({
    endpoint: { host: '127.0.0.1', port: controller.port, caSha256: controller.authority.sha256 },
    ...{ folder, node: 'n-1', name: 'host-1', bootId, agentVersion: '0', joinToken: () => TOKEN, buffer },
    clock: systemClock(),
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    describe: () => aNode({ id: 'n-1' }),
    ...{ onConnected: ignore, onConfigure: ignore, onCommand: ignore, onChange: ignore },
    onIdentityLost: ignore,
  });
  try {
    await until('everything is acknowledged', () => uplink.status().acknowledgedTotal === 1, {
      timeoutMs: 10_000,
    });
    expect(buffer.status().records).toBe(0);
  } finally {
    uplink.stop();
    buffer.close();
  }
}

it('a node whose state is made anew after its clock was set back is heard', async () => {
  const controller = await new FakeController({ token: TOKEN }).start();
  try {
    await run(controller, Date.now() + 9 * HOUR_MS, 1);
    rmSync(join(folder, 'buffer'), { recursive: true });
    await run(controller, Date.now(), 2);
    await run(controller, Date.now(), 3);
    expect(controller.inventory('loss').map(({ count }) => count)).toEqual([1, 2, 3]);
    expect(controller.duplicates).toBe(0);
  } finally {
    await controller.stop();
  }
});
