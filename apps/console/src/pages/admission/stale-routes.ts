// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { RouteId } from '@bartizan/contracts';
import { queryClient } from '../../data/queries.ts';

/** Answers that a changed rule, binding or exception makes old. */
const STALE: readonly RouteId[] = [
  'admission.status',
  'admission.rules',
  'admission.rule',
  'admission.bindings',
  'admission.native',
  'admission.reports',
  'admission.exceptions',
  'admission.coverage',
  'admission.simulate',
  'finding.list',
  'finding.groups',
  'finding.show',
];
/** Asks again what a change of the policy made old. */
export const renewPolicy = (): void => {
  for (const route of STALE) void queryClient.invalidateQueries({ queryKey: [route] });
};
