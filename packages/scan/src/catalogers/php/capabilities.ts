// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the php cataloger can and cannot know. */
export const phpCapabilities: CatalogerCapabilities = {
  finds: [
    'packages that Composer installed (installed.json)',
    'packages of composer.lock where no vendor folder stands beside it',
    'PEAR and PECL packages by their registry files',
  ],
  doesNotFind: ['code copied in without Composer', 'extensions compiled into PHP'],
};
