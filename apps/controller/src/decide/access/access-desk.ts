// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AccessUseRow, err, failure, ok, type Result } from '@bartizan/contracts';
import {
  type AccessGraph,
  answerPath,
  answerUse,
  answerWhatCan,
  answerWhoCan,
  GRANTING_KINDS,
  listRisks,
  listUse,
} from '@bartizan/engine/access';
import {
  API_KINDS,
  tellApiUses,
  tellComponent,
  tellExposure,
  tellSecret,
} from '@bartizan/engine/cluster-posture';
import { type AskedEnd, answerReach } from '@bartizan/engine/reachability';
import type { AccessDesk, AccessDesks } from '../../access-ports.ts';
import type { ApiFailure, Owner } from '../../ports.ts';
import type { AccessUse } from './access-use.ts';
import type { AccessView, ClusterAccess, Moment } from './cluster-access.ts';
import type { ProbeDesk } from './probe-desk.ts';

const LABELS_MAX = 64;
/** Kinds by which something is reachable from outside, and what is behind them. */
const EXPOSING_KINDS: readonly string[] = ['Pod', 'Service', 'Ingress', 'Gateway', 'HTTPRoute'];

/** What lists follow from. */
const KINDS_OF: Readonly<Record<'permissions' | 'exposure', readonly string[]>> = {
  permissions: GRANTING_KINDS,
  exposure: EXPOSING_KINDS,
};

const refused = (code: ApiFailure['code'], detail: string): Result<never, ApiFailure> =>
  err(failure(code, detail));

/** `key=value,key=value` as labels. */
export function labelsOf(text: string): Record<string, string> | undefined {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const pairs = parts.map((part): [string, string] => {
    const at = part.indexOf('=');
    return [part.slice(0, at), part.slice(at + 1)];
  });
  if (parts.length > LABELS_MAX || parts.some((part) => part.indexOf('=') < 1)) return undefined;
  return Object.fromEntries(pairs);
}

interface End {
  readonly namespace: string;
  readonly pod?: string | undefined;
  readonly labels?: string | undefined;
}

function endOf(
  view: AccessView,
  side: string,
  { namespace, pod, labels }: End,
): Result<AskedEnd, ApiFailure> {
  if (pod !== undefined && pod !== '') {
    const found = view.pod(namespace, pod);
    if (found !== undefined) return ok({ pod: found, isAssumed: false });
    return view.unreadable.includes('Pod')
      ? refused('E_KUBE_NOT_PERMITTED', 'pods cannot be read: ask by labels')
      : refused('E_NOT_FOUND', `there is no pod ${namespace}/${pod} that runs`);
  }
  const read = labelsOf(labels ?? '');
  if (read === undefined) return refused('E_BODY_INVALID', `/query/${side}Labels is not key=value,key=value`);
  return ok({
    isAssumed: true,
    pod: {
      kind: 'pod',
      namespace,
      namespaceLabels: view.labelsOf(namespace),
      name: '',
      labels: read,
      addresses: [],
      ports: [],
      hostNetwork: false,
    },
  });
}

interface More {
  readonly moment: () => Moment;
  readonly probes: ProbeDesk | undefined;
  /** What the audit log showed of use. */
  readonly use: Pick<AccessUse, 'of' | 'window'>;
}

/** The desk of the tenant that the cluster belongs to, and one without a cluster for all others. */
export function buildAccessDesk(access: ClusterAccess | undefined, of: Owner, more: More): AccessDesks {
  const own = deskOf(access, more);
  const none = deskOf(undefined, { ...more, probes: undefined });
  return ({ cluster, tenant }) => (cluster === of.cluster && tenant === of.tenant ? own : none);
}

/** The list of what is not used, made anew only when roles or use changed: its pages are asked one after the other. */
function useLister(use: More['use']): (graph: AccessGraph, neededMs: number) => readonly AccessUseRow[] {
  let last: { readonly graph: AccessGraph; readonly key: string; readonly rows: AccessUseRow[] } | undefined;
  return (graph, neededMs) => {
    const window = use.window();
    const key = JSON.stringify([neededMs, window]);
    if (last !== undefined && last.graph === graph && last.key === key) return last.rows;
    const rows = listUse(graph, { usedOf: (user) => use.of(user), window, neededMs });
    last = { graph, key, rows };
    return rows;
  };
}

/** Answers about access, from what the watch told. */
function deskOf(access: ClusterAccess | undefined, { moment, probes, use }: More): AccessDesk {
  const listed = useLister(use);
  const ofCluster = <T>(answer: (known: ClusterAccess) => Result<T, ApiFailure>): Result<T, ApiFailure> =>
    access === undefined
      ? refused('E_POLICY_NO_CLUSTER', 'there are no roles and policies to read')
      : answer(access);
  return {
    whoCan: (attributes) => ofCluster((known) => ok(answerWhoCan(known.view().graph, attributes))),
    whatCan: (person) => ofCluster((known) => ok(answerWhatCan(known.view().graph, person))),
    risks: () => ofCluster((known) => ok(listRisks(known.view().graph))),
    paths: (person) =>
      ofCluster((known) => {
        const view = known.view();
        return ok(answerPath(view.graph, view.paths, person));
      }),
    unread: (what) =>
      ofCluster((known) => ok(known.unreadable().filter((kind) => KINDS_OF[what].includes(kind)))),
    isExposureWhole: () =>
      ofCluster((known) =>
        ok(known.isSettled() && !known.unreadable().some((kind) => EXPOSING_KINDS.includes(kind))),
      ),
    exposure: () => ofCluster((known) => ok(known.view().exposure.map(tellExposure))),
    secrets: () => ofCluster((known) => ok(known.view().secrets.map(tellSecret))),
    probes: () => ofCluster(() => ok(probes?.list() ?? [])),
    probe: async () =>
      probes === undefined
        ? refused('E_POLICY_NO_CLUSTER', 'there is nothing to probe')
        : ok(await probes.run()),
    apiUses: () =>
      ofCluster(() => {
        const { apis, server } = moment();
        const { uses, unread, isHeard } = apis ?? { uses: [], unread: API_KINDS, isHeard: false };
        return ok({ uses: tellApiUses(uses, server), unread, isHeard });
      }),
    components: () =>
      ofCluster((known) => {
        return ok(known.view().components(moment()).map(tellComponent));
      }),
    unused: (person, neededMs) =>
      ofCluster((known) =>
        ok(
          answerUse(known.view().graph, person, {
            used: use.of(person.user),
            window: use.window(),
            neededMs,
          }),
        ),
      ),
    unusedSubjects: (neededMs) => ofCluster((known) => ok(listed(known.view().graph, neededMs))),
    reach: (question) =>
      ofCluster((known) => {
        const view = known.view();
        const { fromNamespace, fromPod, fromLabels, toNamespace, toPod, toLabels, protocol, port } = question;
        const from = endOf(view, 'from', { namespace: fromNamespace, pod: fromPod, labels: fromLabels });
        if (!from.ok) return from;
        const to = endOf(view, 'to', { namespace: toNamespace, pod: toPod, labels: toLabels });
        if (!to.ok) return to;
        return ok(
          answerReach(view.reachability, {
            from: from.value,
            to: to.value,
            protocol: protocol ?? 'TCP',
            port,
            unreadable: known.unreadPolicies(),
          }),
        );
      }),
  };
}
