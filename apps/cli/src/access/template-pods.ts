// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isMapping } from '../policy/kubernetes-object.ts';

type Mapping = Readonly<Record<string, unknown>>;

const NONE: Mapping = {};
const at = (value: unknown, key: string): Mapping => {
  const member = isMapping(value) ? value[key] : undefined;
  return isMapping(member) ? member : NONE;
};

/** Where kinds of Kubernetes keep the template of the pods that they make. */
const ofSpec = (object: Mapping): Mapping => at(at(object, 'spec'), 'template');
const TEMPLATE_OF: ReadonlyMap<unknown, (object: Mapping) => Mapping> = new Map([
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job'].map(
    (kind) => [kind, ofSpec] as const,
  ),
  ['CronJob', (object: Mapping) => ofSpec(at(at(object, 'spec'), 'jobTemplate'))] as const,
]);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const keyOf = (kind: unknown, namespace: unknown, name: string): string =>
  `${text(kind)}/${text(namespace)}/${name}`;
const listOf = (object: Mapping, key: string): readonly Mapping[] => {
  const members = object[key];
  return Array.isArray(members) ? members.filter(isMapping) : [];
};

/** What made the pods that are there, so far as their owners say; a Deployment stands behind a ReplicaSet, a CronJob behind a Job. */
function makersOf(objects: readonly Mapping[]): ReadonlySet<string> {
  const makers = new Set<string>();
  for (const object of objects) {
    if (object['kind'] !== 'Pod') continue;
    const metadata = at(object, 'metadata');
    for (const { kind, name } of listOf(metadata, 'ownerReferences')) {
      makers.add(keyOf(kind, metadata['namespace'], text(name)));
      const behind = kind === 'ReplicaSet' ? 'Deployment' : kind === 'Job' ? 'CronJob' : '';
      if (behind !== '')
        makers.add(keyOf(behind, metadata['namespace'], text(name).replace(/-[a-z0-9]+$/u, '')));
    }
  }
  return makers;
}

/** A set of earlier times, which is kept to go back to, makes no pods. */
const isAtRest = (object: Mapping): boolean =>
  at(object, 'spec')['replicas'] === 0 && listOf(at(object, 'metadata'), 'ownerReferences').length > 0;

/** A Job that has ended, well or not, makes no pods any more. */
const hasEnded = (object: Mapping): boolean => {
  if (object['kind'] !== 'Job') return false;
  const status = at(object, 'status');
  return (
    text(status['completionTime']) !== '' ||
    listOf(status, 'conditions').some(
      (one) => (one['type'] === 'Complete' || one['type'] === 'Failed') && one['status'] === 'True',
    )
  );
};

/**
 * Objects with the pods that their templates will make, named `Deployment/NAME`: a chart holds no pods. Pods that are
 * there stand for the template that made them.
 */
export function withTemplatePods(objects: readonly object[]): object[] {
  const mappings = objects.filter(isMapping);
  const makers = makersOf(mappings);
  const pods = mappings.flatMap((object) => {
    const { kind } = object;
    const template = TEMPLATE_OF.get(kind)?.(object) ?? NONE;
    const { namespace, name } = at(object, 'metadata');
    if (!isMapping(template['spec']) || isAtRest(object) || hasEnded(object)) return [];
    if (makers.has(keyOf(kind, namespace, text(name)))) return [];
    const metadata = { ...at(template, 'metadata'), namespace, name: `${text(kind)}/${text(name)}` };
    return [{ apiVersion: 'v1', kind: 'Pod', metadata, spec: template['spec'] }];
  });
  return [...objects, ...pods];
}
