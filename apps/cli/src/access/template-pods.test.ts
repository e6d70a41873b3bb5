// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { withTemplatePods } from './template-pods.ts';

const spec = { serviceAccountName: 'op' };
const template = { metadata: { labels: { app: 'op' } }, spec };
const made = (kind: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { labels: { app: 'op' }, namespace: 'shop', name: `${kind}/op` },
  spec,
});
const maker = (kind: string, more: object = { template }, metadata: object = {}) => ({
  kind,
  metadata: { namespace: 'shop', name: 'op', ...metadata },
  spec: more,
});
const pod = (kind: string, name: string) => ({
  kind: 'Pod',
  metadata: { namespace: 'shop', name: 'op-0', ownerReferences: [{ kind, name }] },
  spec,
});
const added = (...objects: readonly object[]) => withTemplatePods(objects).slice(objects.length);

describe('the pods of templates', () => {
  it.each(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job'])(
    'are those that a %s will make',
    (kind) => expect(added(maker(kind))).toEqual([made(kind)]),
  );

  it('are those of the jobs of a CronJob', () => {
    expect(added(maker('CronJob', { jobTemplate: { spec: { template } } }))).toEqual([made('CronJob')]);
  });

  it('come after everything that is there, which stays', () => {
    const objects = [maker('Deployment'), { kind: 'Namespace' }];
    expect(withTemplatePods(objects).slice(0, 2)).toEqual(objects);
  });

  it.each([
    ['Deployment', 'ReplicaSet', 'op-7d9f8'],
    ['ReplicaSet', 'ReplicaSet', 'op'],
    ['StatefulSet', 'StatefulSet', 'op'],
    ['CronJob', 'Job', 'op-29000000'],
  ])('are left out where pods of that %s are there', (kind, owner, name) => {
    const more = kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
    expect(added(maker(kind, more), pod(owner, name))).toEqual([]);
    expect(added(maker(kind, more), pod(owner, 'other-7d9f8'))).toHaveLength(1);
  });

  it('are none of a set that is kept to go back to, and of one that somebody will scale', () => {
    const owned = { ownerReferences: [{ kind: 'Deployment', name: 'op' }] };
    expect(added(maker('ReplicaSet', { replicas: 0, template }, owned))).toEqual([]);
    expect(added(maker('Deployment', { replicas: 0, template }))).toHaveLength(1);
  });

  it.each([
    [{ completionTime: '2026-11-30T10:00:00Z', succeeded: 1 }],
    [{ conditions: [{ type: 'Complete', status: 'True' }] }],
    [
      {
        conditions: [
          { type: 'FailureTarget', status: 'True' },
          { type: 'Failed', status: 'True' },
        ],
      },
    ],
  ])('are none of a Job that has ended: %j', (status) => {
    expect(added({ ...maker('Job'), status })).toEqual([]);
  });

  it.each([
    [{ active: 1 }],
    [{ conditions: [{ type: 'Suspended', status: 'True' }] }],
    [{ conditions: [{ type: 'Complete', status: 'False' }] }],
    [{ completionTime: '', conditions: 'Complete' }],
    [null],
  ])('are those of a Job that has not: %j', (status) => {
    expect(added({ ...maker('Job'), status })).toEqual([made('Job')]);
  });

  it('are those of other kinds, whatever their status says', () => {
    expect(added({ ...maker('Deployment'), status: { completionTime: '2026-11-30T10:00:00Z' } })).toEqual([
      made('Deployment'),
    ]);
  });

  it.each([
    [maker('Widget')],
    [maker('Deployment', {})],
    [{ kind: 'Deployment', spec: 'x' }],
    [{ kind: 'Deployment', metadata: [], spec: { template: null } }],
    [{ kind: '__proto__' }],
  ])('are none of what has no template: %j', (object) => expect(added(object)).toEqual([]));
});
