// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the wordpress cataloger can and cannot know. */
export const wordpressCapabilities: CatalogerCapabilities = {
  finds: ['WordPress by wp-includes/version.php', 'plugins and themes by their header'],
  doesNotFind: ['plugins whose header was removed', 'advisories: there is no open feed that we read'],
};
