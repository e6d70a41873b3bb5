// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionCondition, err, ok, type Result } from '@bartizan/contracts';
import { quantity } from '../../admission/index.ts';
import { type Json, textOf, textsOf } from '../../foreign-json.ts';
import { allOf, anyOf, compare, not } from '../neuvector/values.ts';
import {
  type Containers,
  imagePatterns,
  ofContainers,
  type TemplateMeaning,
  type TemplateReader,
} from './template.ts';

const RAW = 'container.image.raw';
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A template about containers, one violation for each. */
const containers =
  (
    where: (parameters: Json) => Result<AdmissionCondition | 'never', string>,
    message: string,
    more: {
      readonly which?: Containers;
      readonly operations?: NonNullable<TemplateMeaning['operations']>;
    } = {},
  ): TemplateReader =>
  (parameters) => {
    const asked = where(parameters);
    if (!asked.ok) return asked;
    const { which, ...rest } = more;
    if (asked.value === 'never') return ok({ condition: 'never', message, ...rest });
    const condition = ofContainers(asked.value, parameters, which);
    return condition.ok ? ok({ condition: condition.value, message, ...rest }) : condition;
  };

const startsWithAny = (prefixes: readonly string[]): AdmissionCondition =>
  anyOf(prefixes.map((prefix) => compare(RAW, 'starts-with', prefix)));

/** No limit, or one above what is allowed; milli for processors. */
function bounded(field: string, most: unknown, factor = 1): Result<AdmissionCondition, string> {
  if (most === undefined) return ok(compare(field, 'absent'));
  const value = quantity(most);
  if (value === undefined) return err(`${textOf(most)} is no quantity`);
  return ok(anyOf([compare(field, 'absent'), compare(field, 'greater-than', value * factor)]));
}

const bothBounded =
  (part: 'limits' | 'requests', mayIgnoreCpu: boolean) =>
  ({ cpu, memory }: Json): Result<AdmissionCondition, string> => {
    const ofMemory = bounded(`container.resources.${part}.memory`, memory);
    if (!ofMemory.ok || (mayIgnoreCpu && cpu === '-1')) return ofMemory;
    const ofCpu = bounded(`container.resources.${part}.cpu`, cpu, 1000);
    return ofCpu.ok ? ok(anyOf([ofCpu.value, ofMemory.value])) : ofCpu;
  };

const RESOURCES: Readonly<Record<string, string>> = {
  cpu: 'cpu',
  memory: 'memory',
  'ephemeral-storage': 'ephemeralStorage',
};

function requiredResources(parameters: Json): Result<AdmissionCondition | 'never', string> {
  const missing: AdmissionCondition[] = [];
  for (const part of ['limits', 'requests'] as const)
    for (const name of textsOf(parameters[part])) {
      const field = Object.hasOwn(RESOURCES, name) ? RESOURCES[name] : undefined;
      if (field === undefined) return err(`the resource ${name} has no equal`);
      missing.push(compare(`container.resources.${part}.${field}`, 'absent'));
    }
  return ok(missing.length === 0 ? 'never' : anyOf(missing));
}

/** Two quantities of a container, compared: only CEL compares fields with one another. */
const ratios: TemplateReader = (parameters) => {
  const ratio = Number(textOf(parameters['ratio']));
  const cpuRatio = parameters['cpuRatio'] === undefined ? ratio : Number(textOf(parameters['cpuRatio']));
  if (!(ratio > 0) || !(cpuRatio > 0)) return err('ratio is no number above 0');
  if (textsOf(parameters['exemptImages']).length > 0) return err('exemptImages of ratios has no equal');
  const of = (part: string, name: string): string =>
    `quantity(string(c.resources.${part}.${name})).asApproximateFloat()`;
  const missing = ['limits', 'requests'].flatMap((part) =>
    ['cpu', 'memory'].map((name) => `!c.?resources.?${part}.?${name}.hasValue()`),
  );
  const times = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));
  const above = [
    `${of('limits', 'memory')} > ${times(ratio)} * ${of('requests', 'memory')}`,
    `${of('limits', 'cpu')} > ${times(cpuRatio)} * ${of('requests', 'cpu')}`,
  ];
  const bad = `c, ${[...missing, ...above].join(' || ')}`;
  const cel = `pod.containers.exists(${bad}) || pod.?initContainers.orValue([]).exists(${bad})`;
  return ok({ condition: { cel }, message: 'limits are higher than the allowed ratio to requests' });
};

const PROBES = new Set(['readinessProbe', 'livenessProbe', 'startupProbe']);

