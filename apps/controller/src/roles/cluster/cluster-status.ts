// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeError, WatchState } from '@bartizan/adapters/kube';
import type { ClusterStatus } from '../../ports.ts';

const SEEN: ReadonlySet<ClusterStatus['state']> = new Set(['synced', 'partial']);

/** Whether all that may be seen of the cluster was seen. */
export const isSeen = (states: readonly WatchState[]): boolean => SEEN.has(stateOf(states));

function stateOf(states: readonly WatchState[]): ClusterStatus['state'] {
  const has = (condition: WatchState['condition']): boolean =>
    states.some((state) => state.condition === condition);
  if (has('behind')) return 'behind';
  if (has('unknown')) return 'connecting';
  return has('not-permitted') ? 'partial' : 'synced';
}

/** What is told of the watch of a cluster. */
export function statusOf(
  server: string,
  version: string | undefined,
  states: readonly WatchState[],
): ClusterStatus {
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
