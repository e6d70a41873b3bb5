// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ExampleEvidence, OBJECT_QUESTIONS, type ObjectQuestion } from '@bartizan/contracts/compliance';
import {
  AccessGraph,
  type Attributes,
  type Binding,
  isShippedBinding,
  isShippedWithWildcard,
  MASTERS,
  readAccess,
  type Subject,
  subjectName,
} from '../access/index.ts';
import { type Json, listOf, memberOf, textOf, textsOf } from '../foreign-json.ts';
import { type AskedPod, askedPod, breaks, POD_QUESTIONS } from './pod-questions.ts';

/** What is known of a cluster; kinds that could not be listed are named, what they hold is then unknown. */
export interface ClusterObjects {
  readonly objects: readonly Json[];
  readonly unreadable: readonly string[];
  /** Admission rules of ours are bound to deny images by their origin, or pods by their settings. */
  readonly deniesImages?: boolean;
  readonly deniesPods?: boolean;
}

const FOUND_MAX = 50;
/** What the agent of Amazon's network plugin is told where it enforces policies. */
export const POLICIES_OF_AMAZON = '--enable-network-policy=true';
/** Namespaces of Kubernetes itself: its own parts need what nobody else should have. */
const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

const kindOf = (object: Json): string => textOf(object['kind']);
const nameOf = (object: Json): string => textOf(memberOf(object, 'metadata', 'name'));
const namespaceOf = (object: Json): string => textOf(memberOf(object, 'metadata', 'namespace'));

/** The group is asked about by itself, and is allowed everything without any binding. */
const isMasters = ({ kind, name }: Subject): boolean => kind === 'Group' && name === MASTERS;

/** A request that nobody ordinary should be allowed; `byName`: for one named object it is as grave as for all. */
interface Asked {
  readonly attributes: Attributes;
  readonly byName: boolean;
}

const anywhere = (verb: string, resource: string, group = '', byName = false): Asked => {
  const [name = '', subresource = ''] = resource.split('/');
  return { attributes: { verb, group, resource: name, subresource, namespace: '', name: '' }, byName };
};
const evenNamed = (verb: string, resource: string, group = ''): Asked =>
  anywhere(verb, resource, group, true);

const ADMISSION = 'admissionregistration.k8s.io';
const RBAC = 'rbac.authorization.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';

/** What nobody ordinary should be allowed, as the requests it would take. */
const GRANTS: Partial<Readonly<Record<ObjectQuestion, readonly Asked[]>>> = {
  'secret-readers': ['get', 'list', 'watch'].map((verb) => anywhere(verb, 'secrets')),
  'pod-creators': [anywhere('create', 'pods')],
  'escalation-verbs': [
    ...['bind', 'escalate'].flatMap((verb) =>
      ['clusterroles', 'roles'].map((resource) => evenNamed(verb, resource, RBAC)),
    ),
    ...['users', 'groups', 'serviceaccounts'].map((resource) => evenNamed('impersonate', resource)),
  ],
  'volume-creators': [anywhere('create', 'persistentvolumes')],
  'node-proxy': [evenNamed('get', 'nodes/proxy'), evenNamed('create', 'nodes/proxy')],
  'certificate-approvers': ['update', 'patch'].map((verb) =>
    evenNamed(verb, 'certificatesigningrequests/approval', CERTIFICATES),
  ),
  'webhook-changers': ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'].flatMap(
    (resource) => [
      // The API server knows no name when it is asked for these two: a rule with names never allows them.
      ...['create', 'deletecollection'].map((verb) => anywhere(verb, resource, ADMISSION)),
      ...['update', 'patch', 'delete'].map((verb) => evenNamed(verb, resource, ADMISSION)),
    ],
  ),
  'token-creators': [anywhere('create', 'serviceaccounts/token')],
};

/** Plugins that enforce network policies, by what their daemon sets are called. */
const ENFORCING =
  /^(?:rke2-)?(?:calico-node|canal|cilium|antrea-agent|weave-net|kube-router|romana-agent|ovnkube-node|kube-ovn-cni|ovs-ovn|azure-npm|anetd)(?:-(?:amd64|arm64|windows|v\d+))?$/;

