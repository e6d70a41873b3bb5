// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { joinFilters } from '../../filter/tokens.ts';

/** Ways to look at findings. */
export const VIEWS = ['act', 'list', 'cve', 'workload'] as const;
export type View = (typeof VIEWS)[number];

/** What the view by vulnerability is made of. */
export const ofVulnerabilities = (filter: string): string => joinFilters(filter, 'kind:vulnerability');
/** How the list is asked: by urgency unless the reader chose another order. */
export const listQuery = (filter: string, sort: string | undefined) => ({ filter, sort: sort ?? 'urgency' });

/** What an export of a view holds: the rows that the view is made of, in its order. */
export function exportOf(view: View, filter: string, sort: string | undefined) {
  if (view === 'act') return { route: 'finding.groups', query: { filter } } as const;
  if (view === 'list') return { route: 'finding.list', query: listQuery(filter, sort) } as const;
  const shown = view === 'cve' ? ofVulnerabilities(filter) : filter;
  return { route: 'finding.list', query: { filter: shown } } as const;
}
