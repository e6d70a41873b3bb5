// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessRequest } from '@bartizan/contracts';
import { OWNER } from './records.ts';

/** A request that nobody has decided: a service account wants to read a namespace for an hour. */
export const anAccessRequest = (changes: Partial<AccessRequest> = {}): AccessRequest => ({
  id: 'a-1',
  ...OWNER,
  subject: { kind: 'ServiceAccount', namespace: 'shop', name: 'worker' },
  role: { kind: 'ClusterRole', name: 'view' },
  namespace: 'shop',
  reason: 'an incident is looked into',
  durationMs: 3_600_000,
  state: 'asked',
  level: 'written',
  askedBy: 'aiko',
  askedAtMs: Date.UTC(2026, 0, 1),
  objects: [],
  ...changes,
});
