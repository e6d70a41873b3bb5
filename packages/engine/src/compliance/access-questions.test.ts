// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { answerObjects } from './object-answers.ts';

type Named = Record<string, unknown>;
const RBAC = 'rbac.authorization.k8s.io';
const rule = (group: string, resources: string, verbs: string, names: readonly string[] = []): Named => ({
  apiGroups: [group],
  resources: resources.split(','),
  verbs: verbs.split(','),
  ...(names.length === 0 ? {} : { resourceNames: names }),
});
const role = (name: string, ...rules: readonly Named[]): Named => ({
  kind: 'ClusterRole',
  metadata: { name },
  rules,
});
const bound = (name: string, to: string, ...subjects: readonly Named[]): Named => ({
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: to },
  subjects,
});
const user = (name: string): Named => ({ kind: 'User', name });
const group = (name: string): Named => ({ kind: 'Group', name });
const account = (name: string, namespace = 'kube-system'): Named => ({
  kind: 'ServiceAccount',
  namespace,
  name,
});
const controller = (name: string, ...rules: readonly Named[]): Named[] => [
  role(`system:controller:${name}`, ...rules),
  bound(`system:controller:${name}`, `system:controller:${name}`, account(name)),
];

/** What the API server and kubeadm bind on a cluster that nobody used yet, as far as a question is about it. */
const FRESH: readonly Named[] = [
  role('cluster-admin', rule('*', '*', '*')),
  bound('cluster-admin', 'cluster-admin', group('system:masters')),
  bound('kubeadm:cluster-admins', 'cluster-admin', group('kubeadm:cluster-admins')),
  role('system:kubelet-api-admin', rule('', 'nodes/proxy,nodes/log', '*')),
  bound(
    'kubeadm:apiserver-kubelet-client',
    'system:kubelet-api-admin',
    user('kube-apiserver-kubelet-client'),
  ),
  role(
    'system:kube-controller-manager',
    rule('', 'secrets,serviceaccounts', 'create'),
    rule('', 'serviceaccounts/token', 'create'),
    rule('*', '*', 'list,watch'),
  ),
  bound(
    'system:kube-controller-manager',
    'system:kube-controller-manager',
    user('system:kube-controller-manager'),
  ),
  ...controller('generic-garbage-collector', rule('*', '*', 'get,list,watch,patch,update,delete')),
  ...controller('namespace-controller', rule('*', '*', 'get,list,watch,delete,deletecollection')),
  ...controller('resourcequota-controller', rule('*', '*', 'list,watch')),
  ...controller('storage-version-migrator-controller', rule('*', '*', 'list,patch')),
  ...controller(
    'clusterrole-aggregation-controller',
    rule(RBAC, 'clusterroles', 'escalate,get,list,patch,update,watch'),
  ),
  ...controller(
    'certificate-controller',
    rule('certificates.k8s.io', 'certificatesigningrequests/approval', 'update'),
  ),
  ...['daemon-set-controller', 'job-controller', 'replicaset-controller', 'statefulset-controller'].flatMap(
    (name) => controller(name, rule('', 'pods', 'create,delete,patch')),
  ),
  ...controller('persistent-volume-binder', rule('', 'persistentvolumes', 'create,delete,update')),
  ...controller('legacy-service-account-token-cleaner', rule('', 'secrets', 'delete,get,list,patch,watch')),
];

const count = (question: string, ...objects: readonly Named[]): unknown =>
  answerObjects({ objects, unreadable: [] }).find(({ subject }) => subject === question)?.value;
const mallory = user('mallory');
const given = (...rules: readonly Named[]): Named[] => [
  role('given', ...rules),
  bound('b', 'given', mallory),
];
const found = (...names: readonly string[]) => ({ count: names.length, found: names });

