// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { integer, localText, object, optional, text } from '../schema.ts';
import { SeveritySchema } from '../severity.ts';

/** Findings that one act removes. */
export const FindingGroup = object('FindingGroup', 'Findings that one act removes', {
  groupKey: text('Key', 512),
  action: localText('What to do', 2000),
  command: optional(text('Command', 4000)),
  findings: integer('Findings it removes', '1'),
  knownExploited: integer('Of those, known to be exploited', '1'),
  worst: SeveritySchema,
  workloads: integer('Workloads it helps', '1'),
});
