// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemScope, tenantScope } from '@bartizan/contracts';
import {
  aFlow,
  all,
  aWorkload,
  codeOf,
  good,
  OWNER,
  openTestStore,
  type TestStore,
} from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const MB = 1024 * 1024;
const DISK_MB = 24;

const mount = mkdtempSync(join(tmpdir(), 'bartizan-full-'));
let test: TestStore;

beforeAll(async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m,mode=0700`, 'bartizan-test', mount]);
  test = await openTestStore({ dataDir: join(mount, 'data'), limits: { probeMs: 200 } });
}, 60_000);

afterAll(async () => {
  await test?.store.close();
  execFileSync('umount', ['--lazy', mount]);
  rmSync(mount, { recursive: true, force: true });
});

const state = () => test.store.state().state;

async function until(wanted: string, withinMs = 20_000): Promise<void> {
  for (let waited = 0; state() !== wanted; waited += 50) {
    if (waited > withinMs) throw new Error(`the state is ${state()}, not ${wanted}`);
    await sleep(50);
  }
}

let next = 1;
const acknowledged: number[] = [];

/** Leaves not even a page of the disk to others. */
function leaveNoRoom(ballast: string): void {
  for (let size = 8 * MB; size >= 4096; ) {
    try {
      writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' });
    } catch {
      size /= 2;
    }
  }
}

/** Appends until a batch is refused; remembers what was acknowledged. */
async function fill(): Promise<string> {
  for (;;) {
    const batch = Array.from({ length: 200 }, (_, index) => aFlow(next + index));
    const done = await test.store.events.append(SCOPE, batch);
    if (!done.ok) return done.error.code;
    acknowledged.push(...batch.map((event) => event.sequence));
    next += batch.length;
  }
}

async function missing(): Promise<number[]> {
  const there = new Set<number>();
  let cursor: string | undefined;
  do {
    const query = all({ limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    const page = good(await test.store.events.list(SCOPE, 'flow', query));
    for (const event of page.items) there.add(event.sequence);
    cursor = page.next;
  } while (cursor !== undefined);
  return acknowledged.filter((sequence) => !there.has(sequence));
}

describe('a store on a disk that runs full', () => {
  it('refuses writes with a clear state, loses nothing, reads on, and goes on by itself when there is room', async () => {
    const ballast = join(mount, 'ballast');
    writeFileSync(ballast, Buffer.alloc(8 * MB));
    good(await test.store.workloads.put(SCOPE, [aWorkload()]));

    expect(await fill()).toBe('E_STORE_FULL');
    expect(test.store.state()).toMatchObject({ state: 'read-only', code: 'E_STORE_FULL' });
    const refused = [
      await test.store.events.append(SCOPE, [aFlow(next)]),
      await test.store.workloads.put(SCOPE, [aWorkload({ id: 'w-2' })]),
      await test.store.audit.append(systemScope('test'), {
        tenant: OWNER.tenant,
        atMs: 1,
        actor: 'test',
        actorKind: 'system',
        action: 'test.full',
        target: 'x',
        outcome: 'success',
        detail: '',
      }),
    ];
    expect(refused.map(codeOf)).toEqual(['E_STORE_FULL', 'E_STORE_FULL', 'E_STORE_FULL']);
    expect(acknowledged.length).toBeGreaterThan(1000);
    expect(await missing()).toEqual([]);
    expect(good(await test.store.workloads.list(SCOPE, all())).items).toHaveLength(1);

    await sleep(600);
    expect(state()).toBe('read-only');
    rmSync(ballast);
    await until('ok');
    expect(test.store.state().code).toBeUndefined();
    const again = await test.store.events.append(SCOPE, [aFlow(next)]);
    expect(good(again)).toEqual({ stored: 1, duplicates: 0 });
    acknowledged.push(next++);
    expect(await missing()).toEqual([]);
  }, 120_000);

  it('says so too while nobody writes', async () => {
    const ballast = join(mount, 'ballast');
    good(await test.store.workloads.put(SCOPE, [aWorkload()]));
    expect(state()).toBe('ok');
    leaveNoRoom(ballast);
    await until('read-only');
    expect(test.store.state()).toMatchObject({ code: 'E_STORE_FULL' });
    expect(codeOf(await test.store.workloads.put(SCOPE, [aWorkload({ id: 'w-2' })]))).toBe('E_STORE_FULL');
    rmSync(ballast);
    await until('ok');
    good(await test.store.workloads.put(SCOPE, [aWorkload({ id: 'w-2' })]));
  }, 60_000);

  it('says so at once though its own files hold room that was used before, and goes on saying so', async () => {
    const ballast = join(mount, 'ballast');
    // Once its log has been carried over, SQLite writes over it from its start and needs no new block for megabytes.
    const log = join(mount, 'data/core.db-wal');
    for (let before = -1, still = 0, round = 0; still < 3; round++) {
      good(await test.store.workloads.put(SCOPE, [aWorkload({ name: `n-${round}` })]));
      const { size } = statSync(log);
      still = size === before ? still + 1 : 0;
      before = size;
    }
    leaveNoRoom(ballast);
    // A look each 200 ms; looks that write into the log alone would need ten or more until they meet its end.
    await until('read-only', 1500);
    for (let look = 0; look < 20; look++) {
      expect(state()).toBe('read-only');
      await sleep(50);
    }
    expect(codeOf(await test.store.workloads.put(SCOPE, [aWorkload()]))).toBe('E_STORE_FULL');
    rmSync(ballast);
    await until('ok');
    good(await test.store.workloads.put(SCOPE, [aWorkload()]));
  }, 60_000);

  it('has all of it after a restart, also when the restart comes while the disk is full', async () => {
    expect(await fill()).toBe('E_STORE_FULL');
    test = await test.reopen();
    expect(await missing()).toEqual([]);
    expect(good(await test.store.audit.verify(systemScope('test'))).intact).toBe(true);
  }, 120_000);
});
