// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionCondition, err, ok, type Result } from '@bartizan/contracts';
import { isObject, type Json, listOf, textOf, textsOf } from '../../foreign-json.ts';
import { allOf, anyOf, compare, not } from '../neuvector/values.ts';
import { listed, quoted, type TemplateReader } from './template.ts';

const PARTS_MAX = 64;
const NEEDS_OTHERS = 'it compares with other objects of the cluster, which no rule can';

const simple =
  (condition: AdmissionCondition, message: string): TemplateReader =>
  () =>
    ok({ condition, message });
const unable =
  (why: string): TemplateReader =>
  () =>
    err(why);

/** Names that must be there, perhaps with a value that fits a pattern. */
const required =
  (word: 'labels' | 'annotations'): TemplateReader =>
  (parameters) => {
    const wanted = listOf(parameters[word]);
    if (wanted.length > PARTS_MAX) return err(`${word}: more than ${PARTS_MAX}`);
    const missing: AdmissionCondition[] = [];
    const one = word === 'labels' ? 'label' : 'annotation';
    for (const row of wanted) {
      const key = isObject(row) ? textOf(row['key']) : '';
      const regex = isObject(row) ? textOf(row['allowedRegex']) : '';
      if (key === '') return err(`${word}: an entry has no key`);
      missing.push(not({ some: `object.${word}`, where: compare(`${one}.key`, 'equals', key) }));
      if (regex === '') continue;
      const value = `object.metadata.?${word}[?${quoted(key)}]`;
      missing.push({ cel: `${value}.hasValue() && !${value}.orValue("").matches(${quoted(regex)})` });
    }
    if (missing.length === 0) return ok({ condition: 'never', message: '' });
    return ok({ condition: anyOf(missing), message: `required ${word} are missing or have another value` });
  };

const wildcardIngress = simple(
  {
    some: 'ingress.rules',
    where: anyOf([
      compare('ingressRule.host', 'absent'),
      compare('ingressRule.host', 'equals', ''),
      compare('ingressRule.host', 'contains', '*'),
    ]),
  },
  'a rule of the ingress holds for every host',
);

const externalIPs: TemplateReader = (parameters) => {
  const allowed = textsOf(parameters['allowedIPs']);
  const cel = `object.spec.?externalIPs.orValue([]).exists(ip, !(ip in ${listed(allowed)}))`;
  return ok({ condition: { cel }, message: 'the service has external addresses that are not allowed' });
};

const httpsOnly: TemplateReader = (parameters) => {
  const noHttp: AdmissionCondition = {
    some: 'object.annotations',
    where: allOf([
      compare('annotation.key', 'equals', 'kubernetes.io/ingress.allow-http'),
      compare('annotation.value', 'equals', 'false'),
    ]),
  };
  const safe =
    parameters['tlsOptional'] === true ? noHttp : allOf([compare('ingress.tls', 'equals', true), noHttp]);
  return ok({ condition: not(safe), message: 'the ingress answers without TLS' });
};

const disallowAnonymous: TemplateReader = (parameters) => {
  const names = ['system:unauthenticated', 'system:anonymous'];
  if (parameters['disallowAuthenticated'] === true) names.push('system:authenticated');
  const allowed = textsOf(parameters['allowedRoles']);
  const bound: AdmissionCondition = { some: 'binding.subjects', where: compare('subject.name', 'in', names) };
  return ok({
    condition: allowed.length === 0 ? bound : allOf([not(compare('binding.roleName', 'in', allowed)), bound]),
    message: '{subject.name} may not be bound to a role',
  });
};

/** A pair of whole numbers; a side that is not given does not bound. */
function within(row: unknown): Result<AdmissionCondition, string> {
  if (!isObject(row)) return err('ranges: not a list of ranges');
  const { min_replicas: least, max_replicas: most } = row;
  const parts = [compare('object.replicas', 'present')];
  if (typeof least === 'number') parts.push(not(compare('object.replicas', 'less-than', least)));
  if (typeof most === 'number') parts.push(not(compare('object.replicas', 'greater-than', most)));
  return ok(allOf(parts));
}

const replicaLimits: TemplateReader = (parameters) => {
  const ranges: AdmissionCondition[] = [];
  for (const row of listOf(parameters['ranges']).slice(0, PARTS_MAX)) {
    const range = within(row);
    if (!range.ok) return range;
    ranges.push(range.value);
  }
  if (ranges.length === 0) return err('ranges: there is none');
  return ok({ condition: not(anyOf(ranges)), message: 'the number of replicas is not allowed' });
};

