// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { listOf, textOf } from '@bartizan/adapters/kube';
import { at } from './access/kept-object.ts';
import type { ObjectChange } from './admission/cluster-audit.ts';
import type { PodVariable } from './environment-secrets.ts';

/** Of one container: the variables that a Secret fills, and how those begin of which a Secret gives the names too. */
interface Filled {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'] as const;
/** `$(NAME)` in a value is replaced by another variable, which may come from a Secret. */
const REFERENCE = /\$\([^)]+\)/;

const filledOf = (container: unknown): Filled => ({
  names: listOf(at(container, 'env')).flatMap((one) => {
    const isOfSecret = at(at(one, 'valueFrom'), 'secretKeyRef') !== undefined;
    const value = at(one, 'value');
    const isReference = typeof value === 'string' && REFERENCE.test(value);
    return isOfSecret || isReference ? (textOf(at(one, 'name')) ?? []) : [];
  }),
  prefixes: listOf(at(container, 'envFrom')).flatMap((one) =>
    at(one, 'secretRef') === undefined ? [] : [textOf(at(one, 'prefix')) ?? ''],
  ),
});

/** Which variables of the pods of a cluster Kubernetes fills from Secrets. Names only: no value is kept. */
export class PodVariables {
  /** By pod; as text, since most of the many pods are never asked about. */
  readonly #pods = new Map<string, string>();

  take({ kind, namespace, name, object }: ObjectChange): void {
    if (kind !== 'Pod') return;
    const spec = at(object, 'spec');
    const filled = CONTAINERS.flatMap((list) =>
      listOf(at(spec, list)).flatMap((container): [string, Filled][] => {
        const one = filledOf(container);
        const isNone = one.names.length === 0 && one.prefixes.length === 0;
        return isNone ? [] : [[textOf(at(container, 'name')) ?? '', one]];
      }),
    );
    if (filled.length === 0) this.#pods.delete(`${namespace}/${name}`);
    else this.#pods.set(`${namespace}/${name}`, JSON.stringify(filled));
  }

  /** Whether a variable has its value from a Secret, as the pod is specified. */
  isOfSecret({ namespace, pod, container, variable }: Omit<PodVariable, 'fingerprint'>): boolean {
    const text = this.#pods.get(`${namespace}/${pod}`);
    if (text === undefined) return false;
    const filled = new Map(JSON.parse(text) as [string, Filled][]).get(container);
    if (filled === undefined) return false;
    return filled.names.includes(variable) || filled.prefixes.some((prefix) => variable.startsWith(prefix));
  }
}
