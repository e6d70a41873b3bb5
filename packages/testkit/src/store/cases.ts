// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ACCESS_CASES } from './access-cases.ts';
import { ACCESS_REQUEST_CASES } from './access-request-cases.ts';
import type { StoreCase } from './case.ts';
import { CLUSTER_CASES } from './cluster-cases.ts';
import { DECISION_CASES } from './decision-cases.ts';
import { ENTITY_CASES } from './entity-cases.ts';
import { EVENT_CASES } from './event-cases.ts';
import { EXACT_CASES } from './exact-cases.ts';
import { PACKAGE_CASES } from './package-cases.ts';

/** Every promise of the store ports: one table, run by every implementation. */
export const STORE_CASES: readonly StoreCase[] = [
  ...ENTITY_CASES,
  ...DECISION_CASES,
  ...ACCESS_CASES,
  ...ACCESS_REQUEST_CASES,
  ...EVENT_CASES,
  ...PACKAGE_CASES,
  ...EXACT_CASES,
  ...CLUSTER_CASES,
];
