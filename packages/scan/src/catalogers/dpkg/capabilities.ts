// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the dpkg cataloger can and cannot know. */
export const dpkgCapabilities: CatalogerCapabilities = {
  finds: [
    'installed packages of /var/lib/dpkg/status with architecture, source package and source version',
    'packages of distroless images in /var/lib/dpkg/status.d',
    'packages that chisel cut slices from, by its manifest',
    'which packages hold only translations or documentation, by their section',
    'which files a package owns, from /var/lib/dpkg/info',
  ],
  doesNotFind: [
    'packages whose files were copied in without dpkg',
    'packages of images that removed the dpkg database',
    'the source package of chisel slices, which their manifest does not name',
  ],
};
