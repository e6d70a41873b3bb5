// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import type { Store } from '@bartizan/adapters/store';
import { type AgentEvent, type Query, type Scope, systemScope, tenantScope } from '@bartizan/contracts';
import { all, codeOf, good, type StoreCase, term, where } from './case.ts';
import { aFileEvent, aFlow, aProcessEvent, aSecurityEvent, workloadRef } from './records.ts';

const OURS = tenantScope('local', 'default');
const THEIRS = tenantScope('local', 'other');
const SYSTEM = systemScope('case table');
const HOUR_MS = 3_600_000;

async function walk(
  store: Store,
  scope: Scope,
  kind: AgentEvent['kind'],
  query: Query,
): Promise<AgentEvent[]> {
  const items: AgentEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = good(
      await store.events.list(scope, kind, { ...query, ...(cursor === undefined ? {} : { cursor }) }),
    );
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return items;
}

const storing: readonly StoreCase[] = [
  {
    name: 'stores each kind of event and gives it back as it was, with the time it was received',
    run: async ({ store, clock }) => {
      const events = [aSecurityEvent(1), aProcessEvent(1), aFileEvent(1), aFlow(1)];
      assert.deepEqual(good(await store.events.append(OURS, events)), { stored: 4, duplicates: 0 });
      for (const event of events) {
        const found = good(await store.events.get(OURS, event.id));
        assert.deepEqual(found, { ...event, receivedAtMs: clock.value });
        assert.equal(good(await store.events.list(OURS, event.kind, all())).items.length, 1);
      }
    },
  },
  {
    name: 'stores an event once, however often it is sent, also over hours',
    run: async ({ store, clock }) => {
      const events = [aFlow(1), aFlow(2), aFlow(5)];
      good(await store.events.append(OURS, events));
      const before = events.map((event) => event.id);
      const repeated = good(await store.events.append(OURS, events));
      assert.deepEqual(repeated, { stored: 0, duplicates: 3, repeated: before });
      clock.value += 2 * HOUR_MS;
      const again = await store.events.append(OURS, [aFlow(2), aFlow(3), aFlow(5), aFlow(6), aFlow(6)]);
      // What comes twice in one batch was not there before it.
      assert.deepEqual(good(again), { stored: 2, duplicates: 3, repeated: [aFlow(2).id, aFlow(5).id] });
      assert.equal((await walk(store, OURS, 'flow', all())).length, 5);
    },
  },
  {
    name: 'derives the id and never believes it',
    run: async ({ store }) => {
      good(await store.events.append(OURS, [{ ...aFlow(7), id: 'n-9:boot:flow:1' }]));
      assert.equal(good(await store.events.get(OURS, 'n-9:boot:flow:1')), undefined);
      assert.equal(good(await store.events.get(OURS, 'n-1:boot-1:flow:7'))?.sequence, 7);
    },
  },
  {
    name: 'keeps the events of two tenants apart in every method, even with the same node and sequence',
    run: async ({ store }) => {
      good(await store.events.append(OURS, [aFlow(1), aSecurityEvent(1)]));
      good(await store.events.acknowledge(OURS, { node: 'n-1', bootId: 'b', stream: 'flow', sequence: 9 }));
      assert.equal(good(await store.events.get(THEIRS, aFlow(1).id)), undefined);
      assert.equal(good(await store.events.list(THEIRS, 'flow', all())).items.length, 0);
      assert.deepEqual(good(await store.events.foldFlows(THEIRS, all())), []);
      assert.deepEqual(
        good(await store.events.histogram(THEIRS, 'security', { ...all(), intervalMs: 1000 })),
        [],
      );
      assert.equal(good(await store.events.countBy(THEIRS, 'security', 'severity', all())).size, 0);
      assert.deepEqual(good(await store.events.acknowledged(THEIRS, 'n-1')), []);
      const theirs = { ...aFlow(1), tenant: 'other', remoteAddress: '192.0.2.1' };
      assert.deepEqual(good(await store.events.append(THEIRS, [theirs])), { stored: 1, duplicates: 0 });
      const ours = good(await store.events.get(OURS, aFlow(1).id));
      assert.equal(ours?.kind === 'flow' && ours.remoteAddress, '10.0.0.2');
      assert.equal((await walk(store, SYSTEM, 'flow', all())).length, 2);
      await assert.rejects(() => store.events.append(OURS, [theirs]), /scope/);
    },
  },
  {
    name: 'remembers the highest acknowledged sequence per node, boot and stream',
    run: async ({ store }) => {
      const mark = { node: 'n-1', bootId: 'b', stream: 'process' as const, sequence: 10 };
      good(await store.events.acknowledge(OURS, mark));
      good(await store.events.acknowledge(OURS, { ...mark, sequence: 4 }));
      good(await store.events.acknowledge(OURS, { ...mark, bootId: 'c', stream: 'inventory', sequence: 1 }));
      const marks = good(await store.events.acknowledged(OURS, 'n-1'));
      assert.deepEqual(
        [...marks].sort((left, right) => left.sequence - right.sequence),
        [
          { stream: 'inventory', bootId: 'c', sequence: 1 },
          { stream: 'process', bootId: 'b', sequence: 10 },
        ],
      );
      assert.deepEqual(good(await store.events.acknowledged(OURS, 'n-2')), []);
    },
  },
  {
    name: 'counts what was stored as acknowledged, per tenant, also after hours',
    run: async ({ store, clock }) => {
      good(await store.events.append(OURS, [aFlow(3), aFlow(9), aSecurityEvent(2)]));
      clock.value += 2 * HOUR_MS;
      good(await store.events.append(OURS, [aFlow(10), aFlow(4)]));
      good(
        await store.events.acknowledge(OURS, {
          node: 'n-1',
          bootId: 'boot-1',
          stream: 'security',
          sequence: 5,
        }),
      );
      const marks = good(await store.events.acknowledged(OURS, 'n-1'));
      const found = new Map(marks.map((mark) => [mark.stream, mark.sequence]));
      assert.deepEqual([marks.length, found.get('flow'), found.get('security')], [2, 10, 5]);
      assert.deepEqual(good(await store.events.acknowledged(THEIRS, 'n-1')), []);
      assert.deepEqual(good(await store.events.acknowledged(OURS, 'n-2')), []);
    },
  },
];