const deprecated: TemplateReader = (parameters) => {
  const rows = listOf(parameters['kvs']);
  if (rows.length > PARTS_MAX) return err(`kvs: more than ${PARTS_MAX}`);
  const old = rows
    .filter(isObject)
    .map((row: Json) =>
      allOf([
        compare('object.apiVersion', 'equals', textOf(row['deprecatedAPI'])),
        compare('object.kind', 'in', textsOf(row['kinds'])),
      ]),
    );
  if (old.length === 0) return ok({ condition: 'never', message: '' });
  return ok({ condition: anyOf(old), message: 'the API version is deprecated' });
};

const storageClass: TemplateReader = (parameters) => {
  const allowed = textsOf(parameters['allowedStorageClasses']);
  if (allowed.length === 0 || allowed.includes('*')) return err(`without a list of classes ${NEEDS_OTHERS}`);
  const bad = (at: string): string => `!(${at}.?storageClassName.orValue("") in ${listed(allowed)})`;
  const cel = `object.kind == "PersistentVolumeClaim" ? ${bad('object.spec')} : object.spec.?volumeClaimTemplates.orValue([]).exists(t, ${bad('t.spec')})`;
  return ok({ condition: { cel }, message: 'the storage class is not allowed' });
};

const serviceAccountKept: TemplateReader = (parameters) => {
  const users = listed(textsOf(parameters['allowedUsers']));
  const groups = listed(textsOf(parameters['allowedGroups']));
  const account = (object: string): string => {
    const at = (path: string): string => `${object}.?spec.${path}.?serviceAccountName.orValue("default")`;
    return `(object.kind == "CronJob" ? ${at('?jobTemplate.?spec.?template.?spec')} : ${at('?template.?spec')})`;
  };
  const cel =
    `!(request.userInfo.username in ${users}) && !request.userInfo.groups.exists(g, g in ${groups})` +
    ` && ${account('object')} != ${account('oldObject')}`;
  return ok({
    condition: { cel },
    message: 'the service account of a workload may not be changed',
    operations: ['UPDATE'],
  });
};

const scaler: TemplateReader = ({ enforceScaleTargetRef, minimumReplicaSpread, ranges }) => {
  if (enforceScaleTargetRef === true) return err(`enforceScaleTargetRef: ${NEEDS_OTHERS}`);
  const bad: string[] = [];
  const least = 'object.spec.?minReplicas.orValue(1)';
  if (typeof minimumReplicaSpread === 'number' && Number.isInteger(minimumReplicaSpread))
    bad.push(`object.spec.maxReplicas - ${least} < ${minimumReplicaSpread}`);
  const fits = listOf(ranges)
    .slice(0, PARTS_MAX)
    .filter(isObject)
    .map(
      (row: Json) =>
        `${least} >= ${Number(row['min_replicas'] ?? 0)} && object.spec.maxReplicas <= ${Number(row['max_replicas'] ?? 1e9)}`,
    );
  if (fits.some((text) => text.includes('NaN'))) return err('ranges: a bound is no number');
  if (fits.length > 0) bad.push(`!(${fits.map((text) => `(${text})`).join(' || ')})`);
  if (bad.length === 0) return ok({ condition: 'never', message: '' });
  return ok({ condition: { cel: bad.join(' || ') }, message: 'the range of replicas is not allowed' });
};

const editDefaultRole = simple(
  allOf([
    compare('object.name', 'equals', 'system:aggregate-to-edit'),
    {
      some: 'role.rules',
      where: allOf([
        compare('roleRule.resources', 'contains', 'endpoints'),
        compare('roleRule.verbs', 'contains-any', ['create', 'patch', 'update']),
      ]),
    },
  ]),
  'the role system:aggregate-to-edit may not change endpoints',
);

/** Templates of the library that are about other kinds. */
export const OTHER_TEMPLATES: Readonly<Record<string, TemplateReader>> = {
  K8sBlockEndpointEditDefaultRole: editDefaultRole,
  K8sBlockLoadBalancer: simple(
    compare('service.type', 'equals', 'LoadBalancer'),
    'services of type LoadBalancer are not allowed',
  ),
  K8sBlockNodePort: simple(
    compare('service.type', 'equals', 'NodePort'),
    'services of type NodePort are not allowed',
  ),
  K8sBlockWildcardIngress: wildcardIngress,
  K8sDisallowAnonymous: disallowAnonymous,
  K8sExternalIPs: externalIPs,
  K8sHorizontalPodAutoscaler: scaler,
  K8sHttpsOnly: httpsOnly,
  NoUpdateServiceAccount: serviceAccountKept,
  K8sPodDisruptionBudget: unable(NEEDS_OTHERS),
  K8sReplicaLimits: replicaLimits,
  K8sRequiredAnnotations: required('annotations'),
  K8sRequiredLabels: required('labels'),
  K8sStorageClass: storageClass,
  K8sUniqueIngressHost: unable(NEEDS_OTHERS),
  K8sUniqueServiceSelector: unable(NEEDS_OTHERS),
  VerifyDeprecatedAPI: deprecated,
};
