// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition, AdmissionRule } from '@bartizan/contracts';
import {
  type AdmissionRequest,
  type AdmissionRuleSet,
  compileAdmissionPolicy,
  pssRules,
} from '@bartizan/engine/admission';

const [TEMPLATE] = pssRules('baseline');
if (TEMPLATE === undefined) throw new Error('no rule to copy');
const template: AdmissionRule = { ...TEMPLATE, fix: { action: TEMPLATE.fix?.action ?? { en: '', ja: '' } } };

/** Conditions as people write them, each with values of its own, so that no two rules are one. */
const CONDITIONS: readonly ((at: number) => AdmissionCondition)[] = [
  (at) => ({
    some: 'containers',
    where: { field: 'container.image', operator: 'glob', value: `*/banned-${at}*` },
  }),
  (at) => ({
    some: 'containers',
    where: { field: 'container.image.registry', operator: 'in', value: [`r${at}.example`, `s${at}.example`] },
  }),
  (at) => ({
    some: 'containers',
    where: { field: 'container.resources.limits.memory', operator: 'greater-than', value: 2 ** 36 + at },
  }),
  (at) => ({
    some: 'containers',
    where: {
      some: 'container.environment',
      where: { field: 'env.name', operator: 'equals', value: `FORBIDDEN_${at}` },
    },
  }),
  (at) => ({
    some: 'volumes',
    where: { field: 'volume.hostPath.path', operator: 'starts-with', value: `/srv/${at}` },
  }),
  (at) => ({ some: 'pod.labels', where: { field: 'label.entry', operator: 'equals', value: `tier=t${at}` } }),
  (at) => ({
    all: [
      { field: 'serviceAccount.name', operator: 'equals', value: `account-${at}` },
      { field: 'pod.hostNetwork', operator: 'equals', value: true },
    ],
  }),
  (at) => ({
    some: 'containers',
    where: {
      all: [
        { field: 'container.runAsUser', operator: 'less-than', value: 1000 },
        { field: 'container.image.name', operator: 'equals', value: `docker.io/library/app-${at}` },
      ],
    },
  }),
];

/** So many rules: first those of the Pod Security Standards, then eight kinds of conditions, each with its own values. */
export function policyOf(count: number, ofStandards = 32): AdmissionRuleSet {
  const standards = pssRules('restricted').slice(0, Math.min(count, ofStandards));
  const rest = Array.from({ length: count - standards.length }, (_, at): AdmissionRule => {
    const condition = CONDITIONS[at % CONDITIONS.length]?.(at) ?? template.condition;
    return { ...template, id: `bench.rule-${at}`, condition, message: { en: 'no', ja: '不可' } };
  });
  const set = compileAdmissionPolicy({ rules: [...standards, ...rest] });
  if (!set.ok) throw new Error(set.error.detail);
  return set.value;
}

const container = (at: number, isGood: boolean): object => ({
  name: `c${at}`,
  image: `registry.example.org/team/service-${at}:1.${at}.0`,
  command: ['/usr/local/bin/service', '--config', '/etc/service/config.yaml'],
  ports: [{ name: 'http', containerPort: 8080 + at, protocol: 'TCP' }],
  env: Array.from({ length: 12 }, (_, number) => ({
    name: `SETTING_${number}`,
    value: `value of setting number ${number} of container ${at}`,
  })),
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
  volumeMounts: [
    { name: 'config', mountPath: '/etc/service', readOnly: true },
    { name: 'scratch', mountPath: '/tmp' },
  ],
  livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, initialDelaySeconds: 5 },
  readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 3 },
  securityContext: isGood
    ? {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      }
    : { privileged: at === 0 },
});

/** A pod of about 6 kB of JSON; a bad one violates eight controls of the standards. */
export const podOf = (at: number, isGood: boolean, containers = 3): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `pod-${at}`,
    namespace: `team-${at % 50}`,
    labels: { app: `app-${at}`, tier: 'backend', 'app.kubernetes.io/part-of': 'shop' },
    annotations: { 'example.org/owner': `team-${at % 50}`, 'example.org/note': 'x'.repeat(200) },
  },
  spec: {
    serviceAccountName: `app-${at}`,
    containers: Array.from({ length: containers }, (_, number) => container(number, isGood)),
    volumes: [
      { name: 'config', configMap: { name: `config-${at}` } },
      { name: 'scratch', emptyDir: {} },
    ],
    securityContext: isGood ? { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } : {},
  },
});

/** The request that creates a pod. */
export const requestFor = (object: object, at: number): AdmissionRequest => ({
  operation: 'CREATE',
  group: '',
  resource: 'pods',
  subResource: '',
  kind: 'Pod',
  namespace: `team-${at % 50}`,
  name: `pod-${at}`,
  object,
  user: { name: 'system:serviceaccount:ci:deployer', groups: ['system:authenticated'] },
});
