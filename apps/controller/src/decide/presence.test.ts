// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { aNode, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Turnstile } from '../turnstile.ts';
import { Presence, SILENT_MS } from './presence.ts';

const NODE = { cluster: 'local', tenant: 'default', node: 'n-1' };
const SCOPE = { kind: 'tenant', cluster: 'local', tenant: 'default' } as const;
let test: TestStore;
let presence: Presence;
let turnstile: Turnstile;
const told: unknown[] = [];

beforeEach(async () => {
  test = await openStoreInPlace();
  const quiet = () => undefined;
  turnstile = new Turnstile();
  presence = new Presence({
    store: test.store,
    clock: test.clock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    publish: (change) => {
      told.push(change.topic);
    },
    turnstile,
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

  it('knows nothing of a sensor as soon as the stream of its node has closed', async () => {
    presence.note(NODE, true);
    presence.note(NODE, false);
    await expect
      .poll(node)
      .toMatchObject({ sensor: { state: 'unknown' }, uplink: { state: 'disconnected' }, state: 'ready' });
  });

  it('leaves the report of a node that came back in the meantime', async () => {
    presence.note(NODE, true);
    presence.note(NODE, false);
    presence.note(NODE, true, 7);
    await expect.poll(node).toMatchObject({ clockSkewMs: 7, sensor: { state: 'running' } });
  });

  it('never puts an older report back over a newer one', async () => {
    // The report of an agent passes the turnstile while the skew of the same node is on its way.
    presence.note(NODE, true, 11);
    await turnstile.run(async () => {
      const now = await node();
      if (now !== undefined) await test.store.nodes.put(SCOPE, [{ ...now, agentVersion: '9.9.9' }]);
    });
    presence.note(NODE, true, 12);
    await expect.poll(node).toMatchObject({ clockSkewMs: 12, agentVersion: '9.9.9' });
  });

  it('keeps the skew of the clock', async () => {
    presence.note(NODE, true, 1234.4);
    await expect.poll(async () => (await node())?.clockSkewMs).toBe(1234);
  });
});
