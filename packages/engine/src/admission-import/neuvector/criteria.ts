// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition } from '@bartizan/contracts';
import { PSS_MINOR_LATEST, pssRules } from '../../admission/index.ts';
import { cleanHostPath } from '../../host-path.ts';
import { type Convert, converted } from './converted.ts';
import { customPath } from './custom-path.ts';
import {
  cveCount,
  cveNames,
  cveScore,
  cveScoreCount,
  image,
  imageList,
  imageRegistry,
  modules,
} from './image-criteria.ts';
import type { NeuVectorCriterion, NeuVectorRule } from './read.ts';
import { regexCondition } from './regex.ts';
import { anyOf, compare, entryTests, inList, not, numberOf, setCondition, valuesOf } from './values.ts';

/** A criterion that is true or false. */
const truth =
  (scope: 'container' | 'pod', holds: AdmissionCondition): Convert =>
  ({ operator, value }) =>
    converted(
      scope,
      operator !== '=' ? undefined : value === 'true' ? holds : value === 'false' ? not(holds) : undefined,
    );

const PRIVILEGED = compare('container.privileged', 'equals', true);
const ROOT_NAMES = ['root', '0', 'root:*', '0:*'];
/** Root by the pod or the container, or by the image where neither says anything. */
const ROOT: AdmissionCondition = anyOf([
  compare('container.effective.runAsUser', 'equals', 0),
  {
    all: [
      compare('container.effective.runAsUser', 'absent'),
      not(compare('container.effective.runAsNonRoot', 'equals', true)),
      compare('image.user', 'any-glob', ROOT_NAMES),
    ],
  },
]);
/** Kubernetes allows it when nothing is said. */
const ESCALATION = not(compare('container.allowPrivilegeEscalation', 'equals', false));
const HOST_PID = compare('pod.hostPID', 'equals', true);
const HOST_IPC = compare('pod.hostIPC', 'equals', true);
const HOST_NETWORK = compare('pod.hostNetwork', 'equals', true);
const CREDENTIALS: AdmissionCondition = {
  some: 'container.environment',
  where: not(compare('env.credentials', 'equals', [])),
};

const namespace: Convert = ({ operator, value }) =>
  converted('request', setCondition(operator, valuesOf(value), { some: inList('object.namespace') }));

const user: Convert = ({ operator, value }) => {
  const regex = regexCondition(operator, value, (globs) => compare('request.user', 'any-glob', [...globs]));
  return (
    regex ?? converted('request', setCondition(operator, valuesOf(value), { some: inList('request.user') }))
  );
};

const userGroups: Convert = ({ operator, value }) => {
  const some = (patterns: readonly string[]): AdmissionCondition => ({
    some: 'request.groups',
    where: compare('group.name', 'any-glob', [...patterns]),
  });
  const other = (patterns: readonly string[]): AdmissionCondition => ({
    some: 'request.groups',
    where: not(compare('group.name', 'any-glob', [...patterns])),
  });
  return (
    regexCondition(operator, value, some) ??
    converted('request', setCondition(operator, valuesOf(value), { some, other }))
  );
};

const isPositive = (operator: string): boolean => operator === 'containsAny' || operator === 'containsAll';

/** What is not looked at in the image: it can only make a refusal weaker where the criterion is a positive one. */
const imagePartNote = (criterion: NeuVectorCriterion, rule: NeuVectorRule, en: string, ja: string) => [
  {
    effect:
      (rule.action === 'deny') === isPositive(criterion.operator)
        ? ('weaker' as const)
        : ('stricter' as const),
    detail: { en: `${en} of the image are not looked at`, ja: `イメージの${ja}は判定に使いません` },
  },
];

const labels: Convert = (criterion, rule) =>
  converted(
    'request',
    setCondition(
      criterion.operator,
      valuesOf(criterion.value),
      entryTests('object.labels', { key: 'label.key', entry: 'label.entry' }),
    ),
    imagePartNote(criterion, rule, 'labels', 'ラベル'),
  );

const annotations: Convert = ({ operator, value }) =>
  converted(
    'request',
    setCondition(
      operator,
      valuesOf(value),
      entryTests('object.annotations', { key: 'annotation.key', entry: 'annotation.entry' }),
    ),
  );

const envVars: Convert = (criterion, rule) =>
  converted(
    'container',
    setCondition(
      criterion.operator,
      valuesOf(criterion.value),
      entryTests('container.environment', { key: 'env.name', entry: 'env.entry' }),
    ),
    imagePartNote(criterion, rule, 'environment variables', '環境変数'),
  );

const mountVolumes: Convert = ({ operator, value }) => {
  const one = (patterns: readonly string[]): AdmissionCondition =>
    anyOf([
      compare('mount.path', 'any-glob', [...patterns]),
      compare('mount.hostPath', 'any-glob', patterns.map(cleanHostPath)),
    ]);
  return converted(
    'container',
    setCondition(operator, valuesOf(value), {
      some: (patterns) => ({ some: 'container.mounts', where: one(patterns) }),
      other: (patterns) => ({ some: 'container.mounts', where: not(one(patterns)) }),
    }),
    [
      {
        effect: 'different',
        detail: {
          en: 'a mount is known by its path in the container and by its path on the node',
          ja: 'マウントはコンテナー内のパスとノード上のパスの両方で照合します',
        },
      },
    ],
  );
};

