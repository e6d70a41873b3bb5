// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText, WorkloadRef } from '@bartizan/contracts';
import { ACCESS_CHECKS, accountUser, PATH_KINDS, type PathStep } from '@bartizan/engine/access';
import { type ExposurePoint, isOutside } from '@bartizan/engine/cluster-posture';
import type { AccessVerdict } from './access-verdict.ts';
import type { AccessView } from './cluster-access.ts';

/** Kinds without which nobody knows what is reachable, and with which token inside. */
const EXPOSING: readonly string[] = ['Service', 'Ingress', ...PATH_KINDS];
const WAYS_MAX = 8;
const NONE: LocalText = { en: '', ja: '' };
const FIX: LocalText = {
  en: 'Take the token out of these pods (automountServiceAccountToken: false, and no projected volume with a serviceAccountToken) where they do not ask the API server; otherwise give their account a smaller role (bartizan access unused), or close the way in from outside.',
  ja: 'API サーバーに要求しない Pod からはトークンを外し（automountServiceAccountToken: false とし、projected ボリュームの serviceAccountToken も除く）、必要な場合はアカウントのロールを小さくする（bartizan access unused）か、外部からの入口を閉じてください。',
};

interface Words {
  readonly subjectOf: (about: string, namespace: string) => WorkloadRef;
  readonly stepText: (step: PathStep) => string;
}

/** Whether a token of its account lies inside a pod: the pod decides, else the account, else there is one. */
function tokensOf({ accounts, pods }: AccessView['graph']['snapshot']) {
  const key = (namespace: string, name: string): string => `${namespace}/${name}`;
  const byAccount = new Map(
    accounts.map(({ namespace, name, mountsToken }) => [key(namespace, name), mountsToken]),
  );
  const byPod = new Map(pods.map((pod) => [key(pod.namespace, pod.name), pod]));
  return (namespace: string, name: string): boolean => {
    const pod = byPod.get(key(namespace, name));
    return pod?.mountsToken ?? byAccount.get(key(namespace, pod?.serviceAccount ?? 'default')) ?? true;
  };
}

const aboutOf = ({ kind, namespace, name }: ExposurePoint): string =>
  `${kind}/${namespace === '' ? '' : `${namespace}/`}${name}`;

/** The ways from outside through pods to cluster-admin, the shortest of each account. */
function waysOf(points: readonly ExposurePoint[], view: AccessView, hasToken: ReturnType<typeof tokensOf>) {
  const ways = new Map<string, { readonly entry: string; readonly steps: readonly PathStep[] }>();
  for (const point of points)
    for (const { namespace, name, serviceAccount } of point.pods) {
      const account = `ServiceAccount/${namespace}/${serviceAccount}`;
      if (ways.has(account) || !hasToken(namespace, name)) continue;
      const steps = view.paths.from({ user: accountUser(namespace, serviceAccount), groups: [] });
      if (steps !== undefined)
        ways.set(account, {
          entry: `outside → ${aboutOf(point)} (${point.way}) → Pod/${namespace}/${name} → ${account}: its token is inside`,
          steps,
        });
    }
  return [...ways.values()].toSorted((one, two) => one.steps.length - two.steps.length);
}

/** Whether somebody who takes over what is reachable from outside is on a way to cluster-admin: a verdict for each door. */
export function* exposedVerdicts(view: AccessView, { subjectOf, stepText }: Words): Generator<AccessVerdict> {
  const check = ACCESS_CHECKS.exposed;
  const missing = EXPOSING.filter((kind) => view.unreadable.includes(kind));
  const hasToken = tokensOf(view.graph.snapshot);
  const doors = Map.groupBy(view.exposure.filter(isOutside), aboutOf);
  for (const [about, points] of doors) {
    const base = { check, subject: subjectOf(about, points[0]?.namespace ?? ''), severity: check.severity };
    const ways = waysOf(points, view, hasToken);
    const [shortest] = ways;
    if (shortest === undefined) {
      const outcome = missing.length === 0 ? 'pass' : 'unknown';
      const evidence = missing.length === 0 ? [] : [`unread: ${missing.join(', ')}`];
      yield { ...base, outcome, said: check.title, evidence, action: NONE };
      continue;
    }
    const count = shortest.steps.length;
    yield {
      ...base,
      outcome: 'fail',
      said: {
        en: `Who takes over a pod behind ${about} from outside reaches cluster-admin in ${count} more steps`,
        ja: `${about} の背後の Pod を外部から乗っ取ると、さらに ${count} 段階で cluster-admin に到達できる`,
      },
      evidence: ways
        .slice(0, WAYS_MAX)
        .flatMap(({ entry, steps }) => [entry, ...steps.map(stepText)])
        .slice(0, 32),
      action: FIX,
    };
  }
}
