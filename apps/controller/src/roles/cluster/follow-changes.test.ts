// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeObject } from '@bartizan/adapters/kube';
import { type AdmissionContext, compileAdmissionPolicy } from '@bartizan/engine/admission';
import { anAdmissionRule, aStoredException } from '@bartizan/testkit/store';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectChange } from '../../decide/admission/cluster-audit.ts';
import { AdmissionBench } from '../../decide/admission-bench.ts';
import type { AdmissionAsk } from '../../ports.ts';
import type { ClusterListener } from '../../sense/kubernetes/cluster-state.ts';
import { type PodView, podView } from '../../sense/kubernetes/views.ts';
import { followChanges, ownerOfAsked } from './follow-changes.ts';

const NO_FACTS: AdmissionContext = {};
const KIND_OF: Readonly<Record<string, string>> = {
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  statefulsets: 'StatefulSet',
  jobs: 'Job',
  cronjobs: 'CronJob',
  pods: 'Pod',
};
const groupOf = (resource: string): string =>
  resource === 'pods' ? '' : resource.endsWith('jobs') ? 'batch' : 'apps';
const versionOf = (resource: string): string => (resource === 'pods' ? 'v1' : `${groupOf(resource)}/v1`);
const podSpec = { containers: [{ name: 'web', image: 'web:1', securityContext: { privileged: true } }] };
const SPEC_OF: Readonly<Record<string, object>> = {
  pods: podSpec,
  cronjobs: { jobTemplate: { spec: { template: { spec: podSpec } } } },
};

/** An object as API servers give it, with the controller that it names as `resource/name`. */
function anObject(place: string, maker?: string, makerUid = `uid-${maker}`): KubeObject {
  const [resource = '', name = ''] = place.split('/');
  const [above = '', of = ''] = maker?.split('/') ?? [];
  const reference = { apiVersion: versionOf(above), kind: KIND_OF[above], name: of, uid: makerUid };
  const uid = `uid-${place}`;
  return {
    meta: { name, namespace: 'shop', uid, resourceVersion: '1' },
    raw: {
      ...{ apiVersion: versionOf(resource), kind: KIND_OF[resource] },
      metadata: {
        ...{ name, namespace: 'shop', uid },
        ...(maker === undefined ? {} : { ownerReferences: [{ ...reference, controller: true }] }),
      },
      spec: SPEC_OF[resource] ?? { template: { spec: podSpec } },
    },
  };
}

let tell: (object: KubeObject) => void;
let judge: (place: string, object: unknown, more?: Partial<AdmissionAsk>) => string[];
const audited: ObjectChange[] = [];

beforeEach(() => {
  audited.length = 0;
  const pods = new Map<string, PodView>();
  let listener: ClusterListener | undefined;
  const state = {
    listen: (one: ClusterListener) => {
      listener = one;
      return () => true;
    },
    state: () => undefined,
    pod: (namespace: string, name: string) => pods.get(`${namespace}/${name}`),
  };
  const nobody = { take: () => undefined };
  const made = followChanges(state, {
    ...{ facts: nobody, followed: nobody, accounts: nobody },
    secrets: { ...nobody, search: () => undefined },
    audit: { take: (change) => void audited.push(change) },
  });
  tell = (object) => {
    const kind = String(object.raw['kind']);
    if (kind === 'Pod') pods.set(`shop/${object.meta.name}`, podView(object));
    listener?.onChange({ kind, meta: object.meta, object });
  };
  const privileged = anAdmissionRule({ mode: 'enforce' });
  const entered = anAdmissionRule({
    id: 'custom.exec',
    mode: 'enforce',
    match: { resources: ['/pods/exec'], operations: ['CONNECT'] },
    condition: { field: 'request.subResource', operator: 'equals', value: 'exec' },
  });
  const { exception } = aStoredException();
  const rules = compileAdmissionPolicy({
    rules: [privileged, entered],
    exceptions: [{ ...exception, rules: ['*'], namespaces: ['shop'], names: ['web'], expiresAtMs: 2 }],
  });
  if (!rules.ok) throw new Error(rules.error.detail);
  const bench = new AdmissionBench({
    ...{ clock: { nowMs: () => 1 }, rules: () => rules.value, context: NO_FACTS },
    ownerOf: ownerOfAsked(state, made),
  });
  judge = (place, object, more = {}) => {
    const [resource = '', name = ''] = place.split('/');
    const { allowed, violations } = bench.judge(
      {
        ...{
          uid: 'u',
          operation: 'CREATE',
          group: groupOf(resource),
          version: 'v1',
          resource,
          subResource: '',
        },
        ...{ kind: KIND_OF[resource] ?? '', namespace: 'shop', name, user: { name: 'kim', groups: [] } },
        ...{ dryRun: false, object, ...more },
      },
      'validate',
    );
    return [allowed ? 'allowed' : 'refused', ...violations.map(({ state }) => state)];
  };
});