const RESOURCES: Readonly<Record<string, { readonly field: string; readonly factor: number }>> = {
  cpuRequest: { field: 'container.resources.requests.cpu', factor: 1000 },
  cpuLimit: { field: 'container.resources.limits.cpu', factor: 1000 },
  memoryRequest: { field: 'container.resources.requests.memory', factor: 1 },
  memoryLimit: { field: 'container.resources.limits.memory', factor: 1 },
};

/** One bound is enough. A value that is not set is neither above nor below. */
const resourceLimit: Convert = ({ sub }) => {
  const parts = sub.map(({ name, operator, value }): AdmissionCondition | undefined => {
    const resource = RESOURCES[name];
    const bound = numberOf(value);
    if (resource === undefined || bound === undefined) return undefined;
    const wanted = bound * resource.factor;
    if (operator === '>') return compare(resource.field, 'greater-than', wanted);
    return operator === '<='
      ? { all: [compare(resource.field, 'present'), not(compare(resource.field, 'greater-than', wanted))] }
      : undefined;
  });
  const known = parts.flatMap((part) => part ?? []);
  return converted('container', known.length === sub.length && known.length > 0 ? anyOf(known) : undefined);
};

/** Tags of what a service account may do, theirs and ours. */
export const RISK_TAGS: Readonly<Record<string, string>> = {
  risky_role_view_secret: 'view-secrets',
  risky_role_any_action_workload: 'any-workload',
  risky_role_any_action_rbac: 'any-rbac',
  risky_role_create_pod: 'create-pods',
  risky_role_exec_into_container: 'exec',
};
const saBindRiskyRole: Convert = ({ operator, value }) => {
  const tags = valuesOf(value).map((tag) => RISK_TAGS[tag]);
  const known = tags.flatMap((tag) => tag ?? []);
  return converted(
    'pod',
    operator === 'containsTagAny' && known.length > 0 && known.length === tags.length
      ? compare('serviceAccount.riskTags', 'contains-any', known)
      : undefined,
  );
};

const storageClassName: Convert = ({ operator, value }) =>
  converted('claim', setCondition(operator, valuesOf(value), { some: inList('object.storageClassName') }));

const PSS_NOTE = [
  {
    effect: 'different',
    detail: {
      en: `Pod Security is judged as of Kubernetes 1.${PSS_MINOR_LATEST}, ephemeral containers and Windows included`,
      ja: `Pod Security は Kubernetes 1.${PSS_MINOR_LATEST} の基準で、一時コンテナーと Windows を含めて判定します`,
    },
  },
] as const;
const violatePssPolicy: Convert = ({ operator, value }) =>
  converted(
    'pod',
    operator === '=' && (value === 'baseline' || value === 'restricted')
      ? anyOf(pssRules(value).map(({ condition }) => condition))
      : undefined,
    PSS_NOTE,
  );

/** How each criterion of NeuVector is taken over: the 37 it offers, and two keys it declares. */
export const CRITERIA: Readonly<Record<string, Convert>> = {
  image,
  imageRegistry,
  namespace,
  user,
  userGroups,
  labels,
  annotations,
  mountVolumes,
  envVars,
  cveNames,
  cveCriticalCount: cveCount(['critical'], false),
  cveHighCountNoCritical: cveCount(['high'], false),
  cveHighCount: cveCount(['critical', 'high'], false),
  cveMediumCount: cveCount(['medium'], false),
  cveCriticalWithFixCount: cveCount(['critical'], true),
  cveHighWithFixCountNoCritical: cveCount(['high'], true),
  cveHighWithFixCount: cveCount(['critical', 'high'], true),
  cveScoreCount,
  imageScanned: truth('container', compare('image.scanned', 'equals', true)),
  imageSigned: truth('container', compare('image.signed', 'equals', true)),
  imageVerifiers: imageList('image.verifiers'),
  imageCompliance: truth(
    'container',
    anyOf([compare('image.secrets', 'greater-than', 0), compare('image.setuid', 'greater-than', 0)]),
  ),
  imageNoOS: truth('container', compare('image.os', 'equals', '')),
  modules,
  envVarSecrets: truth('container', CREDENTIALS),
  runAsPrivileged: truth('container', PRIVILEGED),
  runAsRoot: truth('container', ROOT),
  allowPrivEscalation: truth('container', ESCALATION),
  sharePidWithHost: truth('pod', HOST_PID),
  shareIpcWithHost: truth('pod', HOST_IPC),
  shareNetWithHost: truth('pod', HOST_NETWORK),
  pspCompliance: truth('container', anyOf([PRIVILEGED, ROOT, ESCALATION, HOST_PID, HOST_IPC, HOST_NETWORK])),
  violatePssPolicy,
  resourceLimit,
  saBindRiskyRole,
  storageClassName,
  customPath,
  baseImage: imageList('image.baseImages'),
  cveScore,
};
