// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the binaries cataloger can and cannot know. */
export const binariesCapabilities: CatalogerCapabilities = {
  finds: [
    'programs copied in without a package manager, by version strings of more than 70 products in the executable',
  ],
  doesNotFind: [
    'programs that were renamed',
    'libraries linked into another program',
    'products that are not in the table',
  ],
};