describe('an exception by the name of a workload', () => {
  it('covers what the workload makes, and what that makes', () => {
    tell(anObject('deployments/web'));
    const set = anObject('replicasets/web-7d9f', 'deployments/web');
    expect(judge('deployments/web', anObject('deployments/web').raw)).toEqual(['allowed', 'excepted']);
    expect(judge('replicasets/web-7d9f', set.raw)).toEqual(['allowed', 'excepted']);
    tell(set);
    const pod = anObject('pods/web-7d9f-', 'replicasets/web-7d9f').raw;
    expect(judge('pods/web-7d9f-', pod)).toEqual(['allowed', 'excepted']);
    expect(judge('pods/web-7d9f-', pod, { operation: 'UPDATE', oldObject: pod })).toEqual([
      'allowed',
      'excepted',
    ]);
  });

  it.each([
    ['cronjobs/web', 'jobs/web-1'],
    ['statefulsets/web', undefined],
    ['jobs/web', undefined],
  ])('covers the pods of %s', (top, between) => {
    tell(anObject(top));
    if (between !== undefined) tell(anObject(between, top));
    expect(judge('pods/made', anObject('pods/made', between ?? top).raw)).toEqual(['allowed', 'excepted']);
  });

  it('does not cover what only says that it belongs to the workload', () => {
    tell(anObject('deployments/web'));
    tell(anObject('replicasets/web-7d9f', 'deployments/web'));
    tell(anObject('replicasets/forged', 'deployments/web', 'uid-of-another'));
    for (const [maker, uid] of [
      ['replicasets/web-7d9f', 'uid-of-another'],
      ['replicasets/web-7d9f', ''],
      ['replicasets/web', 'uid-replicasets/web'],
      ['replicasets/forged', 'uid-replicasets/forged'],
      ['deployments/web', 'uid-deployments/web'],
    ] as const)
      expect(judge('pods/a', anObject('pods/a', maker, uid).raw)).toEqual(['refused', 'violated']);
    expect(judge('pods/a', anObject('pods/a').raw)).toEqual(['refused', 'violated']);
  });

  it('covers entering its pods, of which the request says nothing but the name', () => {
    const enter = { operation: 'CONNECT', subResource: 'exec', kind: 'PodExecOptions' } as const;
    const options = { kind: 'PodExecOptions', command: ['sh'] };
    tell(anObject('deployments/web'));
    tell(anObject('replicasets/web-7d9f', 'deployments/web'));
    tell(anObject('pods/web-7d9f-x', 'replicasets/web-7d9f'));
    tell(anObject('pods/other'));
    expect(judge('pods/web-7d9f-x', options, enter)).toEqual(['allowed', 'excepted']);
    expect(judge('pods/other', options, enter)).toEqual(['refused', 'violated']);
    const forged = { ...options, metadata: anObject('pods/a', 'replicasets/web-7d9f').raw['metadata'] };
    expect(judge('pods/other', forged, enter)).toEqual(['refused', 'violated']);
  });

  it('is told to the audit with what is judged by itself', () => {
    const more = { spec: { ...podSpec, hostPID: true } };
    tell(anObject('deployments/web'));
    tell(anObject('replicasets/web-7d9f', 'deployments/web'));
    const pod = anObject('pods/web-7d9f-x', 'replicasets/web-7d9f');
    tell({ ...pod, raw: { ...pod.raw, ...more } });
    expect(
      audited.filter(({ object }) => object !== undefined).map(({ name, owner }) => [name, owner]),
    ).toEqual([
      ['web', undefined],
      ['web-7d9f-x', 'web'],
    ]);
  });
});