const reading: readonly StoreCase[] = [
  {
    name: 'pages over hours by the time it happened, newest first, late arrivals in their place',
    run: async ({ store, clock }) => {
      for (let hour = 0; hour < 3; hour++) {
        clock.value += HOUR_MS;
        const sequences = Array.from({ length: 5 }, (_, index) => hour * 5 + index);
        good(
          await store.events.append(
            OURS,
            sequences.map((sequence) => aFlow(sequence)),
          ),
        );
      }
      // Buffered on the node for two hours: received last, happened first.
      good(await store.events.append(OURS, [aFlow(99, { occurredAtMs: 1_000_500 })]));
      const newest = await walk(store, OURS, 'flow', all({ limit: 4 }));
      const times = newest.map((event) => event.occurredAtMs);
      assert.equal(newest.length, 16);
      assert.deepEqual(
        times,
        [...times].sort((left, right) => right - left),
      );
      assert.equal(newest.at(-2)?.sequence, 99);
      const sort = { field: 'occurredAtMs', descending: false };
      const oldest = await walk(store, OURS, 'flow', all({ limit: 4, sort }));
      assert.deepEqual(
        oldest.map((event) => event.occurredAtMs),
        times.reverse(),
      );
    },
  },
  {
    name: 'pages in the order of receipt when asked',
    run: async ({ store, clock }) => {
      for (const sequence of [3, 1, 2]) {
        clock.value += HOUR_MS;
        good(await store.events.append(OURS, [aFlow(sequence), aFlow(sequence + 10)]));
      }
      for (const descending of [true, false]) {
        const sort = { field: 'receivedAtMs', descending };
        const order = (await walk(store, OURS, 'flow', all({ limit: 1, sort }))).map(
          (event) => event.sequence,
        );
        const expected = [3, 13, 1, 11, 2, 12];
        assert.deepEqual(order, descending ? expected.reverse() : expected);
      }
    },
  },
  {
    name: 'narrows a list by range and filter, and refuses unknown fields',
    run: async ({ store }) => {
      good(
        await store.events.append(OURS, [
          aSecurityEvent(1),
          aSecurityEvent(2, { severity: 'low', rule: 'runtime.miner', workload: workloadRef('w-2', 'bar') }),
          aSecurityEvent(3, { files: ['/etc/shadow'] }),
        ]),
      );
      const ask = async (query: Query) =>
        (await walk(store, OURS, 'security', query)).map((event) => event.sequence);
      assert.deepEqual(await ask(all({ fromMs: 1_002_000 })), [3, 2]);
      assert.deepEqual(await ask(all({ fromMs: 1_001_000, toMs: 1_003_000 })), [2, 1]);
      assert.deepEqual(await ask(where(term('severity', 'critical'))), [3, 1]);
      assert.deepEqual(await ask(where(term('rule', 'runtime.*'), term('workload', 'w-2'))), [2]);
      assert.deepEqual(await ask(where(term('file', '/etc/*'))), [3]);
      assert.deepEqual(await ask(where(term('', 'talks to 203.0.113.9'))), [3, 2, 1]);
      assert.deepEqual(
        await ask(where(term('attack', 'T1059.004'), { ...term('name', 'bar'), negated: true })),
        [3, 1],
      );
      assert.equal(codeOf(await store.events.list(OURS, 'security', where(term('nope', 'x')))), 'E_FILTER');
      assert.equal(codeOf(await store.events.list(OURS, 'flow', where(term('rule', 'x')))), 'E_FILTER');
      assert.equal(codeOf(await store.events.countBy(OURS, 'flow', 'nope', all())), 'E_FILTER');
    },
  },
  {
    name: 'finds in a range what was stored after somebody looked, also when the next hour has begun',
    run: async ({ store, clock }) => {
      const late = all({ fromMs: 1_040_000 });
      good(await store.events.append(OURS, [aSecurityEvent(5)]));
      assert.equal(good(await store.events.list(OURS, 'security', late)).items.length, 0);
      good(await store.events.append(OURS, [aSecurityEvent(50)]));
      clock.value += HOUR_MS;
      good(await store.events.append(OURS, [aSecurityEvent(61)]));
      const found = (await walk(store, OURS, 'security', late)).map((event) => event.sequence);
      assert.deepEqual(found, [61, 50]);
      const counts = good(await store.events.countBy(OURS, 'security', 'severity', late));
      assert.equal(counts.get('critical'), 2);
      const asked = { ...late, intervalMs: 1000 };
      assert.equal(good(await store.events.histogram(OURS, 'security', asked)).length, 2);
    },
  },
  {
    name: 'counts per interval and severity over slices',
    run: async ({ store, clock }) => {
      good(await store.events.append(OURS, [aSecurityEvent(1), aSecurityEvent(2, { severity: 'low' })]));
      clock.value += HOUR_MS;
      good(await store.events.append(OURS, [aSecurityEvent(3), aSecurityEvent(70)]));
      const buckets = good(await store.events.histogram(OURS, 'security', { ...all(), intervalMs: 60_000 }));
      assert.deepEqual(buckets, [
        { atMs: 960_000, counts: { critical: 2, low: 1 } },
        { atMs: 1_020_000, counts: { critical: 1 } },
      ]);
      const counts = good(await store.events.countBy(OURS, 'security', 'severity', all()));
      assert.deepEqual([counts.get('critical'), counts.get('low')], [3, 1]);
    },
  },
  {
    name: 'folds flows of the same edge over slices, largest first, cut at the limit',
    run: async ({ store, clock }) => {
      const peer = { remoteWorkload: workloadRef('w-9', 'db'), remoteAddress: '10.0.0.9', serverPort: 5432 };
      good(await store.events.append(OURS, [aFlow(1, { ...peer, connections: 2 }), aFlow(2)]));
      clock.value += HOUR_MS;
      good(await store.events.append(OURS, [aFlow(3, { ...peer, connections: 3, bytesSent: 900 })]));
      good(await store.events.append(OURS, [aFlow(4, { ...peer, application: 'postgresql' })]));
      const folded = good(await store.events.foldFlows(OURS, all()));
      assert.equal(folded.length, 3);
      assert.deepEqual(
        folded.map((one) => [one.serverPort, one.application, one.connections]).toSorted(),
        [
          [443, undefined, 1],
          [5432, undefined, 5],
          [5432, 'postgresql', 1],
        ].toSorted(),
      );
      assert.deepEqual(folded[0], {
        workload: 'w-1',
        remoteWorkload: 'w-9',
        localAddress: '10.0.0.1',
        remoteAddress: '10.0.0.9',
        direction: 'outbound',
        protocol: 'tcp',
        serverPort: 5432,
        verdict: 'allow',
        connections: 5,
        bytes: 1100,
        firstAtMs: 1_001_000,
        lastAtMs: 1_003_000,
      });
      assert.equal(good(await store.events.foldFlows(OURS, all({ limit: 1 }))).length, 1);
      assert.equal(good(await store.events.foldFlows(OURS, where(term('serverPort', '443')))).length, 1);
    },
  },
  {
    name: 'adds up the bytes that were counted, and gives none where none were',
    run: async ({ store }) => {
      const uncounted = (sequence: number, changes: Parameters<typeof aFlow>[1]) => {
        const { bytesSent: _sent, bytesReceived: _received, ...flow } = aFlow(sequence, changes);
        return flow;
      };
      good(
        await store.events.append(OURS, [
          aFlow(1, { bytesSent: 3, bytesReceived: 4 }),
          uncounted(2, { protocol: 'udp', serverPort: 53 }),
          uncounted(3, {}),
          aFlow(4, { protocol: 'udp', serverPort: 123, bytesSent: 0, bytesReceived: 0 }),
        ]),
      );
      const folded = good(await store.events.foldFlows(OURS, all()));
      assert.deepEqual(folded.map((one) => [one.serverPort, one.bytes]).toSorted(), [
        [123, undefined],
        [443, 7],
        [53, undefined],
      ]);
      const [kept] = good(await store.events.list(OURS, 'flow', where(term('serverPort', '53')))).items;
      assert.equal(kept !== undefined && 'bytesSent' in kept, false);
    },
  },
  {
    name: 'answers reads of ids that are not ids with nothing',
    run: async ({ store }) => {
      for (const id of ['', 'x', ':::', 'n-1:boot-1:flow:99999999999999999999', 'n-1:b:inventory:1']) {
        assert.equal(good(await store.events.get(OURS, id)), undefined);
      }
    },
  },
];

/** Promises of the event repository. */
export const EVENT_CASES: readonly StoreCase[] = [...storing, ...reading];
