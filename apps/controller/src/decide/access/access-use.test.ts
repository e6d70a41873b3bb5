// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import { readAuditEvent } from '@bartizan/engine/audit-log';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessUse } from './access-use.ts';

const OWNER = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const MINUTE = 60_000;
let test: TestStore;
let nowMs = Date.UTC(2026, 10, 28, 18);
beforeAll(async () => {
  test = await openStoreInPlace();
});
afterAll(async () => {
  await test?.remove();
});

const using = () => new AccessUse({ store: test.store, clock: { nowMs: () => nowMs }, log, owner: OWNER });
function request(user: string, resource: string, name = '') {
  const read = readAuditEvent({
    kind: 'Event',
    ...{ auditID: 'a', stage: 'ResponseComplete', verb: 'get', requestURI: '/x' },
    user: { username: user },
    objectRef: { resource, namespace: 'shop', ...(name === '' ? {} : { name }) },
    responseStatus: { code: 200 },
  });
  if (read === undefined) throw new Error('no request');
  return read;
}

describe('the use of permissions', () => {
  it('is kept over a restart, with its window and the time in which nothing was heard', async () => {
    const startedAtMs = nowMs;
    const first = using();
    expect(first.window()).toEqual({ sinceMs: undefined, untilMs: undefined, gapMs: 0, isCut: false });
    first.note([request('ann', 'pods', 'a'), request('ann', 'pods', 'b'), request('bob', 'secrets')]);
    nowMs += 5 * MINUTE;
    first.note([]);
    await first.save();
    nowMs += 60 * MINUTE;
    const second = using();
    await second.load();
    second.note([request('ann', 'pods', 'c')]);
    expect(second.window()).toEqual({
      ...{ sinceMs: startedAtMs, untilMs: nowMs, gapMs: 60 * MINUTE, isCut: false },
    });
    expect(second.of('ann')).toEqual([
      {
        attributes: { verb: 'get', group: '', resource: 'pods', namespace: 'shop' },
        ...{ names: ['a', 'b', 'c'], isCut: false },
      },
    ]);
    expect(second.of('bob')).toHaveLength(1);
    expect(second.of('eve')).toEqual([]);
  });

  it('is bounded: names and permissions beyond it are told as missing', () => {
    const use = using();
    use.note(Array.from({ length: 40 }, (_, at) => request('ann', 'pods', `p${at}`)));
    expect(use.of('ann')).toMatchObject([{ isCut: true }]);
    expect(use.of('ann')[0]?.names).toHaveLength(16);
    expect(use.window().isCut).toBe(false);
    use.note(Array.from({ length: 25_000 }, (_, at) => request('cat', `kind${at}`)));
    expect(use.of('cat')).toHaveLength(19_999);
    expect(use.window().isCut).toBe(true);
  });

  it('keeps everything else when one path is too long to be kept', async () => {
    const use = using();
    const path = readAuditEvent({
      kind: 'Event',
      ...{ auditID: 'p', stage: 'ResponseComplete', verb: 'get', requestURI: `/${'x'.repeat(9000)}` },
      user: { username: 'ann' },
      responseStatus: { code: 200 },
    });
    if (path === undefined) throw new Error('no request');
    use.note([path, request('ann', 'pods')]);
    await use.save();
    const next = using();
    await next.load();
    expect(next.of('ann')).toHaveLength(1);
    expect(next.window().isCut).toBe(true);
  });

  it('begins anew when what was kept cannot be read', async () => {
    const scope = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
    for (const kept of ['{', '{"version":2}', '[]']) {
      await test.store.settings.put(scope, 'access-use', kept);
      const use = using();
      await use.load();
      expect(use.window().sinceMs).toBeUndefined();
    }
  });
});
