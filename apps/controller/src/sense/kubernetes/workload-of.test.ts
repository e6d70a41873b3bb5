// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import type { ObjectView, OwnerReference } from './views.ts';
import { podView } from './views.ts';
import { type FindObject, workloadOfObject, workloadOfPod } from './workload-of.ts';

const owner = (kind: string, name: string, group = 'apps'): OwnerReference => ({
  kind,
  name,
  group,
  uid: '',
});
const view = (name: string, more: Partial<ObjectView> = {}): ObjectView => ({
  namespace: 'shop',
  name,
  labels: {},
  ...more,
});
/** A cluster that holds only these. */
const holding =
  (objects: Readonly<Record<string, ObjectView>>): FindObject =>
  (kind, namespace, name) =>
    objects[`${kind}/${namespace}/${name}`];
const nothing = holding({});
const named = (kind: string, name: string) => ({ kind, namespace: 'shop', name });

describe('the workload of a Pod', () => {
  it('is itself without an owner, and for a Pod of a file on a node', () => {
    expect(workloadOfPod(view('web'), nothing)).toEqual(named('Pod', 'web'));
    expect(workloadOfPod(view('etcd-n1', { owner: owner('Node', 'n1', '') }), nothing)).toEqual(
      named('Pod', 'etcd-n1'),
    );
  });

  it.each(['StatefulSet', 'DaemonSet'])('is its %s', (kind) => {
    expect(workloadOfPod(view('web-0', { owner: owner(kind, 'web') }), nothing)).toEqual(named(kind, 'web'));
  });

  it.each([
    ['Deployment', 'apps'],
    ['CronJob', 'batch'],
  ])('is no %s, which makes no Pods by itself', (kind, group) => {
    expect(workloadOfPod(view('p', { owner: owner(kind, 'web', group) }), nothing)).toEqual(
      named('Other', `${kind}/web`),
    );
  });

  it('is what owns its ReplicaSet or Job', () => {
    const find = holding({
      'ReplicaSet/shop/web-6d4': view('web-6d4', { owner: owner('Deployment', 'web') }),
      'ReplicaSet/shop/alone': view('alone'),
      'ReplicaSet/shop/canary-7': view('canary-7', { owner: owner('Rollout', 'canary', 'argoproj.io') }),
      'Job/shop/nightly-29400000': view('nightly-29400000', { owner: owner('CronJob', 'nightly', 'batch') }),
      'Job/shop/once': view('once'),
      'Job/shop/odd': view('odd', { owner: owner('Deployment', 'web') }),
    });
    const of = (kind: string, name: string, group?: string) =>
      workloadOfPod(view('p', { owner: owner(kind, name, group) }), find);
    expect(of('ReplicaSet', 'web-6d4')).toEqual(named('Deployment', 'web'));
    expect(of('ReplicaSet', 'alone')).toEqual(named('ReplicaSet', 'alone'));
    expect(of('ReplicaSet', 'canary-7')).toEqual(named('Other', 'Rollout/canary'));
    expect(of('Job', 'nightly-29400000', 'batch')).toEqual(named('CronJob', 'nightly'));
    expect(of('Job', 'once', 'batch')).toEqual(named('Job', 'once'));
    expect(of('Job', 'odd', 'batch')).toEqual(named('Other', 'Deployment/web'));
  });

  it('is read from names where the object between may not be read, or is gone', () => {
    const labels = { 'pod-template-hash': '6d4b' };
    const of = (one: OwnerReference, more: Partial<ObjectView> = {}) =>
      workloadOfPod(view('p', { owner: one, ...more }), nothing);
    expect(of(owner('ReplicaSet', 'web-6d4b'), { labels })).toEqual(named('Deployment', 'web'));
    expect(of(owner('ReplicaSet', 'web-6d4b'))).toEqual(named('ReplicaSet', 'web-6d4b'));
    expect(of(owner('Job', 'nightly-29400000', 'batch'))).toEqual(named('CronJob', 'nightly'));
    expect(of(owner('Job', 'migrate-7', 'batch'))).toEqual(named('Job', 'migrate-7'));
  });

  it('does not take another group for a kind of the same name', () => {
    expect(workloadOfPod(view('p', { owner: owner('Deployment', 'web', 'evil.example') }), nothing)).toEqual(
      named('Other', 'Deployment/web'),
    );
    expect(workloadOfPod(view('p', { owner: owner('Node', 'web', 'evil.example') }), nothing)).toEqual(
      named('Other', 'Node/web'),
    );
  });
});

describe('objects that make Pods', () => {
  it('are workloads unless another one owns them', () => {
    expect(workloadOfObject('Deployment', view('web'))).toEqual(named('Deployment', 'web'));
    expect(workloadOfObject('Job', view('once'))).toEqual(named('Job', 'once'));
    expect(workloadOfObject('Job', view('n-1', { owner: owner('CronJob', 'n', 'batch') }))).toBeUndefined();
    expect(workloadOfObject('Service', view('web'))).toBeUndefined();
  });
});

describe('what is kept of a Pod', () => {
  it('is read without trust', () => {
    const meta = { name: 'p', namespace: 'shop', uid: 'u', resourceVersion: '1' };
    const raw = {
      metadata: { labels: { a: 'b', bad: 1 }, ownerReferences: 'none' },
      spec: { nodeName: 'n1', containers: [{ image: 'busybox:1' }] },
      status: {
        podIPs: [{ ip: '10.0.0.1' }, 7],
        containerStatuses: [
          { state: { running: {} }, imageID: `docker.io/x@sha256:${'a'.repeat(64)}` },
          null,
        ],
      },
    };
    expect(podView({ meta, raw })).toEqual({
      namespace: 'shop',
      name: 'p',
      uid: 'u',
      labels: { a: 'b' },
      serviceAccount: 'default',
      running: 1,
      addresses: ['10.0.0.1'],
      image: 'busybox:1',
      node: 'n1',
      imageDigest: `sha256:${'a'.repeat(64)}`,
    });
    expect(podView({ meta, raw: { spec: [], status: 'no', metadata: null } })).toMatchObject({ running: 0 });
  });
});