describe('questions about access', () => {
  it.each([
    'cluster-admin-bindings',
    'masters-group',
    'wildcard-roles',
    'secret-readers',
    'pod-creators',
    'escalation-verbs',
    'volume-creators',
    'node-proxy',
    'certificate-approvers',
    'webhook-changers',
    'token-creators',
  ])('%s finds nothing on a fresh cluster', (question) => {
    expect(count(question, ...FRESH)).toEqual(found());
  });

  it.each<[string, Named[]]>([
    ['a user in the binding of the API server', [group('system:masters'), mallory]],
    ['strangers in it', [group('system:unauthenticated')]],
    ['a user with the name of a controller', [user('system:kube-evil')]],
  ])('cluster-admin-bindings finds %s', (_, subjects) => {
    const objects = [FRESH[0] ?? {}, bound('cluster-admin', 'cluster-admin', ...subjects)];
    expect(count('cluster-admin-bindings', ...objects)).toEqual(found('ClusterRoleBinding/cluster-admin'));
  });

  it.each<[string, string, Named]>([
    ['an account in kube-system', 'tiller', account('tiller')],
    ['an account of a controller by another binding', 'more', account('job-controller')],
    ['a group with a name of kubeadm', 'kubeadm:ops', group('kubeadm:ops')],
  ])('cluster-admin-bindings finds %s', (_, name, subject) => {
    expect(count('cluster-admin-bindings', ...FRESH, bound(name, 'cluster-admin', subject))).toEqual(
      found(`ClusterRoleBinding/${name}`),
    );
  });

  it('knows controllers by their list, not by the form of their names', () => {
    const evil = controller('evil', rule('*', '*', '*'));
    expect(count('escalation-verbs', ...evil)).toEqual(found('ServiceAccount/kube-system/evil'));
    expect(count('wildcard-roles', ...evil)).toEqual(found('ClusterRole/system:controller:evil'));
  });

  it('masters-group finds a binding that only has the name of the one of the API server', () => {
    const other = { ...bound('cluster-admin', 'x', group('system:masters')), kind: 'RoleBinding' };
    expect(count('masters-group', other)).toEqual(found('RoleBinding/cluster-admin'));
  });

  const ADMISSION = 'admissionregistration.k8s.io';
  const CERTIFICATES = 'certificates.k8s.io';
  it.each<[string, string, Named]>([
    ['webhook-changers', 'patch', rule(ADMISSION, 'mutatingwebhookconfigurations', 'patch')],
    ['webhook-changers', 'one webhook', rule(ADMISSION, 'mutatingwebhookconfigurations', 'update', ['hook'])],
    [
      'webhook-changers',
      'deletecollection',
      rule(ADMISSION, 'validatingwebhookconfigurations', 'deletecollection'),
    ],
    ['certificate-approvers', 'patch', rule(CERTIFICATES, 'certificatesigningrequests/approval', 'patch')],
    ['escalation-verbs', 'impersonating groups', rule('', 'groups', 'impersonate')],
    ['escalation-verbs', 'impersonating accounts', rule('', 'serviceaccounts', 'impersonate')],
    ['escalation-verbs', 'escalate on roles', rule(RBAC, 'roles', 'escalate')],
    ['escalation-verbs', 'bind on cluster-admin', rule(RBAC, 'clusterroles', 'bind', ['cluster-admin'])],
    ['escalation-verbs', 'one user', rule('', 'users', 'impersonate', ['admin'])],
    ['escalation-verbs', 'one group', rule('', 'groups', 'impersonate', ['system:masters'])],
    ['node-proxy', 'one node', rule('', 'nodes/proxy', 'get', ['node-1'])],
  ])('%s finds %s', (question, _, one) => {
    expect(count(question, ...given(one))).toEqual(found('User/mallory'));
  });

  it('leaves alone what a name limits, and what a name makes void', () => {
    expect(count('secret-readers', ...given(rule('', 'secrets', 'get', ['mine'])))).toEqual(found());
    const named = rule(ADMISSION, 'mutatingwebhookconfigurations', 'create,deletecollection', ['hook']);
    expect(count('webhook-changers', ...given(named))).toEqual(found());
  });
});
