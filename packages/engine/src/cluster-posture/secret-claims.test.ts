// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessGraph, readAccess } from '../access/index.ts';
import { Reachability } from '../reachability/index.ts';
import { clusterClaims, noteOfSecret, readPostureObjects, secretUses } from './index.ts';

type Json = Record<string, unknown>;
const NOW_MS = Date.UTC(2026, 10, 28);

const object = (kind: string, name: string, more: Json = {}): Json => ({
  kind,
  metadata: { name, namespace: 'shop' },
  ...more,
});
const pod = (name: string, spec: Json): Json =>
  object('Pod', name, { spec: { containers: [{ image: 'x' }], ...spec } });

/** What is said about the secrets of one namespace. */
function judge(objects: readonly Json[], { unreadUses = [] }: { readonly unreadUses?: string[] } = {}) {
  const posture = readPostureObjects(objects);
  const secrets = secretUses(posture, new AccessGraph(readAccess(objects)));
  const claims = [
    ...clusterClaims({
      ...{ objects: posture, secrets, namespaces: ['shop'], endpoints: [], exposure: [], components: [] },
      ...{ reachability: new Reachability([]), probes: [], unreadable: [], unreadPolicies: [], unreadUses },
      nowMs: NOW_MS,
    }),
  ];
  const of = (check: string) => claims.find((one) => one.check.id === check);
  return { secrets, claims, of };
}

describe('age and use of secrets', () => {
  const DAY_MS = 86_400_000;
  const daysAgo = (days: number): string => new Date(NOW_MS - days * DAY_MS).toISOString();
  /** As the API server tells of it when only metadata is asked for. */
  const secret = (name: string, metadata: Json): Json => ({
    ...object('Secret', name),
    noted: noteOfSecret({ metadata: { name, ...metadata } }),
  });
  const written = (days: number, fields: string) => ({
    creationTimestamp: daysAgo(900),
    managedFields: [
      { manager: 'kubectl', time: daysAgo(days), fieldsV1: { [fields]: {} } },
      { manager: 'labeller', time: daysAgo(1), fieldsV1: { 'f:metadata': {} } },
    ],
  });
  const uses = pod('web', {
    volumes: [{ secret: { secretName: 'old' } }, { secret: { secretName: 'new' } }],
  });

  it('count from when the values were written, not from when somebody set a label', () => {
    const { of } = judge([
      uses,
      secret('old', written(366, 'f:data')),
      secret('new', written(364, 'f:data')),
    ]);
    expect(of('secret.not-rotated')).toMatchObject({
      outcome: 'fail',
      evidence: ['Secret/shop/old: 366 days'],
      about: 'Namespace/shop',
    });
    expect(judge([uses, secret('new', written(364, 'f:data'))]).of('secret.not-rotated')?.outcome).toBe(
      'pass',
    );
    // Nobody wrote values since it was made.
    expect(judge([uses, secret('old', written(3, 'f:type'))]).of('secret.not-rotated')?.outcome).toBe('fail');
  });

  it('leave out what is not used, and know what will be used', () => {
    const job = object('CronJob', 'nightly', {
      spec: {
        jobTemplate: {
          spec: { template: { spec: { containers: [{ envFrom: [{ secretRef: { name: 'batch' } }] }] } } },
        },
      },
    });
    const account = object('ServiceAccount', 'puller', { imagePullSecrets: [{ name: 'pull' }] });
    const names = ['old', 'batch', 'pull', 'orphan', 'bootstrap-token-abcdef'];
    const { of, secrets } = judge([
      ...[uses, job, account],
      ...names.map((name) => secret(name, written(1, 'f:data'))),
      secret('sh.helm.release.v1.shop.v3', { labels: { owner: 'helm' } }),
    ]);
    expect(of('secret.unused')).toMatchObject({ outcome: 'fail', evidence: ['Secret/shop/orphan'] });
    const users = Object.fromEntries(secrets.map((one) => [one.name, one.users.map(({ by }) => by)]));
    expect(users).toMatchObject({
      ...{ old: ['Pod/web'], batch: ['CronJob/nightly'], pull: ['ServiceAccount/puller'], orphan: [] },
    });
    // A secret that nothing uses is none that is taken or read where that is asked of secrets in use.
    expect(of('secret.in-environment')).toMatchObject({ evidence: ['CronJob/nightly: Secret/shop/batch'] });
  });

  it('find tokens without end, by the name of the annotation alone', () => {
    const note = noteOfSecret({
      metadata: {
        name: 't',
        annotations: {
          'kubernetes.io/service-account.name': 'ci',
          'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"token":"c2VjcmV0"}}',
        },
      },
    });
    expect(JSON.stringify(note)).toBe('{"sort":"token"}');
    expect(judge([{ ...object('Secret', 't'), noted: note }]).of('secret.token-without-end')).toMatchObject({
      outcome: 'fail',
      evidence: ['Secret/shop/t'],
    });
  });

  it('are unknown once for the cluster where secrets may not be listed, and for use where workloads may not', () => {
    const told = judge([uses], { unreadUses: ['Secret'] });
    for (const check of ['secret.not-rotated', 'secret.unused', 'secret.token-without-end'])
      expect(told.claims.filter((one) => one.check.id === check)).toMatchObject([
        { about: 'Cluster', outcome: 'unknown', evidence: ['unread: Secret'] },
      ]);
    const half = judge([uses, secret('old', written(1, 'f:data'))], { unreadUses: ['CronJob'] });
    expect(half.of('secret.unused')).toMatchObject({ outcome: 'unknown' });
    expect(half.of('secret.not-rotated')).toMatchObject({ outcome: 'pass' });
  });

  it('take any metadata without a fault', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
        const notes = [
          noteOfSecret(value),
          noteOfSecret({ metadata: value }),
          noteOfSecret({ metadata: { managedFields: [value, { fieldsV1: other, time: value }] } }),
          noteOfSecret({ metadata: { creationTimestamp: value, labels: other, annotations: value } }),
        ];
        for (const { createdAtMs = 0, changedAtMs = 0 } of notes)
          expect(createdAtMs >= 0 && changedAtMs >= 0).toBe(true);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
