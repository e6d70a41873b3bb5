// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the portage cataloger can and cannot know. */
export const portageCapabilities: CatalogerCapabilities = {
  finds: [
    'installed packages of Gentoo and ChromeOS derivatives, by category, name and version',
    'which files a package owns',
  ],
  doesNotFind: [
    'slots and use flags: which of them a package was built with is not compared',
    'packages of images that removed /var/db/pkg',
  ],
};
