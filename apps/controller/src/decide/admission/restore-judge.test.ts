// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join, resolve } from 'node:path';
import { loadContent } from '@bartizan/adapters/content';
import { DEFAULT_TENANT, LOCAL_CLUSTER, parser, SecurityEvent, tenantScope } from '@bartizan/contracts';
import { FACT_VOCABULARY } from '@bartizan/engine';
import { readAuditEvent } from '@bartizan/engine/audit-log';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Restoration } from '../../native-ports.ts';
import type { Change } from '../../ports.ts';
import { ChangeAuthors } from '../audit-log/change-authors.ts';
import { restoreFacts } from './restore-event.ts';
import { RestoreJudge } from './restore-judge.ts';

const OWNER = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
const CONTENT = join(resolve(import.meta.dirname, '../../../../..'), 'content');
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const content = loadContent(CONTENT);
if (!content.ok) throw new Error(content.error.detail);
const { rules } = content.value;
const isEvent = parser(SecurityEvent);

let test: TestStore;
let nowMs = 0;
let authors: ChangeAuthors;
let judge: RestoreJudge;
let changes: Change[] = [];
const T0 = Date.UTC(2026, 10, 29, 2);
const NAME = 'bartizan-main.pss.baseline.privileged';
beforeEach(async () => {
  test = await openStoreInPlace();
  [nowMs, authors, changes] = [T0, new ChangeAuthors(), []];
  judge = open(30);
});
afterEach(async () => {
  await judge.close();
  await test.remove();
});

const open = (waitMs: number): RestoreJudge =>
  new RestoreJudge({
    ...{ store: test.store, clock: { nowMs: () => nowMs }, log, owner: OWNER, rules, authors, waitMs },
    publish: (change) => void changes.push(change),
  });
