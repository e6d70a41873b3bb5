// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Role } from '@bartizan/contracts';

/** Roles, from most to least powerful. */
export const ROLE_CHOICES = [
  'admin',
  'policy-author',
  'security-reader',
  'ci',
  'federation',
  'audit-source',
] as const satisfies readonly Role[];
