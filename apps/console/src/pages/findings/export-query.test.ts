// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { exportOf } from './export-query.ts';

it('an export of findings holds what the view shows, in its order', () => {
  const filter = 'severity:high state:open';
  const query = (...asked: Parameters<typeof exportOf>) => exportOf(...asked).query;
  expect(exportOf('act', filter, undefined)).toEqual({ route: 'finding.groups', query: { filter } });
  expect(query('list', filter, undefined)).toEqual({ filter, sort: 'urgency' });
  expect(query('list', filter, '-severity')).toEqual({ filter, sort: '-severity' });
  // Secrets and posture are not in the view by vulnerability.
  expect(query('cve', filter, '-severity')).toEqual({ filter: `${filter} kind:vulnerability` });
  expect(query('workload', filter, undefined)).toEqual({ filter });
});
