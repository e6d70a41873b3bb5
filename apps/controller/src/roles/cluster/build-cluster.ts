// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { findKubeAccess, KubeClient, type KubeError, type WatchState } from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import type { Clock, ClusterStatus, Log, Owner, Publish } from '../../ports.ts';
import { ClusterState } from '../../sense/kubernetes/cluster-state.ts';
import { ClusterWorkloads } from '../../sense/kubernetes/cluster-workloads.ts';
import { Placing } from '../../sense/kubernetes/placing.ts';
import type { StartOptions } from '../../settings.ts';
import type { Turnstile } from '../../turnstile.ts';
import { AdmissionGate } from './admission-gate.ts';

interface Parts {
  readonly options: StartOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  readonly owner: Owner;
  readonly workloadTurnstile: Turnstile;
}

/** The cluster this controller stands in or was shown; off where there is none. */
export interface ClusterRole {
  readonly status: () => ClusterStatus;
  readonly placing: Placing | undefined;
  /** What is known of the cluster, and the way to it; absent = off. */
  readonly known: { readonly client: KubeClient; readonly state: ClusterState } | undefined;
  /** Takes the admission rules of the store into force; false when nobody asks for admission here. */
  readonly reloadRules: () => Promise<boolean>;
  readonly start: () => void;
  readonly close: () => Promise<void>;
}

/** Finds the access to a cluster and builds what watches it. Without a cluster, or with an access that is of no use, the rest works on. */
export async function buildCluster(parts: Parts): Promise<ClusterRole> {
  const access = await findKubeAccess(parts.options.kubeconfig, parts.env);
  if (!access.ok) {
    const { code, detail } = access.error;
    parts.log.error({ code, detail }, 'the cluster is not watched');
    return without({ state: 'failed', code, detail, kinds: [] });
  }
  if (access.value === undefined) return without({ state: 'off', kinds: [] });
  const client = new KubeClient(access.value);
  const state = new ClusterState({ client, log: parts.log });
  const workloads = new ClusterWorkloads({ ...parts, state, turnstile: parts.workloadTurnstile });
  const version = new ServerVersion(client);
  state.listen({
    onChange: () => undefined,
    onState: ({ condition }) => {
      if (condition === 'synced') version.ask();
      parts.publish({ topic: 'status', ...parts.owner, data: { code: 'kubernetes' } });
    },
  });
  const gate = new AdmissionGate({ ...parts, known: { client, state } });
  return {
    status: () => ({ ...statusOf(client.where, version.known, state.states()), admission: gate.status() }),
    placing: new Placing(workloads),
    known: { client, state },
    reloadRules: () => gate.reload(),
    start: () => {
      state.start();
      gate.start();
    },
    close: async () => {
      await gate.close();
      await state.stop();
      await workloads.close();
      await client.close();
    },
  };
}

const without = (status: ClusterStatus): ClusterRole => ({
  status: () => status,
  placing: undefined,
  known: undefined,
  reloadRules: () => Promise.resolve(false),
  start: () => undefined,
  close: () => Promise.resolve(),
});

/** Asked when the server is reached, and again each time it was away: it may be another one by then. */
class ServerVersion {
  readonly #client: KubeClient;
  known: string | undefined;
  #isAsking = false;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#client.version().then(
      (answer) => {
        this.#isAsking = false;
        if (answer.ok && answer.value !== '') this.known = answer.value;
      },
      () => {
        this.#isAsking = false;
      },
    );
  }
}

function stateOf(states: readonly WatchState[]): ClusterStatus['state'] {
  const has = (condition: WatchState['condition']): boolean =>
    states.some((state) => state.condition === condition);
  if (has('behind')) return 'behind';
  if (has('unknown')) return 'connecting';
  return has('not-permitted') ? 'partial' : 'synced';
}

function statusOf(server: string, version: string | undefined, states: readonly WatchState[]): ClusterStatus {
  const problem = states.find(
    ({ code }) => code !== undefined && code !== 'E_KUBE_NOT_PERMITTED' && code !== 'E_KUBE_MISSING',
  );
  return {
    state: stateOf(states),
    server: server.slice(0, 256),
    ...(version === undefined ? {} : { version }),
    ...errorOf(problem),
    kinds: states.map(({ kind, group, condition, code, objects, freshAtMs }) => ({
      kind,
      group,
      condition,
      objects,
      ...(code === undefined ? {} : { code }),
      ...(freshAtMs === undefined ? {} : { freshAtMs }),
    })),
  };
}

const errorOf = (problem: { readonly code?: KubeError['code']; readonly detail?: string } | undefined) =>
  problem?.code === undefined ? {} : { code: problem.code, detail: problem.detail ?? '' };
