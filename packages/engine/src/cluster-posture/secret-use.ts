// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AccessGraph, type Subject, subjectName } from '../access/index.ts';
import type { PostureObjects, SecretWay } from './read-objects.ts';
import type { SecretNote } from './secret-note.ts';

/** A secret, what uses it, and who may read it. Its value is never read. */
export interface SecretUse {
  readonly namespace: string;
  readonly name: string;
  /** `Pod/name` or `Ingress/name`, with how it takes it. */
  readonly users: readonly { readonly by: string; readonly way: SecretWay }[];
  /** Everybody whom a role lets read it, apart from parts of Kubernetes. */
  readonly readers: readonly string[];
  /** From its metadata; absent: it could not be read. */
  readonly note?: SecretNote;
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

/**
 * Secrets with what uses each and who may read it: those that pods and ingresses use, and all others where metadata can be
 * read. What will take a secret once it runs is named where no pod does now.
 */
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
  for (const taker of objects.takers)
    for (const { name, way } of taker.secrets)
      if (
        ![...(users.get(`${taker.namespace}/${name}`)?.by.keys() ?? [])].some((one) => one.startsWith('Pod/'))
      )
        add(taker.namespace, name, taker.by, way);
  const notes = new Map(objects.secrets.map((one) => [`${one.namespace}/${one.name}`, one]));
  for (const [key, { namespace, name }] of notes)
    if (!users.has(key)) users.set(key, { namespace, name, by: new Map() });
  return [...users.values()].map(({ namespace, name, by }) => {
    const readers = readersOf(graph, namespace, name);
    const note = notes.get(`${namespace}/${name}`);
    return {
      ...(note === undefined ? {} : { note }),
      namespace,
      name,
      users: [...by.values()],
      readers,
      everybody: readers.filter((one) => EVERYBODY.has(one)),
    };
  });
}
