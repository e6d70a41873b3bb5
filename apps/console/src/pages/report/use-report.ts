// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, ResponseOf } from '@bartizan/contracts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../data/api-client.ts';
import { REPORT_MAX } from './report-data.ts';

const PAGE = 1_000;
const GROUPS_MAX = 100;
export type Groups = ResponseOf<'finding.groups'>;

export interface ReportAnswer {
  readonly findings: readonly Finding[];
  /** Matches in all, also those that are not in the report. */
  readonly total: number;
  readonly groups: Groups['items'];
  readonly groupsTotal: number;
  readonly generatedAtMs: number;
}

const askFindings = async (filter: string, signal: AbortSignal) => {
  const findings: Finding[] = [];
  let cursor: string | undefined;
  let total = 0;
  do {
    const page = await call('finding.list', {
      query: { filter, sort: 'severity', limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
      signal,
    });
    findings.push(...page.items);
    total = page.total ?? findings.length;
    cursor = page.next;
  } while (cursor !== undefined && findings.length < REPORT_MAX);
  return { findings: findings.slice(0, REPORT_MAX), total: Math.max(total, findings.length) };
};

/** All findings of a filter and the acts that remove them, asked once: a report does not change while it is read. */
export const useReport = (filter: string) =>
  useQuery<ReportAnswer>({
    queryKey: ['report', filter],
    queryFn: async ({ signal }) => {
      const [list, groups] = await Promise.all([
        askFindings(filter, signal),
        call('finding.groups', { query: { filter, limit: GROUPS_MAX }, signal }),
      ]);
      return {
        ...list,
        groups: groups.items,
        groupsTotal: groups.total ?? groups.items.length,
        generatedAtMs: Date.now(),
      };
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
