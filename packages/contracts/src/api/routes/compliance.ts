// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ComplianceCheckRow, ComplianceRun, ComplianceRunRow } from '../../compliance/run.ts';
import { OpaqueId } from '../../ids.ts';
import { inline } from '../../schema.ts';
import { ListQuery, page } from '../problem.ts';
import { route } from '../route.ts';

/** Runs of benchmarks, and what the newest of them say check by check. */
export const complianceRoutes = [
  route({
    id: 'compliance.runs',
    method: 'GET',
    path: '/compliance/runs',
    tag: 'compliance',
    permission: 'scorecard:read',
    status: 200,
    list: true,
    summary: { en: 'List runs of benchmarks, newest first', ja: 'ベンチマークの実行の一覧（新しい順）' },
    query: ListQuery,
    response: page(ComplianceRunRow, 'Runs'),
  }),
  route({
    id: 'compliance.run',
    method: 'GET',
    path: '/compliance/runs/:id',
    tag: 'compliance',
    permission: 'scorecard:read',
    status: 200,
    summary: { en: 'One run with results and evidence', ja: '実行の結果と証拠' },
    params: inline('Path', { id: OpaqueId }),
    response: ComplianceRun,
  }),
  route({
    id: 'compliance.upload',
    method: 'POST',
    path: '/compliance/runs',
    tag: 'compliance',
    permission: 'scan:submit',
    status: 201,
    audit: 'compliance.upload',
    upload: true,
    summary: {
      en: 'Judge a bundle of evidence of a node (application/octet-stream)',
      ja: 'ノードの証拠のバンドルを判定する（application/octet-stream）',
    },
    response: ComplianceRunRow,
  }),
  route({
    id: 'compliance.checks',
    method: 'GET',
    path: '/compliance/checks',
    tag: 'compliance',
    permission: 'scorecard:read',
    status: 200,
    list: true,
    summary: { en: 'Checks with the newest answer of each node', ja: '検査と、各ノードの最新の結果' },
    query: ListQuery,
    response: page(ComplianceCheckRow, 'Checks'),
  }),
] as const;
