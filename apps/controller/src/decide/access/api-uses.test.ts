// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, type Filter, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import { readAuditEvent } from '@bartizan/engine/audit-log';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Turnstile } from '../../turnstile.ts';
import { FindingLedger } from '../finding-ledger.ts';
import { buildAccessDesk } from './access-desk.ts';
import { AccessFindings } from './access-findings.ts';
import { ApiUses } from './api-uses.ts';
import { ClusterAccess } from './cluster-access.ts';

const OWNER = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
const DAY = 24 * 3_600_000;
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
let test: TestStore;
let nowMs = Date.UTC(2026, 10, 28, 18);
beforeAll(async () => {
  test = await openStoreInPlace();
});
afterAll(async () => {
  await test?.remove();
});

function using(conditionOf: (kind: string) => string | undefined = () => 'synced') {
  let changes = 0;
  const onChange = () => {
    changes += 1;
  };
  const clock = { nowMs: () => nowMs };
  return {
    uses: new ApiUses({ store: test.store, clock, log, owner: OWNER, conditionOf, onChange }),
    changes: () => changes,
  };
}
function request(username: string, marks: object = { 'k8s.io/deprecated': 'true' }) {
  const read = readAuditEvent({
    ...{ kind: 'Event', auditID: 'a', stage: 'ResponseComplete', verb: 'get', requestURI: '/x' },
    user: { username },
    objectRef: { resource: 'cronjobs', apiGroup: 'batch', apiVersion: 'v1beta1', namespace: 'shop' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: new Date(nowMs).toISOString(),
    annotations: marks,
  });
  if (read === undefined) throw new Error('no request');
  return read;
}
const cronJob = (apiVersion: string) => ({
  ...{ group: 'batch', version: 'v1', kind: 'CronJob', resource: 'cronjobs', namespace: 'shop', name: 'a' },
  object: { metadata: { name: 'a', namespace: 'shop', managedFields: [{ manager: 'helm', apiVersion }] } },
});

describe('versions of the API in use', () => {
  it('come from requests, kept over a restart, until nobody asks so any more', async () => {
    const first = using();
    expect(first.uses.known()).toEqual({ uses: [], unread: [], isHeard: false });
    first.uses.note([request('ann'), request('ann'), request('bob', {})]);
    expect(first.changes()).toBe(1);
    first.uses.note([request('ann')]);
    expect(first.changes()).toBe(1);
    await first.uses.save();
    const second = using();
    await second.uses.load();
    expect(second.uses.known()).toMatchObject({
      uses: [{ apiVersion: 'batch/v1beta1', kind: 'CronJob', by: 'ann', removedIn: 25, lastAtMs: nowMs }],
      isHeard: true,
    });
    nowMs += 2 * DAY;
    expect(second.uses.known().isHeard).toBe(false);
    nowMs += 34 * DAY;
    expect(second.uses.known().uses).toEqual([]);
  });

  it('come from objects, and go when they are written otherwise or gone', () => {
    const { uses, changes } = using((kind) => (kind === 'Ingress' ? 'not-permitted' : 'synced'));
    uses.take(cronJob('batch/v1'));
    expect(changes()).toBe(0);
    uses.take(cronJob('batch/v1beta1'));
    expect(uses.known()).toMatchObject({ uses: [{ source: 'written', by: 'helm' }], unread: ['Ingress'] });
    uses.take(cronJob('batch/v1'));
    expect(uses.known().uses).toEqual([]);
    uses.take(cronJob('batch/v1beta1'));
    const { object: _, ...gone } = cronJob('');
    uses.take(gone);
    expect(uses.known().uses).toEqual([]);
    expect(changes()).toBe(4);
  });

  it('are bounded, and begin anew when what was kept cannot be read', async () => {
    const { uses } = using();
    uses.note(Array.from({ length: 3000 }, (_, n) => request(`user-${n}`)));
    expect(uses.known().uses).toHaveLength(2000);
    nowMs += 36 * DAY;
    uses.note([request('late')]);
    expect(uses.known().uses).toMatchObject([{ by: 'late' }]);
    for (const kept of ['{', '{"version":2,"rows":[]}', '{"version":1,"rows":[{}]}']) {
      await test.store.settings.put(tenantScope(OWNER.cluster, OWNER.tenant), 'api-use', kept);
      const other = using();
      await other.uses.load();
      expect(other.uses.known()).toEqual({ uses: [], unread: [], isHeard: false });
    }
  });
});

const FILTER: Filter = [
  { field: 'check', operator: 'in', values: ['version.deprecated-api'], negated: false },
];

describe('what is told of them', () => {
  it('is a finding with who, until when and what to write, and stands with the API server', async () => {
    const { store, clock } = test;
    const { uses } = using();
    const access = new ClusterAccess({ conditionOf: () => 'synced', onChange: () => undefined });
    const namespace = { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespace: '' };
    access.take({ ...namespace, name: 'shop', object: {} });
    uses.take(cronJob('batch/v1beta1'));
    uses.note([request('ann')]);
    const judge = new AccessFindings({
      ...{ store, clock, access, owner: OWNER, publish: quiet, quietMs: 1, log },
      ...{ server: () => 'v1.24.3', apis: () => uses.known() },
      findings: new FindingLedger(store, clock, new Turnstile()),
    });
    const found = async () => {
      const page = await store.findings.list(tenantScope(OWNER.cluster, OWNER.tenant), {
        ...{ filter: FILTER, limit: 100 },
      });
      if (!page.ok) throw new Error(page.error.detail);
      const open = page.value.items.filter(({ state }) => state === 'open');
      return new Map(open.map(({ subject, evidence }) => [subject.name, evidence.join()]));
    };
    try {
      judge.schedule();
      await vi.waitFor(async () => expect((await found()).size).toBe(2), 10_000);
      expect((await found()).get('Namespace/shop')).toContain('written by helm | 1.25 → batch/v1');
      expect((await found()).get('Cluster')).toContain('requested by ann');
      uses.take(cronJob('batch/v1'));
      judge.schedule();
      await vi.waitFor(async () => expect([...(await found()).keys()]).toEqual(['Cluster']), 10_000);
    } finally {
      await judge.close();
    }
    const moment = () => ({ server: 'v1.24.3', lifecycle: undefined, nowMs, apis: uses.known() });
    const use = {
      of: () => [],
      window: () => ({ sinceMs: undefined, untilMs: undefined, gapMs: 0, isCut: false }),
    };
    const desk = buildAccessDesk(access, OWNER, { moment, use, probes: undefined })(OWNER);
    expect(desk.components()).toMatchObject({
      value: [{ product: 'kubernetes', apiUseCount: 1, apiUses: [{ by: 'ann', removedIn: '1.25' }] }],
    });
  });
});
