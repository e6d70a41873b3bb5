// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { AUDIT_POLICY, apiServerFlags, webhookKubeconfig } from './webhook-files.ts';

interface PolicyRule {
  readonly level: string;
  readonly verbs?: readonly string[];
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly resources?: readonly { readonly group: string; readonly resources?: readonly string[] }[];
}
const rules = (parse(AUDIT_POLICY) as { rules: PolicyRule[] }).rules;

/** The level of a request: that of the first rule that fits, as the API server decides. */
function levelOf(ask: {
  user: string;
  groups?: string[];
  verb: string;
  group?: string;
  resource: string;
}): string {
  const { user, groups = ['system:authenticated'], verb, group = '', resource } = ask;
  const fits = (rule: PolicyRule): boolean =>
    (rule.verbs?.includes(verb) ?? true) &&
    (rule.users?.includes(user) ?? true) &&
    (rule.userGroups?.some((one) => groups.includes(one)) ?? true) &&
    rule.nonResourceURLs === undefined &&
    (rule.resources?.some((one) => one.group === group && (one.resources?.includes(resource) ?? true)) ??
      true);
  return rules.find(fits)?.level ?? 'none';
}

describe('the audit policy', () => {
  it('never records what is in a Secret, a ConfigMap or a token, whoever asks and how', () => {
    for (const user of ['ann', 'system:apiserver', 'system:node:n'])
      for (const verb of ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'])
        for (const resource of ['secrets', 'configmaps', 'serviceaccounts/token'])
          expect(['Metadata', 'None']).toContain(levelOf({ user, verb, resource }));
    expect(
      levelOf({ user: 'ann', verb: 'create', group: 'authentication.k8s.io', resource: 'tokenreviews' }),
    ).toBe('Metadata');
  });

  it('records what the rules read', () => {
    for (const verb of ['create', 'update', 'patch'])
      for (const resource of ['clusterrolebindings', 'roles'])
        expect(levelOf({ user: 'ann', verb, group: 'rbac.authorization.k8s.io', resource })).toBe(
          'RequestResponse',
        );
    const bindings = { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicybindings' };
    expect(levelOf({ user: 'ann', verb: 'patch', ...bindings })).toBe('RequestResponse');
    expect(levelOf({ user: 'ann', verb: 'patch', resource: 'namespaces' })).toBe('RequestResponse');
    expect(levelOf({ user: 'ann', verb: 'create', resource: 'pods' })).toBe('Request');
    expect(levelOf({ user: 'ann', verb: 'list', resource: 'secrets' })).toBe('Metadata');
    expect(levelOf({ user: 'ann', verb: 'delete', resource: 'events' })).toBe('Metadata');
  });

  it('keeps reads of secrets by nodes and parts of the control plane in sight', () => {
    const node = { user: 'system:node:n', groups: ['system:nodes'] };
    expect(levelOf({ ...node, verb: 'list', resource: 'secrets' })).toBe('Metadata');
    expect(levelOf({ ...node, verb: 'create', resource: 'pods' })).toBe('Request');
    expect(levelOf({ ...node, verb: 'patch', resource: 'nodes/status' })).toBe('None');
    expect(levelOf({ user: 'system:kube-scheduler', verb: 'list', resource: 'secrets' })).toBe('Metadata');
  });
});

describe('the kubeconfig of the audit webhook', () => {
  it('is YAML with the address, the authority, the name of the certificate and the key', () => {
    const text = webhookKubeconfig({
      ...{ url: 'https://10.0.0.1:8443/api/v1/audit-log/events', serverName: 'localhost' },
      ...{ caPem: 'PEM of the authority', secret: 'bzk_x' },
    });
    expect(parse(text)).toMatchObject({
      'current-context': 'bartizan',
      clusters: [
        {
          cluster: {
            server: 'https://10.0.0.1:8443/api/v1/audit-log/events',
            'tls-server-name': 'localhost',
            'certificate-authority-data': Buffer.from('PEM of the authority').toString('base64'),
          },
        },
      ],
      users: [{ user: { token: 'bzk_x' } }],
    });
  });

  it('stands in the flags of the API server beside the policy', () => {
    expect(apiServerFlags('/a/k', '/a/p')).toEqual([
      '--audit-policy-file=/a/p',
      '--audit-webhook-config-file=/a/k',
      '--audit-webhook-batch-max-wait=1s',
      '--audit-webhook-truncate-enabled=true',
    ]);
  });
});