const restored = (more: Partial<Restoration> = {}): Restoration => ({
  ...{ kind: 'ValidatingAdmissionPolicy', resource: 'validatingadmissionpolicies', name: NAME },
  ...{ change: 'deleted', noticed: 'watch', sinceMs: T0, restoredAtMs: T0 + 35 },
  ...more,
});
/** What an API server tells of somebody who deletes, unless said otherwise. */
function tell(user: string, more: object = {}): void {
  const read = readAuditEvent({
    kind: 'Event',
    ...{ auditID: user, stage: 'ResponseComplete', verb: 'delete', requestURI: '/apis' },
    user: { username: user, groups: ['system:authenticated'] },
    ...{ sourceIPs: ['10.1.0.5'], userAgent: 'kubectl/v1.37.2' },
    objectRef: { resource: 'validatingadmissionpolicies', name: NAME },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: new Date(T0 - 3).toISOString(),
    ...more,
  });
  if (read === undefined) throw new Error('no request');
  authors.note([read], nowMs);
}
async function told(): Promise<SecurityEvent[]> {
  await judge.close();
  const page = await test.store.events.list(tenantScope(OWNER.cluster, OWNER.tenant), 'security', {
    filter: [],
    limit: 100,
  });
  if (!page.ok) throw new Error(page.error.detail);
  return page.value.items.filter((event) => event.kind === 'security').toReversed();
}
const sentences = async () => (await told()).map(({ message }) => message.en.replace(/^.*\(/, ''));

describe('what was put back in a cluster', () => {
  it('is an event of the contract, with OWASP items of both editions and the ATT&CK technique', async () => {
    judge.take(restored());
    const [event, ...more] = await told();
    expect(more).toEqual([]);
    expect(isEvent(event)).toMatchObject({ ok: true });
    expect(event).toMatchObject({
      ...{ rule: 'cluster.policy-restored', severity: 'high', source: 'cluster-watch' },
      ...{ owasp: { 2022: ['K04'], 2025: ['K04'] }, attack: ['T1562.001'], occurredAtMs: T0 + 35 },
      workload: { kind: 'KubernetesObject', name: `validatingadmissionpolicies/${NAME}` },
      decision: {
        verdict: 'alert',
        enforcementPoint: 'controller',
        reasons: [{ rule: 'cluster.policy-restored' }],
      },
      message: {
        en: `ValidatingAdmissionPolicy ${NAME} was taken away or changed, and is back (deleted by: unknown; away for 35 ms)`,
        ja: expect.stringContaining('削除した者: 不明、失われていた時間: 35 ミリ秒'),
      },
    });
    expect(changes).toMatchObject([{ topic: 'security', ...OWNER, data: { id: event?.id } }]);
  });

  it('names the last writer that the object names, and says that a look may be late', async () => {
    const kind = { kind: 'MutatingWebhookConfiguration', resource: 'mutatingwebhookconfigurations' };
    judge.take(
      restored({
        ...kind,
        change: 'changed',
        writer: 'kubectl-edit',
        noticed: 'look',
        restoredAtMs: T0 + 30_000,
      }),
    );
    expect(await told()).toMatchObject([
      {
        rule: 'cluster.webhook-restored',
        message: {
          en: expect.stringContaining(
            '(changed by: kubectl-edit, the last writer the object names; away for at most 30,000 ms)',
          ),
          ja: expect.stringContaining('失われていた時間: 最長 30,000 ミリ秒'),
        },
      },
    ]);
  });

  it('names the user of the audit log', async () => {
    tell('ann');
    judge.take(restored({ change: 'deleted', writer: 'somebody' }));
    expect(await sentences()).toEqual([
      'deleted by: ann, by the audit log of the API server; away for 35 ms)',
    ]);
  });

  it('waits for the audit log where one is told, and no longer than until it names the user', async () => {
    authors.note([], nowMs);
    await judge.close();
    judge = open(600_000);
    judge.take(restored());
    tell('eve', { verb: 'get' });
    await new Promise(setImmediate);
    expect(changes).toEqual([]);
    tell('bob');
    await vi.waitFor(() => expect(changes).toHaveLength(1), { timeout: 10_000, interval: 10 });
    expect(await sentences()).toEqual([
      'deleted by: bob, by the audit log of the API server; away for 35 ms)',
    ]);
  });

  it('does not wait where no audit log was told for a quarter of an hour, and for ever nowhere', async () => {
    authors.note([], nowMs - 15 * 60_000 - 1);
    await judge.close();
    judge = open(600_000);
    judge.take(restored());
    await vi.waitFor(() => expect(changes).toHaveLength(1), { timeout: 10_000, interval: 10 });
    await judge.close();
    authors.note([], nowMs);
    judge = open(20);
    judge.take(restored({ name: 'second' }));
    await vi.waitFor(() => expect(changes).toHaveLength(2), { timeout: 10_000, interval: 10 });
  });

  it.each<[string, string, object]>([
    ['who was refused', 'eve', { responseStatus: { code: 403 } }],
    ['our own client', 'system:serviceaccount:bartizan:bartizan', { userAgent: 'bartizan' }],
    ['who only read', 'eve', { verb: 'get' }],
    ['who changed another', 'eve', { objectRef: { resource: 'validatingadmissionpolicies', name: 'x' } }],
    ['who did it long before', 'eve', { requestReceivedTimestamp: new Date(T0 - 60_000).toISOString() }],
  ])('does not name %s', async (_, user, more) => {
    tell(user, more);
    judge.take(restored());
    expect(await sentences()).toEqual(['deleted by: unknown; away for 35 ms)']);
  });

  it('names who deleted many at once for each of them, and who deleted one only once', async () => {
    tell('ann', { verb: 'deletecollection', objectRef: { resource: 'validatingadmissionpolicies' } });
    judge.take(restored());
    judge.take(restored({ name: 'second' }));
    expect((await sentences()).filter((one) => one.includes('ann'))).toHaveLength(2);
    tell('bob', { requestReceivedTimestamp: new Date(T0 - 1).toISOString() });
    const claimed = ['bob', 'ann', 'ann'].map(() => authors.claim(restored())?.user);
    expect(claimed).toEqual(['bob', 'ann', 'ann']);
  });

  it('folds repeats: the first is told at once, the others together', async () => {
    for (let at = 0; at < 5; at += 1) judge.take(restored({ sinceMs: T0 + at, restoredAtMs: T0 + at * 100 }));
    judge.take(restored({ name: 'second' }));
    const events = await told();
    expect(events.map(({ aggregation }) => aggregation.count).toSorted()).toEqual([1, 1, 4]);
    expect(events.find(({ aggregation }) => aggregation.count === 4)?.aggregation).toEqual({
      ...{ count: 4, firstAtMs: T0 + 100, lastAtMs: T0 + 400 },
    });
    expect(new Set(events.map(({ id }) => id)).size).toBe(3);
  });

  it('tells its rules every fact of the vocabulary, with its type', () => {
    const facts = restoreFacts(restored(), { user: 'ann', atMs: T0 });
    const types = Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === 'string' ? 'text' : typeof value,
    ]);
    const asked = FACT_VOCABULARY.filter(({ triggers }) => triggers.includes('restore'));
    expect(Object.fromEntries(types)).toEqual(
      Object.fromEntries(asked.map(({ name, type }) => [name, type])),
    );
  });

  it('of a kind that no rule asks for is no event', async () => {
    judge.take(restored({ kind: 'ConfigMap' }));
    expect(await told()).toEqual([]);
  });
});
