// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { AccessGraph, readAccess } from '../access/index.ts';
import { readAuditEvent } from '../audit-log/index.ts';
import { Reachability } from '../reachability/index.ts';
import {
  type ApiKnowledge,
  apiUseOf,
  apiUsesOf,
  clusterClaims,
  componentsOf,
  readPostureObjects,
  removalOf,
  secretUses,
  tellComponent,
} from './index.ts';

const AT = '2026-11-27T10:00:00Z';
const cronJob = (metadata: object) => ({
  ...{ apiVersion: 'batch/v1', kind: 'CronJob' },
  metadata: { name: 'report', namespace: 'shop', ...metadata },
});
const applied = (text: string) => ({
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': text },
});

describe('versions of an object', () => {
  it('are those its managers wrote, the applied manifest has, and a file is written in', () => {
    const found = apiUsesOf(
      cronJob({
        managedFields: [
          { manager: 'helm', apiVersion: 'batch/v1beta1', time: '2026-01-01T00:00:00Z' },
          { manager: 'helm', apiVersion: 'batch/v1beta1', time: AT, subresource: 'status' },
          { manager: 'kube-controller-manager', apiVersion: 'batch/v1beta1', time: AT },
          { manager: 'argocd', apiVersion: 'batch/v1', time: AT },
        ],
        ...applied('{"apiVersion":"batch/v1beta1","kind":"CronJob"}\n'),
      }),
    );
    const base = { apiVersion: 'batch/v1beta1', about: 'CronJob/shop/report', removedIn: 25 };
    expect(found).toMatchObject([
      { ...base, source: 'applied', by: 'kubectl apply', replacement: 'batch/v1', isOwn: false },
      { ...base, source: 'written', by: 'helm', lastAtMs: Date.parse(AT), isOwn: false },
      { ...base, source: 'written', by: 'kube-controller-manager', isOwn: true },
    ]);
    const file = { apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy', metadata: { name: 'p' } };
    expect(apiUsesOf(file)).toEqual([
      {
        ...{ apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy', source: 'manifest', by: '' },
        ...{ about: 'PodSecurityPolicy/p', namespace: '', removedIn: 25, isOwn: false },
      },
    ]);
  });

  it('are none of what serves now, and of what is badly typed or too long', () => {
    const old = '{"apiVersion":"batch/v1beta1"}';
    for (const metadata of [
      {},
      { managedFields: 'x', annotations: 7 },
      { managedFields: [null, 7, { apiVersion: 7, manager: {} }, { apiVersion: 'batch/v1' }] },
      applied('{"apiVersion":"batch/v1beta1"'),
      applied(`{"apiVersion":"batch/v1","x":"${old.replaceAll('"', '\\"')}"}`),
      applied(`${' '.repeat(262_145)}${old}`),
    ])
      expect(apiUsesOf(cronJob(metadata))).toEqual([]);
    expect(apiUsesOf(null)).toEqual([]);
    expect(removalOf('__proto__', 'constructor')).toBeUndefined();
  });
});

const request = (changes: object = {}) => {
  const read = readAuditEvent({
    ...{ kind: 'Event', auditID: 'a', stage: 'ResponseComplete', verb: 'list', requestURI: '/x' },
    user: { username: 'system:serviceaccount:ci:deployer' },
    userAgent: 'helm/3.8 (linux)',
    objectRef: {
      ...{ resource: 'horizontalpodautoscalers', apiGroup: 'autoscaling', apiVersion: 'v2beta2' },
      namespace: 'shop',
    },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: AT,
    annotations: { 'k8s.io/deprecated': 'true', 'k8s.io/removed-release': '1.26' },
    ...changes,
  });
  if (read === undefined) throw new Error('no request');
  return read;
};

describe('a request in a deprecated version', () => {
  it('is known by the mark of the API server: who, with what, until when, and what comes then', () => {
    expect(apiUseOf(request())).toEqual({
      ...{ apiVersion: 'autoscaling/v2beta2', kind: 'HorizontalPodAutoscaler', source: 'requested' },
      ...{ by: 'system:serviceaccount:ci:deployer (helm/3.8)', about: 'horizontalpodautoscalers' },
      ...{ namespace: 'shop', lastAtMs: Date.parse(AT), removedIn: 26, replacement: 'autoscaling/v2' },
      isOwn: false,
    });
  });
  it('is none without the mark; what no release removes has none', () => {
    expect(apiUseOf(request({ annotations: {} }))).toBeUndefined();
    expect(apiUseOf(request({ annotations: { 'k8s.io/deprecated': true } }))).toBeUndefined();
    const endpoints = request({
      objectRef: { resource: 'endpoints', apiVersion: 'v1' },
      annotations: { 'k8s.io/deprecated': 'true', 'k8s.io/removed-release': '2; rm' },
    });
    expect(apiUseOf(endpoints)).toMatchObject({ apiVersion: 'v1', kind: 'endpoints' });
    expect(apiUseOf(endpoints)).not.toHaveProperty('removedIn');
  });
  it("is Kubernetes' own only when both user and program say so", () => {
    const userAgent = 'kube-controller-manager/v1.25.0 (linux)';
    const user = { username: 'system:serviceaccount:kube-system:generic-garbage-collector' };
    expect(apiUseOf(request({ user, userAgent }))).toMatchObject({ isOwn: true });
    expect(apiUseOf(request({ userAgent, user: { username: 'ann' } }))).toMatchObject({ isOwn: false });
  });
});

function claimsOf(apis: ApiKnowledge, server = 'v1.24.3') {
  const objects = readPostureObjects([]);
  const clock = { lifecycle: undefined, nowMs: Date.parse(AT) };
  const claims = clusterClaims({
    ...{ objects, namespaces: ['shop', 'bank'], endpoints: [], reachability: new Reachability([]) },
    ...{ exposure: [], secrets: secretUses(objects, new AccessGraph(readAccess([]))), probes: [] },
    ...{ components: componentsOf(objects, server, clock), unreadable: [], unreadPolicies: [] },
    ...{ unreadUses: [], nowMs: clock.nowMs, apis },
  });
  return new Map(
    [...claims].filter(({ check }) => check.id === 'version.deprecated-api').map((one) => [one.about, one]),
  );
}

describe('the check of versions in use', () => {
  const object = apiUsesOf(
    cronJob({ managedFields: [{ manager: 'helm', apiVersion: 'batch/v1beta1', time: AT }] }),
  );
  const asked = apiUseOf(request());
  const uses = [...object, ...(asked === undefined ? [] : [asked])];

  it('fails where somebody has to change, with who, until when and to what', () => {
    const claims = claimsOf({ uses, unread: [], isHeard: true });
    expect(claims.get('Namespace/shop')).toMatchObject({
      outcome: 'fail',
      evidence: [
        'CronJob/shop/report | batch/v1beta1 CronJob | written by helm 2026-11-27 | 1.25 → batch/v1',
      ],
    });
    expect(claims.get('Namespace/bank')?.outcome).toBe('pass');
    expect(claims.get('Cluster')?.evidence).toEqual([
      'shop: horizontalpodautoscalers | autoscaling/v2beta2 HorizontalPodAutoscaler | requested by system:serviceaccount:ci:deployer (helm/3.8) 2026-11-27 | 1.26 → autoscaling/v2',
    ]);
    expect(claims.get('Cluster')?.said.en).toContain('0 of them gone already');
    expect(claimsOf({ uses, unread: [], isHeard: true }, 'v1.26.0').get('Cluster')?.said.en).toContain(
      '1 of them gone already',
    );
  });

  it('is unknown without an audit log, and where objects cannot be read; what was found counts all the same', () => {
    const silent = claimsOf({ uses: [], unread: ['CronJob'], isHeard: false });
    expect(silent.get('Cluster')).toMatchObject({ outcome: 'unknown', evidence: ['unread: audit log'] });
    expect(silent.get('Namespace/shop')).toMatchObject({ outcome: 'unknown', evidence: ['unread: CronJob'] });
    expect(claimsOf({ uses, unread: ['CronJob'], isHeard: false }).get('Namespace/shop')?.outcome).toBe(
      'fail',
    );
  });

  it("does not fail for Kubernetes' own, nor for what no release removes", () => {
    const own = uses.map((use) => ({ ...use, isOwn: true }));
    const open = uses.map(({ removedIn: _, ...use }) => use);
    for (const all of [own, open])
      for (const one of claimsOf({ uses: all, unread: [], isHeard: true }).values())
        expect(one.outcome).toBe('pass');
  });

  it('is told with the API server: what goes first comes first', () => {
    const [server] = componentsOf(readPostureObjects([]), 'v1.25.0', {
      ...{ lifecycle: undefined, nowMs: Date.parse(AT), apis: { uses: [...uses].reverse() } },
    }).map(tellComponent);
    expect(server).toMatchObject({
      apiUseCount: 2,
      apiUses: [
        { removedIn: '1.25', isRemoved: true, replacement: 'batch/v1', by: 'helm' },
        { removedIn: '1.26', isRemoved: false, source: 'requested' },
      ],
    });
  });
});
