// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AgentEvent, InventoryRecord, Workload, WorkloadRef } from '@bartizan/contracts';

/** Who knows to which workload a Pod belongs. */
export interface PodDirectory {
  readonly ofPod: (
    namespace: string,
    pod: string,
  ) => Pick<Workload, 'id' | 'kind' | 'namespace' | 'name'> | undefined;
  readonly shape: (
    id: string,
  ) => Pick<Workload, 'id' | 'kind' | 'namespace' | 'name' | 'labels' | 'running'> | undefined;
}

/**
 * Agents see Pods; what owns them is known here. What an agent reports of a Pod is put to the workload of the Pod before
 * anything else sees it. A Pod that is not known stays its own workload.
 */
export class Placing {
  readonly #directory: PodDirectory;

  constructor(directory: PodDirectory) {
    this.#directory = directory;
  }

  /** Whether the cluster tells how a workload is. */
  knows(workload: string): boolean {
    return this.#directory.shape(workload) !== undefined;
  }

  event<E extends AgentEvent>(event: E): E {
    return { ...event, workload: this.ref(event.workload) };
  }

  ref(ref: WorkloadRef): WorkloadRef {
    if (ref.kind !== 'Pod') return ref;
    const owner = this.#directory.ofPod(ref.namespace, ref.name);
    if (owner === undefined) return ref;
    const { id, kind, namespace, name } = owner;
    return { ...ref, workload: id, kind, namespace, name, pod: ref.pod ?? ref.name };
  }

  /** Reports of the use of packages stay with their Pod: two Pods of one workload on a node would overwrite each other. */
  record(record: InventoryRecord): InventoryRecord {
    switch (record.type) {
      case 'workload':
        return { ...record, workload: this.#workload(record.workload) };
      case 'container': {
        const { namespace, pod } = record.container;
        const owner = namespace && pod ? this.#directory.ofPod(namespace, pod) : undefined;
        return owner === undefined
          ? record
          : { ...record, container: { ...record.container, workload: owner.id } };
      }
      case 'packages':
      case 'secrets':
      case 'environment-secrets':
        return { ...record, subject: this.ref(record.subject) };
      default:
        return record;
    }
  }

  #workload(reported: Workload): Workload {
    if (reported.kind !== 'Pod') return reported;
    const owner = this.#directory.ofPod(reported.namespace, reported.name);
    const shape = owner === undefined ? undefined : this.#directory.shape(owner.id);
    return shape === undefined ? reported : { ...reported, ...shape };
  }
}
