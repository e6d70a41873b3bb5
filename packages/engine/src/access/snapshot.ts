// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  entryOf,
  isObject,
  type Json,
  listOf,
  memberOf,
  textMapOf,
  textOf,
  textsOf,
} from '../foreign-json.ts';
import { type LabelSelector, readLabelSelector } from '../label-selector.ts';

/** One rule of a role as the RBAC authorizer reads it. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** A Role (with a namespace) or a ClusterRole (without). */
export interface Role {
  readonly kind: 'Role' | 'ClusterRole';
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly rules: readonly PolicyRule[];
  /** Label selectors of an aggregated ClusterRole; its own rules are then made by a controller and not trusted. */
  readonly aggregates?: readonly LabelSelector[];
}

/** Who a binding is for. Service accounts have a namespace. */
export interface Subject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly namespace: string;
  readonly name: string;
}

/** A RoleBinding (with a namespace) or a ClusterRoleBinding (without). */
export interface Binding {
  readonly kind: 'RoleBinding' | 'ClusterRoleBinding';
  readonly namespace: string;
  readonly name: string;
  readonly role: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string };
  readonly subjects: readonly Subject[];
}

/** A pod, as far as its account matters. */
export interface AccountPod {
  readonly namespace: string;
  readonly name: string;
  readonly serviceAccount: string;
  /** Whether a token of the account for the API server is inside; undefined: the pod leaves it to the account. */
  readonly mountsToken: boolean | undefined;
}

/** A service account, as far as it matters here. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
  readonly mountsToken: boolean;
}

/** Everything access is computed from. `unreadable` names kinds that could not be listed: answers then say so. */
export interface AccessSnapshot {
  readonly roles: readonly Role[];
  readonly bindings: readonly Binding[];
  readonly accounts: readonly Account[];
  readonly pods: readonly AccountPod[];
  /** Namespace to the Pod Security level that its label enforces; absent: none. */
  readonly podSecurity: ReadonlyMap<string, string>;
  readonly unreadable: readonly string[];
}

const ruleOf = (value: unknown): PolicyRule => ({
  verbs: textsOf(memberOf(value, 'verbs')),
  apiGroups: textsOf(memberOf(value, 'apiGroups')),
  resources: textsOf(memberOf(value, 'resources')),
  resourceNames: textsOf(memberOf(value, 'resourceNames')),
  nonResourceURLs: textsOf(memberOf(value, 'nonResourceURLs')),
});

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}
const named = (object: Json): Named => {
  const metadata = object['metadata'];
  return {
    namespace: textOf(memberOf(metadata, 'namespace')),
    name: textOf(memberOf(metadata, 'name')),
    labels: textMapOf(memberOf(metadata, 'labels')),
  };
};

function roleOf(object: Json, kind: Role['kind']): Role {
  const selectors = memberOf(object['aggregationRule'], 'clusterRoleSelectors');
  const role = { kind, ...named(object), rules: listOf(object['rules']).map(ruleOf) };
  return kind === 'ClusterRole' && Array.isArray(selectors)
    ? { ...role, namespace: '', aggregates: selectors.map(readLabelSelector) }
    : role;
}

const SUBJECT_KINDS = ['User', 'Group', 'ServiceAccount'] as const;

function bindingOf(object: Json, kind: Binding['kind']): Binding {
  const role = object['roleRef'];
  const { namespace, name } = named(object);
  return {
    kind,
    namespace: kind === 'RoleBinding' ? namespace : '',
    name,
    role: {
      kind: memberOf(role, 'kind') === 'Role' ? 'Role' : 'ClusterRole',
      name: textOf(memberOf(role, 'name')),
    },
    subjects: listOf(object['subjects']).flatMap((one) => {
      const found = SUBJECT_KINDS.find((word) => word === memberOf(one, 'kind'));
      if (found === undefined) return [];
      const own = textOf(memberOf(one, 'namespace'));
      return [
        {
          kind: found,
          // A subject of a RoleBinding without a namespace is refused by the API server, never defaulted.
          namespace: found === 'ServiceAccount' ? own : '',
          name: textOf(memberOf(one, 'name')),
        },
      ];
    }),
  };
}

interface Parts {
  readonly roles: Role[];
  readonly bindings: Binding[];
  readonly accounts: Account[];
  readonly pods: AccountPod[];
  readonly podSecurity: Map<string, string>;
}

/** What API servers call themselves when nothing else is set: a token for these is one for the API server. */
const SERVER_AUDIENCE = /^(?:https:\/\/)?kubernetes\.default(?:\.svc(?:\.[\w.-]+)?)?$/u;

/** Whether a pod projects a token itself, which is inside whatever is said about automounting. */
const projectsToken = (spec: unknown): boolean =>
  listOf(memberOf(spec, 'volumes')).some((volume) =>
    listOf(memberOf(memberOf(volume, 'projected'), 'sources')).some((source) => {
      const token = memberOf(source, 'serviceAccountToken');
      const audience = textOf(memberOf(token, 'audience'));
      return isObject(token) && (audience === '' || SERVER_AUDIENCE.test(audience));
    }),
  );

type Reader = (object: Json, into: Parts) => void;
const READERS: Readonly<Record<string, Reader>> = {
  Role: (object, into) => into.roles.push(roleOf(object, 'Role')),
  ClusterRole: (object, into) => into.roles.push(roleOf(object, 'ClusterRole')),
  RoleBinding: (object, into) => into.bindings.push(bindingOf(object, 'RoleBinding')),
  ClusterRoleBinding: (object, into) => into.bindings.push(bindingOf(object, 'ClusterRoleBinding')),
  ServiceAccount: (object, into) => {
    const { namespace, name } = named(object);
    into.accounts.push({ namespace, name, mountsToken: object['automountServiceAccountToken'] !== false });
  },
  Pod: (object, into) => {
    const { namespace, name } = named(object);
    const spec = object['spec'];
    const mounts = memberOf(spec, 'automountServiceAccountToken');
    into.pods.push({
      namespace,
      name,
      serviceAccount: textOf(memberOf(spec, 'serviceAccountName')) || 'default',
      mountsToken: projectsToken(spec) || (typeof mounts === 'boolean' ? mounts : undefined),
    });
  },
  Namespace: (object, into) => {
    const { name, labels } = named(object);
    into.podSecurity.set(name, labels['pod-security.kubernetes.io/enforce'] ?? '');
  },
};

/**
 * Reads Kubernetes objects (rbac.authorization.k8s.io/v1 and v1) into what access is computed from. Anything badly
 * typed reads as absent: it grants nothing, as in the API server. `unreadable`: kinds that could not be listed.
 */
export function readAccess(objects: Iterable<unknown>, unreadable: readonly string[] = []): AccessSnapshot {
  const parts: Parts = { roles: [], bindings: [], accounts: [], pods: [], podSecurity: new Map() };
  for (const object of objects) {
    if (!isObject(object)) continue;
    entryOf(READERS, textOf(object['kind']))?.(object, parts);
  }
  return { ...parts, unreadable };
}
