// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ApiKnowledge, type ApiUse, dueUses } from './api-use.ts';
import { CLUSTER_CHECKS } from './checks.ts';
import { type ClaimSource, type ClusterClaim, claim } from './claim.ts';
import { minorOf } from './components.ts';

/** Kinds of namespaces that are watched and had versions that went. */
const IN_NAMESPACES = [
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'CronJob', 'Ingress', 'NetworkPolicy'],
  ...['Role', 'RoleBinding'],
];
/** The same of the whole cluster. */
const OF_CLUSTER = [
  ...['ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition'],
  ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
];
/** Kinds without which nobody knows which versions objects were written in. */
export const API_KINDS: readonly string[] = [...IN_NAMESPACES, ...OF_CLUSTER];

const HOW: Readonly<Record<ApiUse['source'], string>> = {
  written: 'written by',
  applied: 'applied by',
  manifest: 'manifest',
  requested: 'requested by',
};
const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

const lineOf = ({
  about,
  namespace,
  apiVersion,
  kind,
  source,
  by,
  lastAtMs,
  removedIn,
  replacement,
}: ApiUse) =>
  [
    `${source === 'requested' && namespace !== '' ? `${namespace}: ` : ''}${about}`,
    `${apiVersion} ${kind}`,
    `${HOW[source]} ${by}`.trim() + (lastAtMs === undefined ? '' : ` ${dayOf(lastAtMs)}`),
    `1.${removedIn ?? '?'} → ${replacement ?? '-'}`,
  ].join(' | ');

function about(
  place: { readonly about: string; readonly namespace: string; readonly missing: readonly string[] },
  due: readonly ApiUse[],
  minor: number | undefined,
): ClusterClaim {
  const gone = due.filter(({ removedIn = 0 }) => minor !== undefined && removedIn <= minor).length;
  const versions = [...new Set(due.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))]
    .slice(0, 5)
    .join(', ');
  return claim(CLUSTER_CHECKS.api, {
    ...{ ...place, applies: true, bad: due.map(lineOf) },
    said: {
      en: `${due.length} uses of API versions that a release removes, ${gone} of them gone already: ${versions}`,
      ja: `廃止される API バージョンの使用が ${due.length} 件あり、うち ${gone} 件は廃止済み：${versions}`,
    },
    action: {
      en: 'Before the next upgrade, let those named in the evidence write and ask in the version on the right; update programs and charts that have it built in.',
      ja: '次のアップグレードまでに、根拠に示した利用者が右側のバージョンを使うよう変更してください。プログラムやチャートに組み込まれている場合は、それらを更新してください。',
    },
  });
}

/** Who uses versions of the API that a release removes: of each namespace its objects, of the cluster the rest and all requests. */
export function* apiClaims(source: ClaimSource, apis: ApiKnowledge): Generator<ClusterClaim> {
  const server = source.components.find(({ product }) => product === 'kubernetes');
  const minor = minorOf(server?.version ?? '')?.minor;
  const due = dueUses(apis.uses);
  const missing = (kinds: readonly string[]): string[] => kinds.filter((kind) => apis.unread.includes(kind));
  const isRequest = (use: ApiUse): boolean => use.source === 'requested';
  const objects = Map.groupBy(
    due.filter((use) => !isRequest(use)),
    ({ namespace }) => namespace,
  );
  for (const namespace of source.namespaces)
    yield about(
      { about: `Namespace/${namespace}`, namespace, missing: missing(IN_NAMESPACES) },
      objects.get(namespace) ?? [],
      minor,
    );
  yield about(
    {
      ...{ about: 'Cluster', namespace: '' },
      missing: [...missing(OF_CLUSTER), ...(apis.isHeard ? [] : ['audit log'])],
    },
    dueUses([...(objects.get('') ?? []), ...due.filter(isRequest)]),
    minor,
  );
}
