// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok } from '@bartizan/contracts';
import { aSecurityEvent, OWNER, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../ports.ts';
import { Ingest, noCounts } from './ingest.ts';

const AGENT = { ...OWNER, node: 'n-1', serial: 's-1', notAfterMs: Number.MAX_SAFE_INTEGER };
const ignore = (): void => undefined;

let test: TestStore;
let changes: Change[] = [];
let heldFrom: number | undefined;
let ingest: Ingest;
let counters = noCounts();
beforeEach(async () => {
  test = await openStoreInPlace();
  changes = [];
  heldFrom = undefined;
  counters = noCounts();
  ingest = new Ingest({
    store: test.store,
    clock: test.clock,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    counters,
    publish: (change) => void changes.push(change),
    inventory: { take: () => Promise.resolve(ok({ rejected: 0 })), heldFrom: () => heldFrom },
  });
});
afterEach(() => test.remove());

const alerts = (first: number, count: number, bootId = 'boot-1') => ({
  stream: 'security' as const,
  bootId,
  firstSequence: first,
  records: Array.from({ length: count }, (_, at) => aSecurityEvent(first + at)),
});
const losses = (first: number, counts: readonly number[]) => ({
  stream: 'inventory' as const,
  bootId: 'boot-1',
  firstSequence: first,
  records: counts.map((count) => ({
    type: 'loss',
    stream: 'flow',
    count,
    reason: 'buffer-full',
    sinceMs: 1,
  })),
});
const told = () => changes.map(({ data }) => (typeof data === 'object' ? Reflect.get(data ?? {}, 'id') : ''));

describe('events that an agent sends again', () => {
  it('are told and counted once, those beside them that are new as well', async () => {
    await ingest.take(AGENT, alerts(1, 2));
    expect(told()).toEqual(['n-1:boot-1:security:1', 'n-1:boot-1:security:2']);
    expect(await ingest.take(AGENT, alerts(1, 3))).toEqual(ok({ rejected: 0, acknowledged: 3 }));
    expect(told().slice(2)).toEqual(['n-1:boot-1:security:3']);
    expect(counters).toMatchObject({ recordsTotal: 3, duplicatesTotal: 2 });
  });

  it('are other events where they are of another boot', async () => {
    await ingest.take(AGENT, alerts(1, 1));
    await ingest.take(AGENT, alerts(1, 1, 'boot-2'));
    expect(told()).toEqual(['n-1:boot-1:security:1', 'n-1:boot-2:security:1']);
  });
});

describe('losses that an agent reports', () => {
  it('count once, also when they come again since a list before them is not whole', async () => {
    heldFrom = 1;
    await ingest.take(AGENT, losses(1, [5, 7]));
    expect(counters.lostTotal).toBe(12);
    expect(await ingest.take(AGENT, losses(1, [5, 7, 1]))).toEqual(ok({ rejected: 0, acknowledged: 0 }));
    expect(counters.lostTotal).toBe(13);
  });
});
