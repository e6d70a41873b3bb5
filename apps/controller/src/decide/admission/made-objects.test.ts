// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { WatchCondition } from '@bartizan/adapters/kube';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectChange } from './cluster-audit.ts';
import { MadeObjects } from './made-objects.ts';

let conditions: Record<string, WatchCondition>;
let made: MadeObjects;
/** What is to be judged now, by kind and name. */
const judged = new Set<string>();
const told: string[] = [];
/** Which owner is told of what is judged, by its name. */
const owners = new Map<string, string | undefined>();

beforeEach(() => {
  conditions = {};
  judged.clear();
  told.length = 0;
  owners.clear();
  made = new MadeObjects({
    conditionOf: (kind) => conditions[kind] ?? 'synced',
    judge: ({ kind, name, object, owner }) => {
      owners.set(name, owner);
      told.push(`${object === undefined ? '-' : '+'} ${kind}/${name}`);
      if (object === undefined) judged.delete(`${kind}/${name}`);
      else judged.add(`${kind}/${name}`);
    },
  });
});

const GROUPS: Readonly<Record<string, string>> = { Pod: '', ConfigMap: '', Job: 'batch', CronJob: 'batch' };
const uidOf = (kind: string, name: string): string => `uid-${kind}-${name}`;
/** An object, with the controller that it names as `Kind/name`. */
function anObject(place: string, maker?: string, object: object = {}): ObjectChange {
  const [kind = '', name = ''] = place.split('/');
  const [above = '', of = ''] = maker?.split('/') ?? [];
  const group = GROUPS[kind] ?? 'apps';
  return {
    ...{ group, version: 'v1', kind, resource: `${kind.toLowerCase()}s`, namespace: 'shop', name, object },
    uid: uidOf(kind, name),
    ...(maker === undefined
      ? {}
      : { controller: { kind: above, group: GROUPS[above] ?? 'apps', name: of, uid: uidOf(above, of) } }),
  };
}
const gone = ({ object: _gone, ...change }: ObjectChange): ObjectChange => change;
const template = (spec: object): object => ({ spec: { replicas: 1, template: { spec } } });
const privileged = { containers: [{ securityContext: { privileged: true } }] };

describe('what another object made', () => {
  it.each([
    ['Pod', 'ReplicaSet'],
    ['Pod', 'StatefulSet'],
    ['Pod', 'DaemonSet'],
    ['Pod', 'Job'],
    ['ReplicaSet', 'Deployment'],
    ['Job', 'CronJob'],
  ])('is left out: a %s of a %s', (kind, maker) => {
    made.take(anObject(`${maker}/web`));
    made.take(anObject(`${kind}/made`, `${maker}/web`));
    expect([...judged]).toEqual([`${maker}/web`]);
  });

  it.each([
    ['ConfigMap', 'Deployment'],
    ['RoleBinding', 'ReplicaSet'],
    ['Pod', 'Deployment'],
    ['Pod', 'CronJob'],
    ['ReplicaSet', 'StatefulSet'],
    ['Deployment', 'Job'],
  ])('is judged where its kind is not made by that one: a %s of a %s', (kind, maker) => {
    made.take(anObject(`${maker}/web`));
    made.take(anObject(`${kind}/forged`, `${maker}/web`));
    expect([...judged]).toEqual([`${maker}/web`, `${kind}/forged`]);
  });

  it('is judged where its maker is another one of the same name, in another namespace, or not there', () => {
    made.take(anObject('ReplicaSet/web'));
    const pod = anObject('Pod/a', 'ReplicaSet/web');
    if (pod.controller === undefined) throw new Error('it names one');
    made.take({ ...pod, controller: { ...pod.controller, uid: 'another' } });
    made.take({ ...pod, name: 'b', namespace: 'bank' });
    made.take(anObject('Pod/c', 'ReplicaSet/none'));
    expect([...judged]).toEqual(['ReplicaSet/web', 'Pod/a', 'Pod/b', 'Pod/c']);
  });

  it('waits for makers of a kind that is still being read, and is judged where there is none then', () => {
    conditions = { ReplicaSet: 'unknown' };
    made.take(anObject('Pod/a', 'ReplicaSet/web'));
    made.take(anObject('Pod/b', 'ReplicaSet/none'));
    made.take(anObject('Pod/c', 'ReplicaSet/none'));
    made.take(gone(anObject('Pod/c', 'ReplicaSet/none')));
    expect([...judged]).toEqual([]);
    made.take(anObject('ReplicaSet/web'));
    conditions = {};
    made.kindChanged('Job');
    expect([...judged]).toEqual(['ReplicaSet/web']);
    made.kindChanged('ReplicaSet');
    expect([...judged]).toEqual(['ReplicaSet/web', 'Pod/b']);
  });

  it('is judged where its makers may not be read: nobody judges those', () => {
    conditions = { ReplicaSet: 'not-permitted' };
    made.take(anObject('Pod/a', 'ReplicaSet/web'));
    expect([...judged]).toEqual(['Pod/a']);
  });

  it('is taken back when it gets its maker, and judged again when it loses it', () => {
    made.take(anObject('ReplicaSet/web'));
    made.take(anObject('Pod/a'));
    made.take(anObject('Pod/a', 'ReplicaSet/web'));
    made.take(anObject('Pod/a', 'ReplicaSet/web'));
    made.take(anObject('Pod/a'));
    expect(told).toEqual(['+ ReplicaSet/web', '+ Pod/a', '- Pod/a', '+ Pod/a']);
  });

  it('is not judged on its way out after its maker', () => {
    made.take(anObject('ReplicaSet/web'));
    made.take(anObject('Pod/a', 'ReplicaSet/web'));
    made.take(gone(anObject('ReplicaSet/web')));
    made.take(
      anObject('Pod/a', 'ReplicaSet/web', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    );
    expect([...judged]).toEqual([]);
    made.take(anObject('Pod/a', 'ReplicaSet/web'));
    expect([...judged]).toEqual(['Pod/a']);
  });

  it.each([
    ['a privileged container', privileged],
    ['a privileged container for debugging', { ephemeralContainers: privileged.containers }],
    ['a capability', { containers: [{ securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }] }],
    ['the network of the node', { hostNetwork: true }],
    ['the processes of the node', { hostPID: true }],
    ['a folder of the node', { volumes: [{ hostPath: { path: '/' } }] }],
    ['another account', { serviceAccountName: 'admin' }],
  ])('is judged itself where it has more than its maker gives: %s', (_what, spec) => {
    made.take(anObject('ReplicaSet/web', undefined, template({})));
    made.take(anObject('ReplicaSet/same', undefined, template(spec)));
    made.take(anObject('Pod/more', 'ReplicaSet/web', { spec }));
    made.take(anObject('Pod/same', 'ReplicaSet/same', { spec }));
    made.take(anObject('Pod/ended', 'ReplicaSet/web', { spec, status: { phase: 'Failed' } }));
    expect([...judged]).toEqual(['ReplicaSet/web', 'ReplicaSet/same', 'Pod/more']);
  });

  it('is no more than its maker gives with what API servers and meshes add', () => {
    made.take(anObject('ReplicaSet/web', undefined, template({ containers: [{ image: 'web:1' }] })));
    const spec = {
      serviceAccountName: 'default',
      volumes: [{ projected: {} }],
      initContainers: [{ securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } } }],
      containers: [{ image: 'web:1' }, { image: 'proxy:1', securityContext: { runAsUser: 1337 } }],
    };
    made.take(anObject('Pod/a', 'ReplicaSet/web', { spec }));
    expect([...judged]).toEqual(['ReplicaSet/web']);
  });

  it('is left out as an older revision or a run that ended, whatever its template was', () => {
    made.take(anObject('Deployment/web', undefined, template({})));
    made.take(anObject('CronJob/nightly', undefined, { spec: { jobTemplate: template({}) } }));
    const { spec } = template(privileged) as { spec: object };
    made.take(anObject('ReplicaSet/old', 'Deployment/web', { spec: { ...spec, replicas: 0 } }));
    made.take(anObject('ReplicaSet/now', 'Deployment/web', { spec }));
    const status = { conditions: [{ type: 'Complete', status: 'True' }] };
    made.take(anObject('Job/ended', 'CronJob/nightly', { spec, status }));
    made.take(anObject('Job/now', 'CronJob/nightly', { spec }));
    expect([...judged]).toEqual(['Deployment/web', 'CronJob/nightly', 'ReplicaSet/now', 'Job/now']);
  });
});

