// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isObject, member } from '../pod/json.ts';
import { MALFORMED, type Reading } from '../request.ts';
import { type AdmissionField, computed, entryOf, placed, readAs } from './field.ts';

/** How many of the rules that let in name nobody, and so let in everybody. */
function openRules(spec: unknown): Reading {
  const rules = isObject(spec) ? (member(spec, 'ingress') ?? []) : [];
  if (!Array.isArray(rules)) return MALFORMED;
  let open = 0;
  for (const rule of rules as readonly unknown[]) {
    const peers = isObject(rule) ? (member(rule, 'from') ?? []) : undefined;
    if (!Array.isArray(peers)) return MALFORMED;
    if (peers.length === 0) open += 1;
  }
  return open;
}

/** Fields of kinds without pods: services, ingresses, roles and their bindings. */
export const OTHER_KIND_FIELDS: readonly AdmissionField[] = [
  placed('service.type', 'object', 'text', {
    path: 'spec.type',
    en: 'the type of the service',
    ja: 'Service の種類',
  }),
  placed('service.externalIPs', 'object', 'list', {
    path: 'spec.externalIPs',
    en: 'the external addresses of the service',
    ja: 'Service の外部アドレス',
  }),
  placed('service.loadBalancerSourceRanges', 'object', 'list', {
    path: 'spec.loadBalancerSourceRanges',
    en: 'the addresses that may reach the load balancer',
    ja: 'ロードバランサーに接続できるアドレス',
  }),
  placed('servicePort.port', 'service-port', 'number', {
    path: 'port',
    en: 'the port of the service',
    ja: 'Service のポート',
  }),
  placed('servicePort.nodePort', 'service-port', 'number', {
    path: 'nodePort',
    en: 'the port on the nodes',
    ja: 'ノードのポート',
  }),
  placed('ingress.className', 'object', 'text', {
    path: 'spec.ingressClassName',
    en: 'the ingress class',
    ja: 'Ingress クラス',
  }),
  computed('ingress.tls', 'object', 'boolean', {
    path: 'spec.tls',
    en: 'the ingress has a certificate',
    ja: 'Ingress に証明書がある',
    read: ({ root }) => {
      const spec = member(root.value, 'spec');
      const tls = isObject(spec) ? member(spec, 'tls') : undefined;
      return Array.isArray(tls) && tls.length > 0;
    },
    cel: 'optional.of(size(object.?spec.?tls.orValue([])) > 0)',
  }),
  placed('ingressRule.host', 'ingress-rule', 'text', {
    path: 'host',
    en: 'the host name of the ingress',
    ja: 'Ingress のホスト名',
  }),
  computed('networkPolicy.openIngressRules', 'object', 'number', {
    path: 'spec.ingress',
    en: 'the number of rules of the network policy that let everybody in',
    ja: 'すべての送信元を許可するネットワークポリシーのルールの数',
    read: ({ root }) => openRules(member(root.value, 'spec')),
    cel: 'optional.of(object.?spec.?ingress.optFlatMap(given, optional.ofNonZeroValue(given)).orValue([]).filter(rule, rule.?from.optFlatMap(given, optional.ofNonZeroValue(given)).orValue([]).size() == 0).size())',
  }),
  placed('roleRule.verbs', 'role-rule', 'list', {
    path: 'verbs',
    en: 'the verbs that are granted',
    ja: '許可された操作',
  }),
  placed('roleRule.resources', 'role-rule', 'list', {
    path: 'resources',
    en: 'the resources that are granted',
    ja: '許可されたリソース',
  }),
  placed('roleRule.apiGroups', 'role-rule', 'list', {
    path: 'apiGroups',
    en: 'the API groups that are granted',
    ja: '許可された API グループ',
  }),
  placed('roleRule.resourceNames', 'role-rule', 'list', {
    path: 'resourceNames',
    en: 'the names the grant is limited to',
    ja: '許可が限定された名前',
    // An empty list of names limits nothing, as if there were none.
    convert: (written) => {
      const names = readAs('list', written, []);
      return Array.isArray(names) && names.length === 0 ? undefined : names;
    },
    cel: 'roleRule.?resourceNames.optFlatMap(names, optional.ofNonZeroValue(names))',
  }),
  placed('roleRule.nonResourceURLs', 'role-rule', 'list', {
    path: 'nonResourceURLs',
    en: 'the addresses that are granted',
    ja: '許可された URL',
  }),
  placed('subject.kind', 'subject', 'text', {
    path: 'kind',
    en: 'the kind of the subject',
    ja: '対象の種類',
  }),
  placed('subject.name', 'subject', 'text', {
    path: 'name',
    en: 'the name of the subject',
    ja: '対象の名前',
  }),
  placed('subject.namespace', 'subject', 'text', {
    path: 'namespace',
    en: 'the namespace of the subject',
    ja: '対象の名前空間',
  }),
  placed('binding.roleKind', 'object', 'text', {
    path: 'roleRef.kind',
    en: 'the kind of the role that is bound',
    ja: '割り当てるロールの種類',
  }),
  placed('binding.roleName', 'object', 'text', {
    path: 'roleRef.name',
    en: 'the role that is bound',
    ja: '割り当てるロール',
  }),
  computed('binding.role', 'object', 'text', {
    path: 'roleRef.name',
    en: 'the role that is bound, as kind/name',
    ja: '割り当てるロール（種類/名前）',
    read: ({ root }) => {
      const name = entryOf(member(root.value, 'roleRef'), 'name');
      return typeof name === 'string'
        ? `${String(entryOf(member(root.value, 'roleRef'), 'kind'))}/${name}`
        : name;
    },
    cel: 'object.?roleRef.optMap(r, r.kind + "/" + r.name)',
  }),
];
