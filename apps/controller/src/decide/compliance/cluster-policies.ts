// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type JsonRecord, listOf } from '@bartizan/adapters/kube';
import type { ExampleEvidence } from '@bartizan/contracts/compliance';
import { ASKED_KINDS, answerObjects, POLICIES_OF_AMAZON } from '@bartizan/engine/compliance';
import { at, hasEnded, keptOf, pick } from '../access/kept-object.ts';
import type { ObjectChange } from '../admission/cluster-audit.ts';

const ASKED = new Set<string>(ASKED_KINDS);

interface Parts {
  /** How a kind is known; `synced` is the only state in which all of it is. */
  readonly conditionOf: (kind: string) => string | undefined;
  readonly onChange: () => void;
}

/** Of an environment only that it comes from a Secret: no name and no value is asked about. */
const environmentOf = (container: unknown): JsonRecord => ({
  env: listOf(at(container, 'env'))
    .filter((one) => at(at(one, 'valueFrom'), 'secretKeyRef') !== undefined)
    .slice(0, 1)
    .map(() => ({ valueFrom: { secretKeyRef: {} } })),
  envFrom: listOf(at(container, 'envFrom'))
    .filter((one) => at(one, 'secretRef') !== undefined)
    .slice(0, 1)
    .map(() => ({ secretRef: {} })),
});

/** Settings of a pod that questions are about. */
function settingsOf(object: unknown): JsonRecord {
  const spec = at(object, 'spec');
  const containers = (key: string): JsonRecord[] =>
    listOf(at(spec, key)).map((one) => ({ ...pick(one, 'securityContext', 'ports'), ...environmentOf(one) }));
  return {
    ...pick(spec, 'hostPID', 'hostIPC', 'hostNetwork', 'securityContext'),
    ...pick(spec, 'serviceAccountName', 'automountServiceAccountToken'),
    containers: containers('containers'),
    initContainers: containers('initContainers'),
    ephemeralContainers: containers('ephemeralContainers'),
    volumes: listOf(at(spec, 'volumes'))
      .filter((one) => at(one, 'hostPath') !== undefined)
      .map(() => ({ hostPath: {} })),
  };
}

/** Of what a daemon set runs only whether a network plugin is told to enforce policies. */
function pluginOf({ kind, name, namespace, object }: ObjectChange): JsonRecord {
  const containers = listOf(at(at(at(at(object, 'spec'), 'template'), 'spec'), 'containers'));
  const isTold = containers.some((one) => listOf(at(one, 'args')).includes(POLICIES_OF_AMAZON));
  return {
    ...{ kind, metadata: { namespace, name } },
    ...(isTold ? { spec: { template: { spec: { containers: [{ args: [POLICIES_OF_AMAZON] }] } } } } : {}),
  };
}

/** What is kept of an object. */
function policyOf(change: ObjectChange): JsonRecord {
  const { kind, name, namespace, object } = change;
  if (kind === 'DaemonSet') return pluginOf(change);
  return kind === 'Pod' ? { kind, metadata: { namespace, name }, spec: settingsOf(object) } : keptOf(change);
}

/** Keeps what benchmarks ask of a cluster, from the watch, and answers it. */
export class ClusterPolicies {
  readonly #parts: Parts;
  readonly #objects = new Map<string, { readonly kept: JsonRecord; readonly text: string }>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  take(change: ObjectChange): void {
    const { kind, name, namespace, object } = change;
    if (!ASKED.has(kind)) return;
    const key = `${kind}/${namespace}/${name}`;
    if (object === undefined || (kind === 'Pod' && hasEnded(object))) {
      if (this.#objects.delete(key)) this.#parts.onChange();
      return;
    }
    const kept = policyOf(change);
    const text = JSON.stringify(kept);
    if (this.#objects.get(key)?.text === text) return;
    this.#objects.set(key, { kept, text });
    this.#parts.onChange();
  }

  /** What questions of benchmarks about the cluster come to now; none while it is read for the first time. */
  answers(): readonly ExampleEvidence[] {
    const conditions = ASKED_KINDS.map((kind) => [kind, this.#parts.conditionOf(kind)] as const);
    if (conditions.some(([, condition]) => condition === undefined || condition === 'unknown')) return [];
    return answerObjects({
      objects: [...this.#objects.values()].map(({ kept }) => kept),
      unreadable: conditions.filter(([, condition]) => condition !== 'synced').map(([kind]) => kind),
    });
  }
}
