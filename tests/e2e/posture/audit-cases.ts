// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type KubeAsk, MERGE, upgradeTo } from './audit-caller.ts';

/** What the cases act with. */
export interface Stage {
  /** Token of a service account of `shop` that may read secrets of `shop` and `bank`. */
  readonly reader: string;
  /** Token of a service account of `shop` that may do nothing. */
  readonly nobody: string;
  readonly node: string;
  /** A certificate request, PEM in base64. */
  readonly csr: string;
}
/** A rule, the attack it is about, and the twin that differs in the attack alone. */
export interface AuditCase {
  readonly rule: string;
  /** Done before both, by the administrator. */
  readonly before?: readonly KubeAsk[];
  readonly twin: (stage: Stage) => KubeAsk;
  readonly attack: (stage: Stage) => KubeAsk;
}

/** A value that has to be found nowhere. */
export const CANARY = 'canary-7f3a9c51e0';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const HOOKS = '/apis/admissionregistration.k8s.io/v1';
const core = (namespace: string, rest: string): string => `/api/v1/namespaces/${namespace}/${rest}`;
const post = (path: string, body: object, more: Partial<KubeAsk> = {}): KubeAsk => ({
  method: 'POST',
  path,
  body,
  ...more,
});
const patch = (path: string, body: object): KubeAsk => ({ method: 'PATCH', path, body, type: MERGE });
const remove = (path: string): KubeAsk => ({ method: 'DELETE', path });

const binding = (name: string, role: string, subject: object): KubeAsk =>
  post(`${RBAC}/clusterrolebindings`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [subject],
  });
const subject = (kind: 'User' | 'Group', name: string) => ({
  kind,
  name,
  apiGroup: 'rbac.authorization.k8s.io',
});
const role = (name: string, rule: object): KubeAsk =>
  post(`${RBAC}/clusterroles`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: [rule],
  });
/** A pod that no node takes: what is judged is that it was made. */
const pod = (namespace: string, name: string, { container = {}, spec = {} } = {}): KubeAsk =>
  post(core(namespace, 'pods'), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      nodeSelector: { 'posture-test/nowhere': 'yes' },
      containers: [{ name: 'main', image: 'localhost/busybox:1', ...container }],
      ...spec,
    },
  });
const cronJob = (namespace: string): KubeAsk =>
  post(`/apis/batch/v1/namespaces/${namespace}/cronjobs`, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly' },
    spec: {
      schedule: '0 3 1 1 *',
      jobTemplate: {
        spec: {
          template: {
            spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'localhost/busybox:1' }] },
          },
        },
      },
    },
  });
const exec = (namespace: string, command: string): KubeAsk => ({
  path: core(namespace, `pods/alive/exec?command=${command}&stdout=1`),
  headers: upgradeTo('v5.channel.k8s.io'),
});
const service = (name: string, type: string): KubeAsk =>
  post(core('shop', 'services'), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { type, selector: { app: 'none' }, ports: [{ port: 80 }] },
  });
const secret = (name: string, more: object): KubeAsk =>
  post(core('shop', 'secrets'), { apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...more });
const networkPolicy = (name: string): KubeAsk =>
  post('/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name },
    spec: { podSelector: { matchLabels: { app: 'none' } } },
  });
const webhook = (kind: 'Validating' | 'Mutating', name: string): KubeAsk =>
  post(`${HOOKS}/${kind.toLowerCase()}webhookconfigurations`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name },
    webhooks: [
      {
        name: 'none.example.test',
        clientConfig: { url: 'https://127.0.0.1:1/none' },
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        rules: [
          {
            apiGroups: ['example.test'],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['nothing'],
          },
        ],
      },
    ],
  });
const admissionPolicy = (name: string): KubeAsk =>
  post(`${HOOKS}/validatingadmissionpolicies`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['example.test'],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['nothing'],
          },
        ],
      },
      validations: [{ expression: 'true' }],
    },
  });
const signing = (name: string, csr: string) => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: { request: csr, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] },
});
const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
const rulesReview = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectRulesReview',
  spec: { namespace: 'shop' },
};
const event = (name: string): KubeAsk =>
  post(core('shop', 'events'), {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name },
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'alive' },
    reason: 'Test',
    message: 'made by a test',
  });
