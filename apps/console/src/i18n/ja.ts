// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { access } from './ja/access.ts';
import { accessRequests } from './ja/access-requests.ts';
import { admission } from './ja/admission.ts';
import { apiUses } from './ja/api-uses.ts';
import { compliance } from './ja/compliance.ts';
import { frame } from './ja/frame.ts';
import { inventory } from './ja/inventory.ts';
import { operations } from './ja/operations.ts';
import { overview } from './ja/overview.ts';
import { supply } from './ja/supply.ts';
import { words } from './ja/words.ts';
import type { Catalogue } from './messages.ts';

/** Every text of the console in Japanese. */
export const ja = {
  ...frame,
  ...words,
  ...overview,
  ...inventory,
  ...operations,
  ...supply,
  ...admission,
  ...apiUses,
  ...compliance,
  ...access,
  ...accessRequests,
} as const satisfies Catalogue;
