// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AccessGraph, type Subject, subjectName } from '../access/index.ts';
import type { PostureObjects, SecretWay } from './read-objects.ts';

/** A secret that something uses, and who may read it. Its value is never read. */
export interface SecretUse {
  readonly namespace: string;
  readonly name: string;
  /** `Pod/name` or `Ingress/name`, with how it takes it. */
  readonly users: readonly { readonly by: string; readonly way: SecretWay }[];
  /** Everybody whom a role lets read it, apart from parts of Kubernetes. */
  readonly readers: readonly string[];
  /** Of those, groups and users that stand for everybody. */
  readonly everybody: readonly string[];
}

/** Names that stand for everybody who reaches the API server, or every pod. */
const EVERYBODY = new Set([
  'Group/system:unauthenticated',
  'Group/system:authenticated',
  'Group/system:serviceaccounts',
  'User/system:anonymous',
]);

const READING = ['get', 'list', 'watch'] as const;

const isOfKubernetes = ({ kind, name, namespace }: Subject): boolean =>
  kind === 'ServiceAccount'
    ? namespace === 'kube-system'
    : name.startsWith('system:') && !EVERYBODY.has(`${kind}/${name}`);

/** Who may read one secret, or all of a namespace when no name is given. */
export function readersOf(graph: AccessGraph, namespace: string, name: string): string[] {
  const found = READING.flatMap((verb) =>
    // A list can be limited to a name only by a field selector: the authorizer is asked with the name then.
    graph.whoCan({ verb, group: '', resource: 'secrets', namespace, name }),
  );
  const others = found.filter(({ subject }) => !isOfKubernetes(subject));
  return [...new Set(others.map(({ subject }) => subjectName(subject)))].sort();
}

/** Secrets that pods and ingresses use, with who may read each. */
export function secretUses(objects: PostureObjects, graph: AccessGraph): SecretUse[] {
  const users = new Map<
    string,
    { namespace: string; name: string; by: Map<string, SecretUse['users'][number]> }
  >();
  const add = (namespace: string, name: string, by: string, way: SecretWay): void => {
    const key = `${namespace}/${name}`;
    const known = users.get(key) ?? { namespace, name, by: new Map() };
    known.by.set(`${by} ${way}`, { by, way });
    users.set(key, known);
  };
  for (const pod of objects.pods)
    for (const { name, way } of pod.secrets) add(pod.namespace, name, `Pod/${pod.name}`, way);
  for (const ingress of objects.ingresses)
    for (const name of ingress.secrets)
      add(ingress.namespace, name, `Ingress/${ingress.name}`, 'ingress-tls');
  return [...users.values()].map(({ namespace, name, by }) => {
    const readers = readersOf(graph, namespace, name);
    return {
      namespace,
      name,
      users: [...by.values()],
      readers,
      everybody: readers.filter((one) => EVERYBODY.has(one)),
    };
  });
}
