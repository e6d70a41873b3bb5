// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AccessGraph, accountUser, Powers, readAccess } from '@bartizan/engine/access';
import type { NamespaceFacts, ServiceAccountFacts, Unknown } from '@bartizan/engine/admission';
import { at } from '../access/kept-object.ts';
import type { ObjectChange } from './cluster-audit.ts';

const ACCESS_KINDS = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'ServiceAccount']);

/** Tags of what an account may do that admission rules ask for, by the pattern that stands for each. */
const TAGS: Readonly<Record<string, string>> = {
  'access.read-secrets': 'view-secrets',
  'access.everything': 'any-workload',
  'access.cluster-admin': 'any-rbac',
  'access.create-pods': 'create-pods',
  'access.pods-exec': 'exec',
};

interface Parts {
  /** Whether every kind of permission was read whole; else nobody knows what an account may do. */
  readonly isAccessKnown: () => boolean;
}

/** What rules may ask about the cluster around an object, kept at hand: namespaces, and what accounts may do. */
export class ClusterFacts {
  readonly #parts: Parts;
  readonly #namespaces = new Map<string, NamespaceFacts>();
  readonly #access = new Map<string, unknown>();
  #powers: { readonly graph: AccessGraph; readonly powers: Powers } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  take({ kind, namespace, name, object }: ObjectChange): void {
    if (kind === 'Namespace') {
      if (object === undefined) this.#namespaces.delete(name);
      else this.#namespaces.set(name, namespaceFacts(object));
    }
    if (!ACCESS_KINDS.has(kind)) return;
    const key = `${kind}/${namespace}/${name}`;
    if (object === undefined) this.#access.delete(key);
    else this.#access.set(key, typeof object === 'object' && object !== null ? { kind, ...object } : object);
    // Made anew at the next question: a burst of changes costs one graph.
    this.#powers = undefined;
  }

  namespace = (name: string): NamespaceFacts | Unknown =>
    this.#namespaces.get(name) ?? { unknown: `the namespace ${name} is not known` };

  serviceAccount = (namespace: string, name: string): ServiceAccountFacts | Unknown => {
    if (!this.#parts.isAccessKnown()) return { unknown: 'not every kind of permission could be read' };
    this.#powers ??= this.#build();
    const { graph, powers } = this.#powers;
    const bindings = graph.bindingsOfPerson({ user: accountUser(namespace, name), groups: [] });
    const tags = powers.of(bindings).flatMap(({ pattern }) => TAGS[pattern.id] ?? []);
    const mounts = this.#mountsToken(namespace, name);
    return { riskTags: [...new Set(tags)], ...(mounts === undefined ? {} : { automountToken: mounts }) };
  };

  /** Kubernetes mounts the token of an account unless that says no; nobody knows it of an account that is not known. */
  #mountsToken(namespace: string, name: string): boolean | undefined {
    const account = this.#access.get(`ServiceAccount/${namespace}/${name}`);
    return account === undefined ? undefined : at(account, 'automountServiceAccountToken') !== false;
  }

  #build() {
    const graph = new AccessGraph(readAccess(this.#access.values()));
    return { graph, powers: new Powers(graph) };
  }
}

function namespaceFacts(object: unknown): NamespaceFacts {
  const metadata: unknown =
    typeof object === 'object' && object !== null ? Reflect.get(object, 'metadata') : undefined;
  const texts = (key: string): Record<string, string> => {
    const value: unknown =
      typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, key) : undefined;
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  };
  return { labels: texts('labels'), annotations: texts('annotations') };
}
