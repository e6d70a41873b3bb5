// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ReachAnswer } from '@bartizan/contracts';
import type { NetworkPolicySet } from './policy.ts';
import type { PodEndpoint, Reachability } from './reach.ts';

/** One end as a question names it: a pod that runs, or labels that one could have. */
export interface AskedEnd {
  readonly pod: PodEndpoint;
  readonly isAssumed: boolean;
}

/** What may be asked. */
export interface ReachQuestion {
  readonly from: AskedEnd;
  readonly to: AskedEnd;
  readonly protocol: string;
  readonly port: number;
  /** Kinds that say something about connections and could not be read. */
  readonly unreadable: readonly string[];
}

const POLICIES_MAX = 1000;

const endName = ({ pod, isAssumed }: AskedEnd): string =>
  (isAssumed
    ? `${pod.namespace} ${Object.entries(pod.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(',')}`
    : `${pod.namespace}/${pod.name}`
  ).slice(0, 640);

/** Whether a connection may be made. What could not be read may say otherwise: the verdict is then unknown. */
export function answerReach(policies: Reachability, question: ReachQuestion): ReachAnswer {
  const { from, to, protocol, port, unreadable } = question;
  const { reach, directions } = policies.ask({ from: from.pod, to: to.pod, protocol, port });
  return {
    reach: unreadable.length > 0 ? 'unknown' : reach,
    from: endName(from),
    to: endName(to),
    isAssumed: from.isAssumed || to.isAssumed,
    directions: directions.map(
      ({ direction, reach: side, because, policies: deciding, rule, tier, passed }) => ({
        direction,
        reach: side,
        because,
        policies: deciding
          .slice(0, POLICIES_MAX)
          .map(({ kind, namespace, name }) => ({ kind, namespace, name })),
        ...(rule === undefined ? {} : { rule: rule.slice(0, 253) }),
        ...(tier === undefined ? {} : { tier }),
        ...(passed === undefined
          ? {}
          : { passed: passed.map((one) => `${one.kind}/${one.name} ${one.rule}`.slice(0, 640)) }),
      }),
    ),
    unreadable: [...unreadable],
  };
}

const selectsAll = ({ subject }: NetworkPolicySet): boolean =>
  Object.keys(subject.pods.labels).length === 0 && subject.pods.expressions.length === 0;

/** Whether a policy isolates every pod of its namespace in a direction and does not open it to everybody again. */
export const isDefaultDeny = (policy: NetworkPolicySet, direction: 'ingress' | 'egress'): boolean =>
  policy.kind === 'NetworkPolicy' &&
  selectsAll(policy) &&
  policy[direction] !== undefined &&
  !(policy[direction] ?? []).some(({ peers, ports }) => peers === undefined && ports === undefined);
