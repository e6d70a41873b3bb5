// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { workloadIdOf } from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import {
  err,
  failure,
  ok,
  type Result,
  tenantScope,
  type Workload,
  type WorkloadRef,
} from '@bartizan/contracts';
import type { ApiFailure, Clock } from '../ports.ts';
import type { Turnstile } from '../turnstile.ts';
import type { AgentIdentity } from './agent-identity.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  /** Passed by every writer of workloads. */
  readonly workloadTurnstile: Turnstile;
}

/** A host is free for another node once its own were silent for so long: a machine that was set up anew. */
const SILENT_MS = 15 * 60_000;

/** What a node asks to speak for is of another one. */
export const foreign = (detail: string): Result<never, ApiFailure> => err(failure('E_NODE_MISMATCH', detail));

/**
 * Says whom a node may speak for: its own host and its own containers. What it reports replaces what was known of them,
 * so a node that somebody took over must not be able to report another one clean.
 */
export class SubjectGuard {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether a report of an agent is about something that runs on its node; E_NODE_MISMATCH: it is not. */
  async check(agent: AgentIdentity, subject: WorkloadRef): Promise<Result<void, ApiFailure>> {
    const { workload, kind, container } = subject;
    if (kind === 'Image' || kind === 'KubernetesObject')
      return foreign(`${workload} is nothing that runs on a node`);
    const known = await this.#parts.store.workloads.get(scopeOf(agent), workload);
    if (!known.ok) return known;
    if (container !== undefined) return this.#container(agent, { workload, container }, known.value);
    if (kind !== 'Host') return foreign(`${workload} is neither a container nor a host`);
    return known.value === undefined ? ok(undefined) : this.#host(agent, workload);
  }

  /** Whether a report of an agent is about its own machine, where it only names it. */
  checkNamed(agent: AgentIdentity, name: string): Promise<Result<void, ApiFailure>> {
    const host = { kind: 'Host', namespace: '', name } as const;
    return this.check(agent, { workload: workloadIdOf(agent.cluster, host), ...host });
  }

  /** Whose a host is: `taken` from nodes that are there no more. */
  async claim(
    agent: AgentIdentity,
    host: Workload,
  ): Promise<Result<'own' | 'taken' | 'foreign', ApiFailure>> {
    if (host.kind !== 'Host') return ok('foreign');
    if (host.nodes.includes(agent.node)) return ok('own');
    const { store, clock } = this.#parts;
    for (const node of host.nodes) {
      const known = await store.nodes.get(scopeOf(agent), node);
      if (!known.ok) return known;
      if (known.value !== undefined && clock.nowMs() - known.value.lastSeenAtMs < SILENT_MS)
        return ok('foreign');
    }
    return ok('taken');
  }

  #host(agent: AgentIdentity, id: string): Promise<Result<void, ApiFailure>> {
    const { store, workloadTurnstile } = this.#parts;
    return workloadTurnstile.run(async () => {
      const known = await store.workloads.get(scopeOf(agent), id);
      if (!known.ok) return known;
      if (known.value === undefined) return ok(undefined);
      const claim = await this.claim(agent, known.value);
      if (!claim.ok) return claim;
      if (claim.value === 'foreign') return foreign(`${id} is another host`);
      if (claim.value === 'own') return ok(undefined);
      return store.workloads.put(scopeOf(agent), [{ ...known.value, nodes: [agent.node] }]);
    });
  }

  async #container(
    agent: AgentIdentity,
    { workload, container: id }: { readonly workload: string; readonly container: string },
    group: Workload | undefined,
  ): Promise<Result<void, ApiFailure>> {
    if (group?.kind === 'Host') return foreign(`${workload} is a host, not what container ${id} belongs to`);
    const container = await this.#parts.store.containers.get(scopeOf(agent), id);
    if (!container.ok) return container;
    if (container.value === undefined) {
      // An agent tells of a container first, but that record may be lost with a full buffer or an older store. Then it
      // counts where it can say nothing of what runs elsewhere.
      const isOnlyThere = group?.nodes.every((node) => node === agent.node) ?? true;
      return isOnlyThere ? ok(undefined) : foreign(`container ${id} is not known to run there`);
    }
    // Which workload it is of is no test: Pods are put to what owns them once the cluster is known, at different times.
    return container.value.node === agent.node
      ? ok(undefined)
      : foreign(`container ${id} does not run there`);
  }
}

const scopeOf = ({ cluster, tenant }: AgentIdentity) => tenantScope(cluster, tenant);
