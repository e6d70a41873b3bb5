// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { FrameworkAssessment, FrameworkSummary } from '../../compliance/assessment.ts';
import { choice, inline, instant, list, optional, text } from '../../schema.ts';
import { route } from '../route.ts';

/** Forms a report can have. */
export const REPORT_FORMATS = ['pdf', 'csv', 'oscal', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
export const REPORT_LANGUAGES = ['en', 'ja'] as const;
/** ISMAP, FISC and PCI DSS in one report. */
export const AUDIT_PACK_JAPAN = 'audit-pack-japan';

const runs = {
  run: optional(text('Run of benchmarks; absent: the newest of each node', 64)),
};
const compared = {
  ...runs,
  compare: optional(text('Earlier run to compare with the newest one of its node, or with that of run', 64)),
};

/** Frameworks of compliance: how each stands, and reports to hand out. */
export const complianceFrameworkRoutes = [
  route({
    id: 'compliance.frameworks',
    method: 'GET',
    path: '/compliance/frameworks',
    tag: 'compliance',
    permission: 'scorecard:read',
    status: 200,
    summary: { en: 'How every framework stands', ja: '各フレームワークの状況' },
    query: inline('Frameworks', runs),
    response: inline('Frameworks', {
      frameworks: list(FrameworkSummary, 'Frameworks', 64),
      asOfMs: instant('When they were judged'),
    }),
  }),
  route({
    id: 'compliance.framework',
    method: 'GET',
    path: '/compliance/frameworks/:id',
    tag: 'compliance',
    permission: 'scorecard:read',
    status: 200,
    summary: {
      en: 'How one framework stands: controls, checks with the reason of each, evidence',
      ja: 'フレームワークの状況（管理策、検査とその理由、証跡）',
    },
    params: inline('Framework', { id: text('Framework', 64) }),
    query: inline('Runs', compared),
    response: FrameworkAssessment,
  }),
  route({
    id: 'compliance.report',
    method: 'GET',
    path: '/compliance/reports',
    tag: 'compliance',
    permission: 'scorecard:read',
    status: 200,
    summary: {
      en: 'A framework, or the audit pack for Japan, as PDF, CSV, OSCAL or JSON (application/octet-stream)',
      ja: 'フレームワークまたは国内監査パックのレポート（PDF・CSV・OSCAL・JSON、application/octet-stream）',
    },
    query: inline('Report', {
      framework: text(`Framework, or ${AUDIT_PACK_JAPAN}`, 64),
      format: choice(REPORT_FORMATS, 'Form'),
      lang: choice(REPORT_LANGUAGES, 'Language'),
      ...compared,
    }),
  }),
] as const;
