// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { fieldOf, listOf, textAt } from '../answers.ts';
import { AGENT_CAPABILITIES } from './agent.ts';
import { GRANT_RIGHTS, grantObjects } from './grants.ts';
import { clusterObjects } from './index.ts';
import { NAMES, type ObjectOptions } from './object.ts';
import { RIGHTS } from './rights.ts';

const OPTIONS: ObjectOptions = {
  version: '1.2.3',
  controllerImage: 'r/c:1',
  agentImage: 'r/a:1',
  pullPolicy: 'IfNotPresent',
  storage: { kind: 'persistent', size: '1Gi' },
  serviceType: 'ClusterIP',
};
const objects = clusterObjects(OPTIONS);
const podOf = (kind: string): unknown =>
  fieldOf(
    objects.find((one) => one.kind === kind),
    'spec',
    'template',
    'spec',
  );

describe('the objects of an installation', () => {
  it('all carry the labels by which they are found again', () => {
    for (const { kind, metadata } of objects)
      expect([
        kind,
        metadata.labels?.['app.kubernetes.io/part-of'],
        metadata.labels?.['app.kubernetes.io/instance'],
      ]).toEqual([kind, 'bartizan', 'main']);
  });

  it.each([
    [undefined, [443, 6443]],
    [
      [5000, 443, 8443],
      [443, 6443, 5000, 8443],
    ],
  ])(
    'let the controller out at %j beside the usual ports, and tell it which they are',
    (egressPorts, ports) => {
      const all = clusterObjects({ ...OPTIONS, ...(egressPorts === undefined ? {} : { egressPorts }) });
      const of = (kind: string, name: string) =>
        all.find((one) => one.kind === kind && one.metadata.name === name);
      const [, more] = listOf(fieldOf(of('NetworkPolicy', NAMES.controller), 'spec', 'egress'));
      expect(more).toEqual({ ports: ports.map((port) => ({ port })) });
      const config = textAt(of('ConfigMap', NAMES.controller), 'data', 'controller.json');
      expect(JSON.parse(config)).toMatchObject({ egressPorts: ports });
      // Another configuration is read by another pod.
      const template = fieldOf(
        of('Deployment', NAMES.controller),
        'spec',
        'template',
        'metadata',
        'annotations',
      );
      expect(template).toMatchObject({ 'bartizan.dev/egress-ports': ports.join(',') });
    },
  );

  it('hold no secret and no default password', () => {
    expect(objects.filter((one) => one.kind === 'Secret')).toEqual([]);
    expect(JSON.stringify(objects)).not.toMatch(/password"\s*:|stringData/i);
  });

  it('keep the controller within the restricted Pod Security Standard', () => {
    const pod = podOf('Deployment');
    expect(fieldOf(pod, 'hostPID') ?? fieldOf(pod, 'hostNetwork') ?? fieldOf(pod, 'hostIPC')).toBeUndefined();
    expect(fieldOf(pod, 'securityContext')).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 10_001,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const container of listOf(fieldOf(pod, 'containers')))
      expect(fieldOf(container, 'securityContext')).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    for (const volume of listOf(fieldOf(pod, 'volumes'))) expect(fieldOf(volume, 'hostPath')).toBeUndefined();
  });

  it('give the agent the listed capabilities and nothing of the node to write', () => {
    const pod = podOf('DaemonSet');
    const [container] = listOf(fieldOf(pod, 'containers'));
    expect(fieldOf(container, 'securityContext')).toMatchObject({
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: AGENT_CAPABILITIES.map((one) => one.name) },
    });
    const fromNode = new Set(
      listOf(fieldOf(pod, 'volumes'))
        .filter((volume) => fieldOf(volume, 'hostPath') !== undefined)
        .map((volume) => textAt(volume, 'name')),
    );
    const mounts = listOf(fieldOf(container, 'volumeMounts')).filter((mount) =>
      fromNode.has(textAt(mount, 'name')),
    );
    expect(mounts.map((mount) => fieldOf(mount, 'readOnly'))).toEqual([true, true]);
  });

  it('grant no secrets, no wildcard verbs, nothing without a reason', () => {
    for (const right of Object.values(RIGHTS).flat()) {
      expect(right.resources).not.toContain('secrets');
      expect(right.verbs).not.toContain('*');
      expect(right.why.en.length * right.why.ja.length).toBeGreaterThan(0);
    }
    const roles = objects.filter((one) => one.kind === 'ClusterRole' || one.kind === 'Role');
    expect(roles.map((one) => one.metadata.name).sort()).toEqual(Object.keys(RIGHTS).sort());
    expect(JSON.stringify(roles)).not.toMatch(/escalate|impersonate|"bind"/);
  });

  it('leave out what grants access, which is added by who wants it and held to named roles', () => {
    const [role] = grantObjects();
    expect(objects.map((one) => one.metadata.name)).not.toContain(role?.metadata.name);
    const bind = GRANT_RIGHTS.filter(({ verbs }) => verbs.includes('bind'));
    expect(bind.map(({ resourceNames }) => resourceNames)).toEqual([['view']]);
    expect(JSON.stringify(grantObjects())).not.toMatch(/escalate|impersonate|"\*"|secrets/);
  });

  it('ask for a volume only where the data lies on one', () => {
    const claims = (options: ObjectOptions) =>
      clusterObjects(options).filter((one) => one.kind === 'PersistentVolumeClaim').length;
    expect(claims(OPTIONS)).toBe(1);
    expect(claims({ ...OPTIONS, storage: { kind: 'ephemeral', sizeLimit: '1Gi' } })).toBe(0);
  });

  it('never write what the controller publishes', () => {
    const trust = objects.find((one) => one.metadata.name === NAMES.trust);
    expect(Object.keys(trust ?? {}).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
  });
});
