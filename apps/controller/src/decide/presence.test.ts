// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { aNode, openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Presence, SILENT_MS } from './presence.ts';

const NODE = { cluster: 'local', tenant: 'default', node: 'n-1' };
const SCOPE = { kind: 'tenant', cluster: 'local', tenant: 'default' } as const;
let test: TestStore;
let presence: Presence;
const told: unknown[] = [];

beforeEach(async () => {
  test = await openTestStore();
  const quiet = () => undefined;
  presence = new Presence({
    store: test.store,
    clock: test.clock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    publish: (change) => {
      told.push(change.topic);
    },
  });
  await test.store.nodes.put(SCOPE, [aNode({ lastSeenAtMs: test.clock.value })]);
});
afterEach(() => test.remove());

const node = async () => {
  const found = await test.store.nodes.get(SCOPE, 'n-1');
  return found.ok ? found.value : undefined;
};

describe('presence', () => {
  it('marks a node that was silent for thirty seconds as disconnected, and tells so', async () => {
    test.clock.value += SILENT_MS - 1;
    await presence.sweep();
    expect((await node())?.state).toBe('ready');
    test.clock.value += 1;
    await presence.sweep();
    expect(await node()).toMatchObject({ state: 'disconnected', uplink: { state: 'disconnected' } });
    expect(told).toContain('node');
  });

  it('leaves a node alone whose stream is open', async () => {
    presence.note(NODE, true);
    test.clock.value += 10 * SILENT_MS;
    await presence.sweep();
    expect((await node())?.state).toBe('ready');
    presence.note(NODE, false);
    await presence.sweep();
    expect((await node())?.state).toBe('disconnected');
  });

  it('does not take a node of another tenant with the same id for present', async () => {
    presence.note({ ...NODE, tenant: 'other' }, true);
    test.clock.value += SILENT_MS;
    await presence.sweep();
    expect((await node())?.state).toBe('disconnected');
  });

  it('keeps the skew of the clock', async () => {
    presence.note(NODE, true, 1234.4);
    await expect.poll(async () => (await node())?.clockSkewMs).toBe(1234);
  });
});
