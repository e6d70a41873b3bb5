// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ClusterObject, labelsOf, NAMES } from './object.ts';
import type { Right } from './rights.ts';

const RBAC = 'rbac.authorization.k8s.io';
const NAME = 'bartizan-controller-access-requests';

/**
 * What the controller needs to carry out requests for access by itself. It is in no installation unless somebody adds
 * it: without it requests are only proposed, as YAML. Kubernetes lets nobody grant what they do not have: `bind` with
 * names says which ClusterRoles may be granted, and for verbs it stays at what the controller itself may do, since
 * `escalate` is not given. RBAC knows no prefixes, so that `create` and `delete` cannot be held to our own objects: the
 * controller deletes only what carries its labels or what it made, but the right alone would reach further.
 */
export const GRANT_RIGHTS: readonly Right[] = [
  {
    apiGroups: [RBAC],
    resources: ['rolebindings', 'clusterrolebindings'],
    verbs: ['create', 'delete'],
    why: {
      en: 'to make the binding of an approved request and to remove it when its time is over; Kubernetes cannot hold these verbs to names that begin alike',
      ja: '承認された申請のバインディングを作成し、期限に削除するため (Kubernetes は名前の先頭で制限できない)',
    },
  },
  {
    apiGroups: [RBAC],
    resources: ['clusterroles'],
    resourceNames: ['view'],
    verbs: ['bind'],
    why: {
      en: 'the roles that requests may grant: add names here and no more than you would grant; without a name here a role is only proposed',
      ja: '申請で許可できるロール: 必要な名前だけをここに追加する (ここにないロールは提案のみになる)',
    },
  },
  {
    apiGroups: [RBAC],
    resources: ['roles', 'clusterroles'],
    verbs: ['create', 'delete'],
    why: {
      en: 'the narrow role of a request that names verbs: Kubernetes takes from it only what the controller itself may do',
      ja: '動詞を指定した申請の小さいロールのため (Kubernetes はコントローラー自身に許可された操作だけを受け入れる)',
    },
  },
];

/** Roles that an installation may add, by the name of their object. */
export const OPT_IN_RIGHTS: Readonly<Record<string, readonly Right[]>> = { [NAME]: GRANT_RIGHTS };

/** The role and its binding, to be applied beside an installation. */
export function grantObjects(): readonly ClusterObject[] {
  const metadata = { name: NAME, labels: labelsOf('controller') };
  const apiVersion = `${RBAC}/v1`;
  return [
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata,
      rules: GRANT_RIGHTS.map(({ apiGroups, resources, resourceNames, verbs }) => ({
        apiGroups,
        resources,
        ...(resourceNames === undefined ? {} : { resourceNames }),
        verbs,
      })),
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: NAME },
      subjects: [{ kind: 'ServiceAccount', name: NAMES.controller, namespace: NAMES.namespace }],
    },
  ];
}