describe('the topmost owner', () => {
  const pod = (maker: string, uid?: string) => {
    const change = anObject('Pod/made', maker);
    if (change.controller === undefined) throw new Error('it names one');
    return uid === undefined ? change : { ...change, controller: { ...change.controller, uid } };
  };

  it('is the last object that is known to have made another one', () => {
    made.take(anObject('ReplicaSet/web-7d9f', 'Deployment/web'));
    expect(made.ownerOf(pod('ReplicaSet/web-7d9f'))).toBe('web-7d9f');
    made.take(anObject('Deployment/web'));
    expect(made.ownerOf(pod('ReplicaSet/web-7d9f'))).toBe('web');
    made.take(anObject('CronJob/nightly'));
    made.take(anObject('Job/nightly-1', 'CronJob/nightly'));
    expect(made.ownerOf(pod('Job/nightly-1'))).toBe('nightly');
    made.take(gone(anObject('Deployment/web')));
    expect(made.ownerOf(pod('ReplicaSet/web-7d9f'))).toBe('web-7d9f');
  });

  it('is nobody where the object only says so: another uid, namespace or kind, or none that is there', () => {
    made.take(anObject('Deployment/web'));
    made.take(anObject('ReplicaSet/web-7d9f', 'Deployment/web'));
    expect(made.ownerOf(pod('ReplicaSet/web-7d9f', 'another'))).toBeUndefined();
    expect(made.ownerOf(pod('ReplicaSet/web-7d9f', ''))).toBeUndefined();
    expect(made.ownerOf({ ...pod('ReplicaSet/web-7d9f'), namespace: 'bank' })).toBeUndefined();
    expect(made.ownerOf(pod('ReplicaSet/none'))).toBeUndefined();
    expect(made.ownerOf(pod('Deployment/web'))).toBeUndefined();
    expect(made.ownerOf(anObject('RoleBinding/forged', 'Deployment/web'))).toBeUndefined();
    expect(made.ownerOf(anObject('Pod/alone'))).toBeUndefined();
  });

  it('is told with what is judged, after its kind was read', () => {
    conditions = { Deployment: 'behind' };
    made.take(anObject('ReplicaSet/web-7d9f', 'Deployment/web', template({})));
    made.take(anObject('Pod/more', 'ReplicaSet/web-7d9f', { spec: privileged }));
    expect([...judged]).toEqual([]);
    made.take(anObject('Deployment/web', undefined, template({})));
    expect([...judged]).toEqual(['Deployment/web', 'Pod/more']);
    expect([...owners]).toEqual([
      ['web', undefined],
      ['web-7d9f', undefined],
      ['more', 'web'],
    ]);
  });
});
