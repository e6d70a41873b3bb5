// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Type } from 'typebox';
import { Flow, MapEdge, MapNode } from '../../events/flow.ts';
import { ProcessInfo } from '../../events/process-info.ts';
import { OpaqueId } from '../../ids.ts';
import { CoverageEntry, Package } from '../../nouns/finding.ts';
import { Cluster, Node } from '../../nouns/node.ts';
import { Container, Workload, WorkloadRef } from '../../nouns/workload.ts';
import {
  choice,
  flag,
  inline,
  instant,
  integer,
  labels,
  list,
  object,
  optional,
  text,
  toldText,
} from '../../schema.ts';
import { ListQuery, page } from '../problem.ts';
import { route } from '../route.ts';

const idParams = inline('Path', { id: OpaqueId });

/** A workload as lists show it. */
export const WorkloadSummary = object('WorkloadSummary', 'A workload with what is wrong with it', {
  workload: Workload,
  openFindings: labels('Open findings per severity (numbers as text)'),
  events24h: integer('Security events of the last 24 hours', '1'),
  scannedAtMs: optional(instant('Last scan; absent: what is wrong with it is not known')),
});

/** A process seen in a workload, with the latest state known. */
export const ProcessRow = object('ProcessRow', 'A process of a workload', {
  process: ProcessInfo,
  container: optional(text('Container id', 128)),
  running: flag('Still running, as far as known'),
  firstAtMs: instant('First seen'),
  lastAtMs: instant('Last seen'),
  count: integer('Starts folded into this row', '1'),
});

/** Inventory: what exists and who talks to whom. */
export const inventoryRoutes = [
  route({
    id: 'cluster.list',
    method: 'GET',
    path: '/clusters',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    summary: { en: 'List clusters', ja: 'クラスターの一覧' },
    response: page(Cluster, 'Clusters'),
  }),
  route({
    id: 'node.list',
    method: 'GET',
    path: '/nodes',
    tag: 'nodes',
    permission: 'nodes:read',
    status: 200,
    list: true,
    summary: { en: 'List nodes', ja: 'ノードの一覧' },
    query: ListQuery,
    response: page(Node, 'Nodes'),
  }),
  route({
    id: 'node.show',
    method: 'GET',
    path: '/nodes/:id',
    tag: 'nodes',
    permission: 'nodes:read',
    status: 200,
    summary: { en: 'One node', ja: 'ノードの詳細' },
    params: idParams,
    response: Node,
  }),
  route({
    id: 'node.command',
    method: 'POST',
    path: '/nodes/:id/commands',
    tag: 'nodes',
    permission: 'nodes:command',
    status: 202,
    audit: 'node.command',
    summary: { en: 'Ask a node to scan or check now', ja: 'ノードに今すぐスキャンまたは検査を指示する' },
    params: idParams,
    body: inline('Command', { command: choice(['scan-now', 'posture-now', 'renew-certificate'], 'What') }),
    response: inline('Accepted', { id: text('Command id', 64) }),
  }),
  route({
    id: 'workload.list',
    method: 'GET',
    path: '/workloads',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    list: true,
    summary: { en: 'List workloads', ja: 'ワークロードの一覧' },
    query: ListQuery,
    response: page(WorkloadSummary, 'Workloads'),
  }),
  route({
    id: 'workload.show',
    method: 'GET',
    path: '/workloads/:id',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    summary: { en: 'One workload', ja: 'ワークロードの詳細' },
    params: idParams,
    response: object('WorkloadDetail', 'A workload with its containers', {
      ...WorkloadSummary.properties,
      containers: list(Container, 'Containers, running first', 1000),
      coverage: list(CoverageEntry, 'What the scan could judge', 64),
      incomplete: list(toldText('Reason', 512), 'Why the scan is incomplete', 64),
      packageUse: optional(labels('Packages by use: loaded, touched, not-seen, unknown (numbers as text)')),
    }),
  }),
  route({
    id: 'workload.processes',
    method: 'GET',
    path: '/workloads/:id/processes',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    list: true,
    summary: { en: 'Processes of a workload', ja: 'ワークロードのプロセス' },
    params: idParams,
    query: ListQuery,
    response: page(ProcessRow, 'Processes'),
  }),
  route({
    id: 'workload.connections',
    method: 'GET',
    path: '/workloads/:id/connections',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    list: true,
    summary: { en: 'Connections of a workload', ja: 'ワークロードの通信' },
    params: idParams,
    query: ListQuery,
    response: page(Flow, 'Flows'),
  }),
  route({
    id: 'workload.packages',
    method: 'GET',
    path: '/workloads/:id/packages',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    list: true,
    summary: { en: 'Packages of a workload', ja: 'ワークロードのパッケージ' },
    params: idParams,
    query: ListQuery,
    response: page(Package, 'Packages'),
  }),
  route({
    id: 'container.list',
    method: 'GET',
    path: '/containers',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    list: true,
    summary: { en: 'List containers', ja: 'コンテナーの一覧' },
    query: ListQuery,
    response: page(Container, 'Containers'),
  }),
  route({
    id: 'container.show',
    method: 'GET',
    path: '/containers/:id',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    summary: { en: 'One container', ja: 'コンテナーの詳細' },
    params: idParams,
    response: Container,
  }),
  route({
    id: 'map.show',
    method: 'GET',
    path: '/map',
    tag: 'inventory',
    permission: 'inventory:read',
    status: 200,
    summary: { en: 'The network map, aggregated and laid out', ja: 'ネットワークマップ（集約・配置済み）' },
    query: Type.Object(
      {
        from: optional(integer('Range start', 'ms since Unix epoch')),
        to: optional(integer('Range end', 'ms since Unix epoch')),
        otherFrom: optional(
          integer(
            'Start of a time to compare with: addresses outside that differ then are named first, in both maps alike',
            'ms since Unix epoch',
          ),
        ),
        otherTo: optional(integer('End of the time to compare with', 'ms since Unix epoch')),
        expand: optional(text('Groups to open, comma-separated ids', 4000)),
        filter: optional(text('Filter', 2000)),
      },
      { additionalProperties: false, description: 'What to show' },
    ),
    response: object('NetworkMap', 'The network map', {
      nodes: list(MapNode, 'Nodes', 2000),
      edges: list(MapEdge, 'Edges', 10_000),
      workloads: integer('Workloads behind the nodes', '1'),
      isCut: optional(
        flag(
          'There are more connections than are read at once; the least used are left out, of the time compared with too',
        ),
      ),
      asOfMs: instant('When'),
    }),
  }),
  route({
    id: 'scan.match',
    method: 'POST',
    path: '/scans',
    tag: 'findings',
    permission: 'scan:submit',
    status: 200,
    audit: 'scan.match',
    summary: {
      en: 'Match a package list against the advisories',
      ja: 'パッケージ一覧を脆弱性情報と照合する',
    },
    body: inline('Package list', {
      distribution: text('e.g. debian 12; empty = none', 128),
      packages: list(Package, 'Packages', 20_000),
      name: text('What was scanned', 512),
    }),
    response: object('ScanMatch', 'Findings for a package list', {
      findings: list(Type.Unknown(), 'Findings', 100_000),
      coverage: list(CoverageEntry, 'Coverage', 64),
      subject: WorkloadRef,
    }),
  }),
] as const;
