// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import type { AdmissionRule } from '@bartizan/contracts';
import type { Framework } from '@bartizan/contracts/compliance';
import { describe, expect, it } from 'vitest';
import type { ClusterStatus } from '../../ports.ts';
import { CLUSTER_RESOURCES } from '../../sense/kubernetes/cluster-resources.ts';
import { reachOf } from './audited-rules.ts';
import type { CustomFacts } from './custom-coverage.ts';

type Condition = ClusterStatus['kinds'][number]['condition'];

const CONTENT = new URL('../../../../../content/admission/', import.meta.url);
const FRAMEWORKS = new URL('../../../../../content/frameworks/', import.meta.url);
const ruleNamed = (id: string): AdmissionRule =>
  JSON.parse(readFileSync(new URL(`${id}.json`, CONTENT), 'utf8'));
const custom: CustomFacts = { definitions: 'known', kinds: [], leftOut: 0, audits: [] };
const statusOf = (others: Readonly<Record<string, Condition>> = {}): Pick<ClusterStatus, 'kinds'> => ({
  kinds: CLUSTER_RESOURCES.map(({ kind, group }) => ({
    ...{ kind, group, objects: 0 },
    condition: others[kind] ?? 'synced',
  })),
});
const reach = (
  id: string,
  others: Readonly<Record<string, Condition>> = {},
  more: Partial<CustomFacts> = {},
) => reachOf(ruleNamed(id), [], { status: statusOf(others), custom: { ...custom, ...more } });
const widgetRule = {
  id: 'our.widgets',
  stages: ['audit' as const],
  match: { resources: ['example.com/widgets'], operations: ['CREATE' as const] },
};
const widget = {
  ...{ group: 'example.com', resource: 'widgets', kind: 'Widget', isNamespaced: true },
  ...{ version: 'v1', versions: [] },
};
const widgets = (more: Partial<CustomFacts>) =>
  reachOf(widgetRule, [], { status: statusOf(), custom: { ...custom, ...more } });

describe('how much of a cluster a rule was asked of', () => {
  it.each(['exec', 'attach', 'port-forward', 'node-proxy', 'ephemeral-container', 'direct-binding'])(
    'is nothing where it judges requests only: %s',
    (name) => expect(reach(`admission.${name}`)).toBe('none'),
  );
  it.each(['policy-changed', 'webhook-changed', 'namespace-pod-security-lowered'])(
    'is nothing where it is about who changes what: %s',
    (name) => expect(reach(`admission.${name}`)).toBe('none'),
  );
  it('is all when its kinds were read, or the API server does not have them', () => {
    expect(reach('admission.ingress-tls')).toBe('all');
    expect(reach('admission.ingress-tls', { Ingress: 'not-served' })).toBe('all');
    expect(reach('admission.network-policy-internet')).toBe('all');
    expect(reach('admission.privileged')).toBe('all');
    expect(reach('admission.rbac-exec')).toBe('all');
    expect(reach('admission.replicas')).toBe('all');
  });
  it('is not all when one of its kinds may not be read, or not yet', () => {
    expect(reach('admission.ingress-tls', { Ingress: 'not-permitted' })).toBe('some');
    expect(reach('admission.privileged', { CronJob: 'unknown' })).toBe('some');
    expect(reach('admission.rbac-exec', { ClusterRole: 'behind' })).toBe('some');
    expect(reach('admission.ingress-tls', { CronJob: 'not-permitted' })).toBe('all');
  });
  it('is not all of kinds that are not followed at all', () => {
    for (const name of ['host-path-volume', 'token-secret', 'disruption-budget', 'default-namespace'])
      expect(reach(`admission.${name}`), name).toBe('some');
  });
  it('is all of a custom kind only when that is known and read', () => {
    const followed = { resource: 'example.com/widgets', objects: 1, leftOut: 0 };
    expect(widgets({})).toBe('all');
    expect(widgets({ definitions: 'not-permitted' })).toBe('some');
    expect(widgets({ kinds: [widget] })).toBe('some');
    expect(widgets({ kinds: [widget], audits: [{ ...followed, audit: 'followed' }] })).toBe('all');
    expect(widgets({ kinds: [widget], audits: [{ ...followed, audit: 'no-room' }] })).toBe('some');
    const openshift = { ...widget, group: 'config.openshift.io', resource: 'oauths', kind: 'OAuth' };
    expect(reach('admission.replicas', {}, { kinds: [openshift] })).toBe('some');
  });
  it('is nothing where a binding switches it off everywhere, and something where it does in some namespaces', () => {
    const off = { id: 'b', rules: ['admission.*'], mode: 'off' as const };
    const by = (...bindings: Parameters<typeof reachOf>[1]) =>
      reachOf(ruleNamed('admission.privileged'), bindings, { status: statusOf(), custom });
    expect(by(off)).toBe('none');
    expect(by({ ...off, namespaces: ['dev'] })).toBe('all');
    expect(by({ ...off, mode: 'enforce' }, off)).toBe('all');
    expect(by({ ...off, mode: 'enforce' }, { ...off, excludeNamespaces: ['prod'] })).toBe('all');
    expect(by({ ...off, rules: ['other.*'] })).toBe('all');
  });
  it('is something where a binding switches it off for all but what others name', () => {
    const off = { id: 'b', rules: ['admission.*'], mode: 'off' as const };
    const on = { ...off, id: 'a', mode: 'enforce' as const };
    const by = (...bindings: Parameters<typeof reachOf>[1]) =>
      reachOf(ruleNamed('admission.privileged'), bindings, { status: statusOf(), custom });
    expect(by({ ...on, namespaces: ['prod'] }, off)).toBe('some');
    expect(by({ ...on, namespaceLabels: { stage: 'prod' } }, off, on)).toBe('some');
    expect(by({ ...off, excludeNamespaces: ['prod'] })).toBe('some');
    expect(by({ ...off, namespaceLabels: { stage: 'test' } }, on)).toBe('some');
    // It is on nowhere.
    expect(by({ ...off, namespaces: ['*'] })).toBe('none');
    expect(by({ ...off, namespaces: [], excludeNamespaces: [], namespaceLabels: {} })).toBe('none');
    expect(by({ ...off, namespaces: ['dev'] }, off)).toBe('none');
    expect(by({ ...off, excludeNamespaces: ['prod'] }, off)).toBe('none');
  });
});

describe('controls of frameworks', () => {
  const asked = readdirSync(FRAMEWORKS).flatMap((file) => {
    const { id, controls = [] }: Partial<Framework> = JSON.parse(
      readFileSync(new URL(file, FRAMEWORKS), 'utf8'),
    );
    return controls.flatMap((control) =>
      control.checks
        .filter(({ ref }) => ref.startsWith('admission:'))
        .map(({ ref }) => ({ control: `${id} ${control.id}`, rule: ref.replace('admission:', '') })),
    );
  });
  // A control is met only where each of its checks passes.
  it('stand on no admission rule that can never be asked of all it is about', () => {
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter(({ rule }) => reach(rule) !== 'all')).toEqual([]);
  });
});
