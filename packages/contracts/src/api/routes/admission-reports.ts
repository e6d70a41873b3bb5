// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { choice, flag, inline, instant, integer, object, optional, text } from '../../schema.ts';
import { route } from '../route.ts';

/** How the reports in the cluster are. */
export const AdmissionReports = object('AdmissionReports', 'Policy reports that are kept in the cluster', {
  state: choice(
    ['off', 'pending', 'on', 'not-served', 'not-permitted', 'failed', 'no-cluster'],
    'off: nobody asked for them; pending: the cluster is not known yet; not-served: the API server has neither the OpenReports nor the PolicyReport kinds; failed: some could not be written or removed, tried again; no-cluster: no cluster is watched',
  ),
  api: optional(text('API that is served and written, e.g. openreports.io/v1alpha1', 253)),
  reports: integer('Reports that are in the cluster as they shall be', '1'),
  results: integer('Results in them', '1'),
  leftOut: integer('Results that found no room in a report, or whose report found none', '1'),
  planned: optional(
    inline('What would be written now, while none are kept; absent: not known', {
      reports: integer('Reports', '1'),
      results: integer('Results in them', '1'),
      leftOut: integer('Results that would find no room', '1'),
    }),
  ),
  writtenAtMs: optional(instant('When they were compared with the cluster last')),
  code: optional(text('Error code', 64)),
  detail: optional(text('What the API server said', 512)),
});
export type AdmissionReports = Static<typeof AdmissionReports>;

/** Policy reports of the audit of what exists, as objects of the cluster. */
export const admissionReportRoutes = [
  route({
    id: 'admission.reports',
    method: 'GET',
    path: '/admission/reports',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    summary: {
      en: 'Policy reports that are kept in the cluster',
      ja: 'クラスターに置いているポリシーレポート',
    },
    response: AdmissionReports,
  }),
  route({
    id: 'admission.reports.put',
    method: 'PUT',
    path: '/admission/reports',
    tag: 'admission',
    permission: 'policies:write',
    status: 200,
    audit: 'admission.reports.put',
    summary: {
      en: 'Keep policy reports in the cluster, or remove them',
      ja: 'ポリシーレポートをクラスターに置く、または削除する',
    },
    body: inline('Choice', { on: flag('Whether reports are kept; false removes those there are') }),
    response: AdmissionReports,
  }),
] as const;
