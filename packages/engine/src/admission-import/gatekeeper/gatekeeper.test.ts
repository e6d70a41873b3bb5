// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { pod, requestOf, verdict } from '../testing/judged.ts';
import { GATEKEEPER_TEMPLATES, importGatekeeper } from './index.ts';

const PODS = { kinds: [{ apiGroups: [''], kinds: ['Pod'] }] };
const constraint = (kind: string, spec: object = {}, name = 'one') => ({
  apiVersion: 'constraints.gatekeeper.sh/v1beta1',
  kind,
  metadata: { name },
  spec: { match: PODS, ...spec },
});
function imported(document: unknown) {
  const read = importGatekeeper(document);
  if (!read.ok) throw new Error(read.error.detail);
  return read.value;
}
const reason = (kind: string, spec: object = {}): string => {
  const { rules, notes } = imported(constraint(kind, spec));
  expect(rules).toEqual([]);
  expect(notes[0]?.detail.ja).not.toBe('');
  return `${notes[0]?.effect} ${notes[0]?.detail.en}`;
};
const refuses = (kind: string, spec: object, object: object): boolean => {
  const { rules, notes } = imported(constraint(kind, spec));
  expect(notes).toEqual([]);
  return verdict(rules, requestOf(object)).decision.verdict === 'deny';
};

