// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessRequest, AccessRequestSubject, AccessRequestWish } from '@bartizan/contracts';
import type { ProposedGrant } from '@bartizan/engine/access';
import { toYaml } from '@bartizan/scan/yaml-writer';
import type { GrantObject } from '../../access-request-ports.ts';

const GROUP = 'rbac.authorization.k8s.io';
const resource = (kind: string, isNamespaced: boolean) => ({
  group: GROUP,
  version: 'v1',
  kind,
  plural: `${kind.toLowerCase()}s`,
  isNamespaced,
});
const ROLE = { narrow: resource('Role', true), wide: resource('ClusterRole', false) } as const;
const BINDING = {
  narrow: resource('RoleBinding', true),
  wide: resource('ClusterRoleBinding', false),
} as const;
/** Every kind by which grants are made, the bindings first. */
export const GRANT_RESOURCES = [BINDING.narrow, BINDING.wide, ROLE.narrow, ROLE.wide] as const;

/** Which request an object makes the grant of. */
export const REQUEST_LABEL = 'access.bartizan.dev/request';
export const EXPIRY_ANNOTATION = 'access.bartizan.dev/expires-at';
const REASON_ANNOTATION = 'access.bartizan.dev/reason';
const REASON_MAX = 500;

/** By these what we made is found again; an uninstall removes it by them too. */
export const grantLabels = (instance: string): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/managed-by': 'bartizan',
  'app.kubernetes.io/instance': instance,
});

/** Subjects as the API server completes them, so that what it keeps can be compared. */
const subjectOf = ({ kind, namespace, name }: AccessRequestSubject): object =>
  kind === 'ServiceAccount' ? { kind, name, namespace: namespace ?? '' } : { apiGroup: GROUP, kind, name };

/** What shall be in the cluster for a request, in the order in which it is made: a role where verbs were asked, then the binding. */
export function planGrant(request: AccessRequest, instance: string): GrantObject[] {
  const { id, subject, role, rules, reason, askedBy, expiresAtMs } = request;
  const namespace = request.namespace ?? '';
  const reach = namespace === '' ? 'wide' : 'narrow';
  const name = `bartizan-access-${id}`;
  const metadata = {
    name,
    ...(namespace === '' ? {} : { namespace }),
    labels: { ...grantLabels(instance), [REQUEST_LABEL]: id },
    annotations: {
      ...(expiresAtMs === undefined ? {} : { [EXPIRY_ANNOTATION]: new Date(expiresAtMs).toISOString() }),
      [REASON_ANNOTATION]: `${askedBy}: ${reason}`.slice(0, REASON_MAX),
    },
  };
  const of = (kind: GrantObject['resource'], more: object): GrantObject => ({
    resource: kind,
    namespace,
    name,
    object: { apiVersion: `${GROUP}/v1`, kind: kind.kind, metadata, ...more },
  });
  const named = role ?? { kind: ROLE[reach].kind, name };
  const binding = of(BINDING[reach], {
    roleRef: { apiGroup: GROUP, kind: named.kind, name: named.name },
    subjects: [subjectOf(subject)],
  });
  if (role !== undefined) return [binding];
  return [of(ROLE[reach], { rules: rules ?? [] }), binding];
}

/** The same as a person applies it. */
export const grantYaml = (objects: readonly GrantObject[]): string =>
  objects.map(({ object }) => `---\n${toYaml(object)}`).join('');

/** The same as the graph of access judges it. */
export const proposedGrant = ({ subject, role, rules, namespace }: AccessRequestWish): ProposedGrant => ({
  subject: { kind: subject.kind, namespace: subject.namespace ?? '', name: subject.name },
  namespace: namespace ?? '',
  role: role ?? {
    rules: (rules ?? []).map(({ verbs, apiGroups, resources, resourceNames }) => ({
      ...{ verbs, apiGroups, resources },
      resourceNames: resourceNames ?? [],
      nonResourceURLs: [],
    })),
  },
});
