// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TSchema } from 'typebox';
import {
  AccessAnswer,
  AccessPath,
  AccessRisk,
  AccessUse,
  AccessUseRow,
  ReachAnswer,
} from '../../nouns/cluster-access.ts';
import { ClusterProbe, Component, Exposure, ProbeRun, SecretUsage } from '../../nouns/cluster-posture.ts';
import { choice, inline, integer, list, optional, text } from '../../schema.ts';
import { ListQuery, page } from '../problem.ts';
import { route } from '../route.ts';

const namespace = (description: string) => text(description, 253);
const person = {
  user: optional(text('User name; of a service account: system:serviceaccount:namespace:name', 512)),
  groups: optional(text('Groups, separated by commas', 4096)),
};

/** A page of what was found in the objects of the cluster, with what was not read: an empty one is then no proof. */
const knownPage = <T extends TSchema>(items: T, description: string) =>
  inline(description, {
    items: list(items, description, 1000),
    next: optional(text('Cursor of the next page', 1024)),
    total: optional(integer('Matches in all', '1')),
    asOfMs: integer('When this was true', 'ms since Unix epoch'),
    unreadable: list(
      text('Kind', 63),
      'Kinds that are not known whole: what they hold is unknown, not absent, and the list is a part only',
      64,
    ),
  });

/** Who can do what in the cluster, who can climb, and which pod can reach which. */
export const clusterAccessRoutes = [
  route({
    id: 'access.who-can',
    method: 'GET',
    path: '/access/who-can',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    summary: { en: 'Who may do something in the cluster', ja: 'クラスターで操作を許可されている利用者' },
    query: inline('Question', {
      verb: text('Verb', 253, { minLength: 1 }),
      group: optional(text('API group; absent: core', 253)),
      resource: optional(text('Resource in the plural', 253)),
      subresource: optional(text('Subresource', 253)),
      namespace: optional(namespace('Namespace; absent: the whole cluster')),
      name: optional(text('Name of the object; absent: any', 253)),
      path: optional(text('Path that is no resource, instead of one', 2048)),
    }),
    response: AccessAnswer,
  }),
  route({
    id: 'access.what-can',
    method: 'GET',
    path: '/access/what-can',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    summary: { en: 'What somebody may do in the cluster', ja: '利用者に許可されている操作' },
    query: inline('Somebody', person),
    response: AccessAnswer,
  }),
  route({
    id: 'access.risks',
    method: 'GET',
    path: '/access/risks',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: { en: 'Permissions that give more than they say', ja: '見かけ以上の権限につながる許可の一覧' },
    query: ListQuery,
    response: knownPage(AccessRisk, 'Risky permissions'),
  }),
  route({
    id: 'access.paths',
    method: 'GET',
    path: '/access/paths',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    summary: {
      en: 'The shortest way of somebody to cluster-admin',
      ja: '利用者から cluster-admin に至る最短経路',
    },
    query: inline('Somebody', person),
    response: AccessPath,
  }),
  route({
    id: 'access.unused',
    method: 'GET',
    path: '/access/unused',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    summary: {
      en: 'What somebody was granted and did not use, with the smaller role',
      ja: '利用者に許可され、使われていない操作と、より小さいロールの提案',
    },
    query: inline('Somebody', {
      user: text('User name, or ServiceAccount/namespace/name', 512, { minLength: 1 }),
      groups: optional(text('Groups, separated by commas', 4096)),
      minimumHours: optional(
        integer(
          'Hours the audit log has to be followed before not seen means not used; 720 when not given',
          '1',
          {
            maximum: 8784,
          },
        ),
      ),
    }),
    response: AccessUse,
  }),
  route({
    id: 'access.unused-subjects',
    method: 'GET',
    path: '/access/unused-subjects',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: {
      en: 'Users and service accounts with how much of what they were given was seen in use',
      ja: '利用者とサービスアカウントごとの、許可の使用状況の一覧',
    },
    query: ListQuery,
    response: knownPage(AccessUseRow, 'Users and service accounts'),
  }),
  route({
    id: 'access.reach',
    method: 'GET',
    path: '/access/reach',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    summary: {
      en: 'Whether a pod may reach another by the network policies',
      ja: 'ネットワークポリシー上、Pod から別の Pod に到達できるか',
    },
    query: inline('Connection', {
      fromNamespace: namespace('Namespace of the start'),
      fromPod: optional(text('Pod of the start', 253)),
      fromLabels: optional(text('Labels of the start instead: key=value,key=value', 4096)),
      toNamespace: namespace('Namespace of the target'),
      toPod: optional(text('Pod of the target', 253)),
      toLabels: optional(text('Labels of the target instead: key=value,key=value', 4096)),
      protocol: optional(choice(['TCP', 'UDP', 'SCTP'], 'Protocol; TCP when not given')),
      port: integer('Port of the target', '1', { minimum: 1, maximum: 65535 }),
    }),
    response: ReachAnswer,
  }),
  route({
    id: 'access.exposure',
    method: 'GET',
    path: '/access/exposure',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: { en: 'What is reachable from outside the cluster', ja: 'クラスター外から到達できるものの一覧' },
    query: ListQuery,
    response: knownPage(Exposure, 'Exposures'),
  }),
  route({
    id: 'access.secrets',
    method: 'GET',
    path: '/access/secrets',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: {
      en: 'Secrets, what uses each, who may read it and when it was changed',
      ja: 'Secret の使用元・読み取れる主体・最終更新日の一覧',
    },
    query: ListQuery,
    response: page(SecretUsage, 'Secrets'),
  }),
  route({
    id: 'access.components',
    method: 'GET',
    path: '/access/components',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: {
      en: 'Parts of the cluster with the end of their support',
      ja: 'クラスターの構成要素とサポート終了日の一覧',
    },
    query: ListQuery,
    response: page(Component, 'Components'),
  }),
  route({
    id: 'access.probes',
    method: 'GET',
    path: '/access/probes',
    tag: 'access',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: {
      en: 'Harmless requests that prove exposure, and what each proved last',
      ja: '公開状態を確かめる無害なリクエストの一覧と最新の結果',
    },
    query: ListQuery,
    response: page(ClusterProbe, 'Probes'),
  }),
  route({
    id: 'access.probe',
    method: 'POST',
    path: '/access/probes',
    tag: 'access',
    permission: 'policies:write',
    status: 200,
    audit: 'access.probe',
    summary: {
      en: 'Send the listed probes now, once',
      ja: '一覧のプローブを今すぐ 1 回送信する',
    },
    response: ProbeRun,
  }),
] as const;