describe('constraints of the library of Gatekeeper', () => {
  it('become rules with their mode, places and message', () => {
    const { rules } = imported(
      constraint('K8sAllowedRepos', {
        enforcementAction: 'dryrun',
        match: {
          ...PODS,
          excludedNamespaces: ['kube-*'],
          namespaceSelector: { matchLabels: { tier: 'gold' } },
        },
        parameters: { repos: ['quay.io/'], message: 'use {our} registry' },
      }),
    );
    expect(rules).toMatchObject([
      {
        id: 'gatekeeper.k8sallowedrepos.one',
        mode: 'audit',
        match: {
          resources: ['/pods', '/pods/ephemeralcontainers', '/pods/resize'],
          operations: ['CREATE', 'UPDATE'],
          excludeNamespaces: ['kube-*'],
          namespaceLabels: { tier: 'gold' },
        },
        message: { en: expect.stringContaining('use our registry: the image') },
      },
    ]);
  });

  it('of the Pod Security Policies refuse what they refused, and let their twins pass', () => {
    const context = (securityContext: object) => pod({}, {}, { securityContext });
    expect(refuses('K8sPSPPrivilegedContainer', {}, context({ privileged: true }))).toBe(true);
    expect(refuses('K8sPSPPrivilegedContainer', {}, context({ privileged: false }))).toBe(false);
    const exempt = { parameters: { exemptImages: ['quay.io/shop/*'] } };
    expect(refuses('K8sPSPPrivilegedContainer', exempt, context({ privileged: true }))).toBe(false);
    expect(refuses('K8sPSPAllowPrivilegeEscalationContainer', {}, pod())).toBe(true);
    const kept = context({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true });
    expect(refuses('K8sPSPAllowPrivilegeEscalationContainer', {}, kept)).toBe(false);
    expect(refuses('K8sPSPReadOnlyRootFilesystem', {}, pod())).toBe(true);
    expect(refuses('K8sPSPReadOnlyRootFilesystem', {}, kept)).toBe(false);
    expect(refuses('K8sPSPHostNamespace', {}, pod({ hostPID: true }))).toBe(true);
    expect(refuses('K8sPSPHostNamespace', {}, pod())).toBe(false);
  });

  it('about pods hold for what is written beside a running pod: kubectl debug and resizing', () => {
    const beside = (kind: string, subResource: string, object: object) => {
      const { rules, notes } = imported(constraint(kind, { parameters: { cpu: '1', memory: '1Gi' } }));
      expect(notes).toEqual([]);
      const request = requestOf(object, { operation: 'UPDATE', subResource, oldObject: pod() });
      return verdict(rules, request).decision.verdict;
    };
    const debugged = (securityContext: object) =>
      pod({ ephemeralContainers: [{ name: 'debug', image: 'busybox', securityContext }] });
    const sub = 'ephemeralcontainers';
    expect(beside('K8sPSPPrivilegedContainer', sub, debugged({ privileged: true }))).toBe('deny');
    expect(beside('K8sPSPPrivilegedContainer', sub, debugged({ privileged: false }))).toBe('allow');
    const sized = (cpu: string) => pod({}, {}, { resources: { limits: { cpu, memory: '1Gi' } } });
    expect(beside('K8sContainerLimits', 'resize', sized('2'))).toBe('deny');
    expect(beside('K8sContainerLimits', 'resize', sized('1'))).toBe('allow');
  });

  it('look at tags as they are written', () => {
    const tags = { parameters: { tags: ['dev'] } };
    const image = (written: string) => pod({}, {}, { image: written });
    expect(refuses('K8sDisallowedTags', tags, image('quay.io:5000/shop/web'))).toBe(true);
    expect(refuses('K8sDisallowedTags', tags, image('quay.io:5000/shop/web:dev'))).toBe(true);
    expect(refuses('K8sDisallowedTags', tags, image('quay.io:5000/shop/web:latest'))).toBe(false);
    expect(refuses('K8sDisallowedTags', tags, image(`web@sha256:${'0'.repeat(64)}`))).toBe(false);
  });

  it('are left out with the reason when they say more than a rule can', () => {
    expect(reason('K8sOwnTemplate')).toContain('none of the library');
    expect(reason('constructor')).toContain('none of the library');
    expect(reason('K8sUniqueIngressHost')).toContain('other objects of the cluster');
    expect(reason('K8sAllowedRepos', { enforcementAction: 'scoped' })).toContain('enforcementAction scoped');
    const match = (more: object) => reason('K8sPSPHostNamespace', { match: { ...PODS, ...more } });
    expect(match({ labelSelector: { matchExpressions: [] } })).toContain('only matchLabels');
    expect(match({ scope: 'Cluster' })).toContain('match.scope Cluster');
    expect(match({ surprise: true })).toContain('match.surprise is not read');
    expect(match({ kinds: [{ apiGroups: ['*'], kinds: ['*'] }] })).toContain('all groups');
    const pods = { apiGroups: [''], kinds: ['Pod'] };
    const rows = [{ kinds: ['Service'] }, { apiGroups: ['apps'] }, { apiGroups: [], kinds: ['Service'] }, {}];
    for (const row of [...rows, { apiGroups: ['apps'], kinds: ['Deployment', 7] }])
      expect(match({ kinds: [pods, row] })).toMatch(/^dropped .*all groups or all kinds/);
    const images = { parameters: { exemptImages: ['a?b'] } };
    expect(reason('K8sImageDigests', images)).toContain('the pattern a?b');
    const regex = { parameters: { labels: [{ key: 'owner', allowedRegex: '(' }] } };
    expect(reason('K8sRequiredLabels', regex)).toMatch(/^dropped .*CEL expression/);
    expect(reason('K8sRequiredResources')).toMatch(/^different .*asks for nothing/);
  });

  it('come beside their templates, which are programs', () => {
    const template = (kind: string) => ({
      apiVersion: 'templates.gatekeeper.sh/v1',
      kind: 'ConstraintTemplate',
      metadata: { name: kind.toLowerCase() },
      spec: { crd: { spec: { names: { kind } } } },
    });
    expect(imported(template('K8sAllowedRepos'))).toEqual({ rules: [], notes: [] });
    expect(imported(template('Mine')).notes).toMatchObject([{ effect: 'dropped' }]);
    expect(importGatekeeper({ kind: 'Pod' })).toMatchObject({
      ok: false,
      error: { code: 'E_POLICY_IMPORT' },
    });
    expect(importGatekeeper(null).ok).toBe(false);
  });

  it('never throw, whatever stands in them', () => {
    const odd: readonly unknown[] = [null, 7, 'x', [], {}, [null], [{ key: 7 }], { __proto__: null }];
    for (const kind of GATEKEEPER_TEMPLATES)
      for (const value of odd) {
        const parameters = new Proxy({}, { get: () => value, ownKeys: () => [] });
        expect(importGatekeeper(constraint(kind, { parameters })).ok).toBe(true);
        expect(importGatekeeper(constraint(kind, { match: value })).ok).toBe(true);
      }
  });
});