const requiredProbes: TemplateReader = (parameters) => {
  const probes = textsOf(parameters['probes']);
  const types = textsOf(parameters['probeTypes']);
  const stranger = [
    ...probes.filter((one) => !PROBES.has(one)),
    ...types.filter((one) => !/^\w+$/.test(one)),
  ][0];
  if (stranger !== undefined) return err(`the probe ${stranger} has no equal`);
  if (probes.length === 0) return ok({ condition: 'never', message: '' });
  const missing = probes.map(
    (probe) =>
      `!(has(c.${probe}) && (${types.map((type) => `has(c.${probe}.${type})`).join(' || ') || 'false'}))`,
  );
  const cel = `pod.containers.exists(c, ${missing.join(' || ')})`;
  return ok({ condition: { cel }, message: 'a probe is missing', operations: ['CREATE'] });
};

/** No tag, or one that is not allowed. What names a digest has no tag to look at. */
const disallowedTags = (parameters: Json): Result<AdmissionCondition, string> =>
  ok(
    anyOf([
      compare('container.image.tag', 'in', textsOf(parameters['tags'])),
      allOf([
        compare('container.image.tag', 'equals', 'latest'),
        not(compare(RAW, 'ends-with', ':latest')),
        not(compare(RAW, 'glob', '*@*')),
      ]),
    ]),
  );

const automount: TemplateReader = () =>
  ok({
    condition: anyOf([
      compare('pod.automountServiceAccountToken', 'equals', true),
      allOf([
        compare('pod.automountServiceAccountToken', 'absent'),
        {
          some: 'containers',
          where: { some: 'container.mounts', where: compare('mount.path', 'equals', TOKEN) },
        },
      ]),
    ]),
    message: 'the token of the service account is mounted',
    operations: ['CREATE'],
  });

const is = (field: string, value: boolean) => () => ok(compare(field, 'equals', value));

/** Templates of the library that are about pods. */
export const POD_TEMPLATES: Readonly<Record<string, TemplateReader>> = {
  K8sAllowedRepos: containers(({ repos }) => {
    const prefixes = textsOf(repos);
    return ok(prefixes.length === 0 ? compare(RAW, 'present') : not(startsWithAny(prefixes)));
  }, 'the image {container.image.raw} of {container.name} is of no allowed repository'),
  K8sAllowedReposv2: containers(({ allowedImages }) => {
    const allowed = imagePatterns(textsOf(allowedImages));
    return allowed.ok ? ok(not(compare(RAW, 'any-glob', [...allowed.value]))) : allowed;
  }, 'the image {container.image.raw} of {container.name} is not allowed'),
  K8sDisallowedRepos: containers(({ repos }) => {
    const prefixes = textsOf(repos);
    return ok(prefixes.length === 0 ? 'never' : startsWithAny(prefixes));
  }, 'the image {container.image.raw} of {container.name} is of a repository that is not allowed'),
  K8sDisallowedTags: containers(disallowedTags, 'the tag of {container.image.raw} is not allowed'),
  K8sImageDigests: containers(
    is('container.image.pinned', false),
    'the image {container.image.raw} of {container.name} is not named by its digest',
  ),
  K8sContainerLimits: containers(
    bothBounded('limits', true),
    '{container.name} has no limit, or one that is too high',
    {
      which: 'regular-and-init',
    },
  ),
  K8sContainerRequests: containers(
    bothBounded('requests', false),
    '{container.name} has no request, or one that is too high',
    { which: 'regular-and-init' },
  ),
  K8sContainerEphemeralStorageLimit: containers(
    (parameters) => bounded('container.resources.limits.ephemeralStorage', parameters['ephemeral-storage']),
    '{container.name} has no limit of scratch space, or one that is too high',
    { which: 'regular-and-init', operations: ['CREATE'] },
  ),
  K8sRequiredResources: containers(requiredResources, '{container.name} lacks requests or limits', {
    which: 'regular-and-init',
  }),
  K8sContainerRatios: ratios,
  K8sRequiredProbes: requiredProbes,
  K8sDisallowInteractiveTTY: containers(
    () => ok(anyOf([compare('container.stdin', 'equals', true), compare('container.tty', 'equals', true)])),
    '{container.name} has an open input or a terminal',
  ),
  K8sPSPAutomountServiceAccountTokenPod: automount,
  K8sPSPPrivilegedContainer: containers(is('container.privileged', true), '{container.name} is privileged'),
  K8sPSPAllowPrivilegeEscalationContainer: containers(
    () => ok(not(compare('container.allowPrivilegeEscalation', 'equals', false))),
    '{container.name} may gain privileges',
  ),
  K8sPSPReadOnlyRootFilesystem: containers(
    () => ok(not(compare('container.readOnlyRootFilesystem', 'equals', true))),
    'the root file system of {container.name} can be written to',
  ),
  K8sPSPHostNamespace: () =>
    ok({
      condition: anyOf([compare('pod.hostPID', 'equals', true), compare('pod.hostIPC', 'equals', true)]),
      message: 'the pod shares namespaces of the node',
    }),
};