/** The plugin of Amazon enforces policies only where its agent is told to, which it is not by default. */
const enforces = (daemonSet: Json): boolean =>
  ENFORCING.test(nameOf(daemonSet)) ||
  (nameOf(daemonSet) === 'aws-node' &&
    listOf(memberOf(daemonSet, 'spec', 'template', 'spec', 'containers')).some((container) =>
      textsOf(memberOf(container, 'args')).includes(POLICIES_OF_AMAZON),
    ));

/** Somebody gave it: neither Kubernetes for a part of its own, nor anybody to those who have everything anyway. */
const isGiven = (binding: Binding, subject: Subject): boolean =>
  !isMasters(subject) && !isShippedBinding(binding, subjectName(subject));

class Answers {
  readonly #cluster: ClusterObjects;
  readonly #graph: AccessGraph;
  readonly #pods: readonly AskedPod[];

  constructor(cluster: ClusterObjects) {
    this.#cluster = cluster;
    this.#graph = new AccessGraph(readAccess(cluster.objects, cluster.unreadable));
    this.#pods = this.#all('Pod')
      .map(askedPod)
      .filter(({ namespace }) => !SYSTEM.has(namespace));
  }

  /** What breaks a question, named; undefined when it cannot be told. */
  of(question: ObjectQuestion): readonly string[] | undefined {
    const asked = GRANTS[question];
    if (asked !== undefined)
      return this.#needs(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'])
        ? this.#holders(asked)
        : undefined;
    if (POD_QUESTIONS.includes(question))
      return this.#needs(['Pod'])
        ? this.#pods
            .filter((pod) => breaks(question, pod))
            .map(({ namespace, name }) => `${namespace}/${name}`)
        : undefined;
    return this.#others(question);
  }

