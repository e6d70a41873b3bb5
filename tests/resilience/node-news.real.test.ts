// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcess } from '@bartizan/testkit/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, startRunning } from '../controller/running.ts';

const DISK_MB = 48;
const AGENT_DISK_MB = 24;

const mount = mkdtempSync(join(tmpdir(), 'bartizan-news-'));
const agent = new AgentProcess(`mount -t tmpfs -o size=${AGENT_DISK_MB}m none "$STATE_DIR"`);
let running: Running;

beforeAll(async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m,mode=0700`, 'bartizan-test', mount]);
  running = await startRunning({ dataDir: join(mount, 'data') });
  const made = await running.call({ method: 'POST', path: 'join-tokens', body: { lifetimeMinutes: 5 } });
  await agent.start({
    controllerHost: '127.0.0.1',
    controllerPort: running.controller.agentPort,
    caSha256: running.controller.caSha256,
    joinToken: String(made.json['token']),
  });
}, 120_000);

afterAll(async () => {
  await agent.close();
  await running?.close();
  execFileSync('umount', ['--lazy', mount]);
  rmSync(mount, { recursive: true, force: true });
});

/** Takes every byte of a disk. */
function fill(path: string): void {
  for (let size = 1024 * 1024; size >= 512; size /= 2) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full for this size: try a smaller one.
    }
  }
}

interface Said {
  readonly codes: readonly string[];
  readonly notStored: readonly boolean[];
}

async function said(): Promise<Said> {
  const [system, nodes] = [await running.call({ path: 'system' }), await running.call({ path: 'nodes' })];
  const codesOf = (value: unknown): string[] =>
    Array.isArray(value) ? value.map((one: { code: string }) => one.code) : [];
  const items: unknown = nodes.json['items'];
  return {
    codes: codesOf(system.json['conditions']),
    notStored: Array.isArray(items)
      ? items.map((one: { notStored?: boolean }) => one.notStored === true)
      : [],
  };
}

async function until(what: string, holds: (now: Said) => boolean, timeoutMs: number): Promise<Said> {
  const startMs = performance.now();
  for (;;) {
    const now = await said();
    if (holds(now)) return now;
    if (performance.now() - startMs > timeoutMs)
      throw new Error(
        `not within ${timeoutMs} ms: ${what}; ${JSON.stringify(now)}\n${agent.log.slice(-1500)}`,
      );
    await sleep(250);
  }
}

describe('an agent whose disk is full, before a store that is full too', () => {
  it('is heard: status and API show its newest word, marked as not stored, until the store writes again', async () => {
    await until('the node is there', ({ notStored }) => notStored.length === 1, 60_000);
    const ballast = join(mount, 'ballast');
    const agentBallast = join('/proc', String(agent.pid), 'root', agent.stateDir, 'ballast');
    try {
      fill(ballast);
      fill(agentBallast);
      const full = await until(
        'the full buffer is told',
        ({ codes }) => codes.includes('E_STORE_FULL') && codes.includes('E_BUFFER_FULL'),
        90_000,
      );
      expect(full.codes).toContain('nodes.not-stored');
      expect(full.codes).not.toContain('nodes.as-of-before');
      expect(full.notStored).toEqual([true]);
    } finally {
      rmSync(ballast, { force: true });
      rmSync(agentBallast, { force: true });
    }
    // The conditions are asked before the nodes: both may change in between, so they are awaited together.
    await until(
      'the newest report is stored again',
      ({ codes, notStored }) =>
        !codes.includes('E_STORE_FULL') && !codes.includes('nodes.not-stored') && notStored[0] === false,
      90_000,
    );
  }, 300_000);
});
