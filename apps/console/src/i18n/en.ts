// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { access } from './en/access.ts';
import { accessRequests } from './en/access-requests.ts';
import { admission } from './en/admission.ts';
import { apiUses } from './en/api-uses.ts';
import { compliance } from './en/compliance.ts';
import { frame } from './en/frame.ts';
import { inventory } from './en/inventory.ts';
import { operations } from './en/operations.ts';
import { overview } from './en/overview.ts';
import { supply } from './en/supply.ts';
import { words } from './en/words.ts';

/** Every text of the console in English; the other languages are held to its keys. */
export const en = {
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
} as const;