  #all(kind: string): Json[] {
    return this.#cluster.objects.filter((object) => kindOf(object) === kind);
  }

  #needs(kinds: readonly string[]): boolean {
    return !kinds.some((kind) => this.#cluster.unreadable.includes(kind));
  }

  #holders(asked: readonly Asked[]): string[] {
    const found = asked.flatMap(({ attributes, byName }) =>
      this.#graph.whoCan(attributes, byName ? 'any' : 'asked'),
    );
    return [
      ...new Set(
        found
          .filter(({ subject, grant }) => isGiven(grant.binding, subject))
          .map(({ subject }) => subjectName(subject)),
      ),
    ];
  }

  #others(question: ObjectQuestion): readonly string[] | undefined {
    switch (question) {
      case 'cluster-admin-bindings':
        return this.#needs(['ClusterRoleBinding', 'RoleBinding']) ? this.#adminBindings() : undefined;
      case 'masters-group':
        return this.#needs(['ClusterRoleBinding', 'RoleBinding']) ? this.#mastersBindings() : undefined;
      case 'wildcard-roles':
        return this.#needs(['Role', 'ClusterRole']) ? this.#wildcardRoles() : undefined;
      case 'default-accounts':
        return this.#needs(['ServiceAccount']) ? this.#defaultAccounts() : undefined;
      case 'token-mounts':
        return this.#needs(['Pod', 'ServiceAccount']) ? this.#tokenMounts() : undefined;
      case 'pod-security-active':
        return this.#needs(['Namespace', 'Pod']) ? this.#withoutRules() : undefined;
      case 'network-policies':
        return this.#needs(['NetworkPolicy', 'Pod']) ? this.#withoutNetworkPolicy() : undefined;
      case 'network-plugin':
        return this.#needs(['DaemonSet']) ? this.#networkPlugin() : undefined;
      case 'default-namespace':
        return this.#needs(['Pod'])
          ? this.#pods.filter(({ namespace }) => namespace === 'default').map(({ name }) => `default/${name}`)
          : undefined;
      case 'image-provenance':
        return this.#cluster.deniesImages === undefined
          ? undefined
          : this.#cluster.deniesImages
            ? []
            : ['no admission rule about the origin of images is bound'];
      default:
        return undefined;
    }
  }

  #adminBindings(): string[] {
    return this.#graph.snapshot.bindings
      .filter(
        (binding) =>
          binding.role.name === 'cluster-admin' && binding.subjects.some((one) => isGiven(binding, one)),
      )
      .map(({ kind, namespace, name }) => `${kind}/${namespace === '' ? '' : `${namespace}/`}${name}`);
  }

  #mastersBindings(): string[] {
    return this.#graph.snapshot.bindings
      .filter((binding) => binding.subjects.some(isMasters) && !isShippedBinding(binding, `Group/${MASTERS}`))
      .map(({ kind, name }) => `${kind}/${name}`);
  }

  #wildcardRoles(): string[] {
    return this.#graph.snapshot.roles
      .filter((role) => !isShippedWithWildcard(role))
      .filter(({ rules }) =>
        rules.some((rule) => [...rule.verbs, ...rule.resources, ...rule.apiGroups].includes('*')),
      )
      .map(({ kind, namespace, name }) => `${kind}/${namespace === '' ? '' : `${namespace}/`}${name}`);
  }

  #defaultAccounts(): string[] {
    return this.#graph.snapshot.accounts
      .filter(({ name, namespace }) => name === 'default' && !SYSTEM.has(namespace))
      .filter(
        (account) =>
          account.mountsToken ||
          this.#graph.bindingsOf({ kind: 'ServiceAccount', namespace: account.namespace, name: 'default' })
            .length > 0,
      )
      .map(({ namespace }) => `${namespace}/default`);
  }

  #tokenMounts(): string[] {
    const accounts = new Map(
      this.#graph.snapshot.accounts.map((one) => [`${one.namespace}/${one.name}`, one.mountsToken]),
    );
    return this.#pods
      .filter(({ spec, namespace }) => {
        const said = memberOf(spec, 'automountServiceAccountToken');
        const account = textOf(memberOf(spec, 'serviceAccountName')) || 'default';
        return typeof said === 'boolean'
          ? said && account === 'default'
          : accounts.get(`${namespace}/${account}`) !== false;
      })
      .map(({ namespace, name }) => `${namespace}/${name}`);
  }

  #workloadNamespaces(): string[] {
    return [...new Set(this.#pods.map(({ namespace }) => namespace))];
  }

  #withoutRules(): string[] {
    if (this.#cluster.deniesPods === true) return [];
    const levels = this.#graph.snapshot.podSecurity;
    return this.#workloadNamespaces().filter(
      (namespace) => !['baseline', 'restricted'].includes(levels.get(namespace) ?? ''),
    );
  }

  #withoutNetworkPolicy(): string[] {
    const covered = new Set(this.#all('NetworkPolicy').map(namespaceOf));
    return this.#workloadNamespaces().filter((namespace) => !covered.has(namespace));
  }

  /**
   * A plugin that is not known may enforce or not: then nobody can tell. Pods do not count: whoever may run one may give
   * it any name.
   */
  #networkPlugin(): string[] | undefined {
    const plugins = this.#all('DaemonSet');
    if (plugins.some(enforces)) return [];
    return plugins.some((one) => /^(?:kube-flannel|flannel|kindnet)(?:-|$)/.test(nameOf(one)))
      ? ['the network plugin enforces no network policies']
      : undefined;
  }
}

/** Answers what benchmarks ask of a cluster, from its objects. */
export function answerObjects(cluster: ClusterObjects): ExampleEvidence[] {
  const answers = new Answers(cluster);
  return OBJECT_QUESTIONS.map((question): ExampleEvidence => {
    const base = { collector: 'object', subject: question, origin: 'api' } as const;
    const found = answers.of(question);
    if (found === undefined) return { ...base, state: 'unreadable', reason: 'no-access' };
    return {
      ...base,
      state: 'known',
      value: { count: found.length, found: found.slice(0, FOUND_MAX).map((one) => one.slice(0, 600)) },
    };
  });
}

/** Kinds that the questions are answered from. */
export const ASKED_KINDS = [
  'Pod',
  'Namespace',
  'ServiceAccount',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'NetworkPolicy',
  'DaemonSet',
] as const;