const map = (name: string): KubeAsk =>
  post(core('shop', 'configmaps'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

/** Each rule about the audit log, done for real. */
export const AUDIT_CASES: readonly AuditCase[] = [
  {
    rule: 'audit.anonymous-bound',
    twin: () => binding('viewers', 'view', subject('Group', 'developers')),
    attack: () => binding('strangers', 'view', subject('Group', 'system:unauthenticated')),
  },
  {
    rule: 'audit.anonymous-success',
    twin: () => ({ path: core('shop', 'pods') }),
    attack: () => ({ path: core('shop', 'pods'), token: null }),
  },
  {
    rule: 'audit.certificate-approved',
    twin: ({ csr }) => post(CSRS, signing('waiting', csr)),
    attack: ({ csr }) => ({
      method: 'PUT',
      path: `${CSRS}/waiting/approval`,
      body: {
        ...signing('waiting', csr),
        status: { conditions: [{ type: 'Approved', status: 'True', reason: 'Test', message: 'test' }] },
      },
    }),
  },
  {
    rule: 'audit.cluster-admin-bound',
    twin: () => binding('mallory-views', 'view', subject('User', 'mallory')),
    attack: () => binding('mallory-rules', 'cluster-admin', subject('User', 'mallory')),
  },
  {
    rule: 'audit.cron-job-by-person',
    twin: () => cronJob('shop'),
    attack: () => cronJob('kube-system'),
  },
  {
    rule: 'audit.ephemeral-container',
    twin: () => patch(core('shop', 'pods/alive'), { metadata: { labels: { looked: 'at' } } }),
    attack: () => ({
      method: 'PATCH',
      path: core('shop', 'pods/alive/ephemeralcontainers'),
      type: 'application/strategic-merge-patch+json',
      body: { spec: { ephemeralContainers: [{ name: 'debug', image: 'localhost/busybox:1' }] } },
    }),
  },
  {
    rule: 'audit.escalation-role',
    twin: () =>
      role('reads-roles', {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        verbs: ['get'],
      }),
    attack: () =>
      role('lifts-roles', {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        verbs: ['escalate'],
      }),
  },
  {
    rule: 'audit.events-deleted',
    before: [event('one')],
    twin: () => ({ path: core('shop', 'events/one') }),
    attack: () => remove(core('shop', 'events/one')),
  },
  {
    rule: 'audit.exec-in-system-namespace',
    twin: () => exec('shop', 'true'),
    attack: () => exec('kube-system', 'true'),
  },
  {
    rule: 'audit.exec-shell',
    twin: () => exec('shop', 'date'),
    attack: () => exec('shop', 'sh'),
  },
  {
    rule: 'audit.host-root-mounted',
    twin: () => pod('shop', 'empty', { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }),
    attack: () => pod('shop', 'root', { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } }),
  },
  {
    rule: 'audit.mass-deletion',
    before: [map('kept'), map('gone')],
    twin: () => remove(core('shop', 'configmaps/gone')),
    attack: () => remove(core('shop', 'configmaps?fieldSelector=metadata.name%3Dkept')),
  },
  {
    rule: 'audit.masters-impersonated',
    twin: () => ({
      path: core('shop', 'pods'),
      headers: { 'impersonate-user': 'ann', 'impersonate-group': 'developers' },
    }),
    attack: () => ({
      path: core('shop', 'pods'),
      headers: {
        'impersonate-user': 'ann',
        'impersonate-group': 'system:masters',
      },
    }),
  },
  {
    rule: 'audit.network-policy-removed',
    before: [networkPolicy('fence')],
    twin: () => ({ path: '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/fence' }),
    attack: () => remove('/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/fence'),
  },
  {
    rule: 'audit.node-proxy',
    twin: ({ node }) => ({ path: `/api/v1/nodes/${node}` }),
    attack: ({ node }) => ({ path: `/api/v1/nodes/${node}/proxy/pods` }),
  },
  {
    rule: 'audit.permissions-probed',
    twin: () => post(REVIEW, rulesReview),
    attack: ({ nobody }) => post(REVIEW, rulesReview, { token: nobody }),
  },
  {
    rule: 'audit.pod-security-lowered',
    twin: () =>
      patch('/api/v1/namespaces/bank', {
        metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } },
      }),
    attack: () =>
      patch('/api/v1/namespaces/bank', {
        metadata: { labels: { 'pod-security.kubernetes.io/enforce': null } },
      }),
  },
  {
    rule: 'audit.policy-removed',
    before: [admissionPolicy('guard')],
    twin: () => ({ path: `${HOOKS}/validatingadmissionpolicies/guard` }),
    attack: () => remove(`${HOOKS}/validatingadmissionpolicies/guard`),
  },
  {
    rule: 'audit.port-forward',
    twin: () => ({ path: core('shop', 'pods/alive') }),
    attack: () => ({
      path: core('shop', 'pods/alive/portforward?ports=80'),
      headers: upgradeTo('v4.channel.k8s.io'),
    }),
  },
  {
    rule: 'audit.privileged-pod',
    twin: () => pod('shop', 'plain'),
    attack: () => pod('shop', 'mighty', { container: { securityContext: { privileged: true } } }),
  },
  {
    rule: 'audit.refused-anonymous',
    twin: ({ nobody }) => ({ path: core('kube-system', 'configmaps'), token: nobody }),
    attack: () => ({ path: core('kube-system', 'secrets'), token: null }),
  },
  {
    rule: 'audit.secret-access-refused',
    twin: ({ nobody }) => ({ path: core('shop', 'configmaps/kube-root-ca.crt'), token: nobody }),
    attack: ({ nobody }) => ({ path: core('shop', 'secrets/keys'), token: nobody }),
  },
  {
    rule: 'audit.secrets-listed',
    twin: () => ({ path: core('shop', 'secrets') }),
    attack: () => ({ path: '/api/v1/secrets' }),
  },
  {
    rule: 'audit.secrets-of-others',
    twin: ({ reader }) => ({ path: core('shop', 'secrets'), token: reader }),
    attack: ({ reader }) => ({ path: core('bank', 'secrets'), token: reader }),
  },
  {
    rule: 'audit.service-account-from-outside',
    twin: ({ reader }) => ({ path: core('shop', 'secrets'), token: reader }),
    attack: ({ reader }) => ({
      path: core('shop', 'secrets'),
      token: reader,
      headers: { 'x-forwarded-for': '8.8.4.4' },
    }),
  },
  {
    rule: 'audit.service-account-kubectl',
    twin: ({ reader }) => ({ path: core('shop', 'secrets'), token: reader }),
    attack: ({ reader }) => ({
      path: core('shop', 'secrets'),
      token: reader,
      headers: { 'user-agent': 'kubectl/v1.37.0 (linux/amd64)' },
    }),
  },
  {
    rule: 'audit.service-exposed',
    twin: () => service('inside', 'ClusterIP'),
    attack: () => service('outside', 'NodePort'),
  },
  {
    rule: 'audit.system-pod-created',
    twin: () => pod('shop', 'ours'),
    attack: () => pod('kube-system', 'hidden'),
  },
  {
    rule: 'audit.token-minted',
    twin: () => ({ path: core('shop', 'serviceaccounts/reader') }),
    attack: () =>
      post(core('shop', 'serviceaccounts/reader/token'), {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 600 },
      }),
  },
  {
    rule: 'audit.token-secret',
    twin: () => secret('password', { stringData: { password: CANARY } }),
    attack: () =>
      secret('forever', {
        type: 'kubernetes.io/service-account-token',
        metadata: { name: 'forever', annotations: { 'kubernetes.io/service-account.name': 'reader' } },
        stringData: { extra: CANARY },
      }),
  },
  {
    rule: 'audit.webhook-removed',
    before: [webhook('Validating', 'guard')],
    twin: () => ({ path: `${HOOKS}/validatingwebhookconfigurations/guard` }),
    attack: () => remove(`${HOOKS}/validatingwebhookconfigurations/guard`),
  },
  {
    rule: 'audit.webhook-written',
    twin: () => webhook('Validating', 'checks'),
    attack: () => webhook('Mutating', 'changes'),
  },
  {
    rule: 'audit.wildcard-role',
    twin: () => role('some', { apiGroups: [''], resources: ['pods'], verbs: ['get'] }),
    attack: () => role('all', { apiGroups: [''], resources: ['pods'], verbs: ['*'] }),
  },
];
