// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the pacman cataloger can and cannot know. */
export const pacmanCapabilities: CatalogerCapabilities = {
  finds: [
    'installed packages of Arch Linux and derived distributions, with architecture and base package',
    'which files a package owns',
  ],
  doesNotFind: [
    'packages of images that removed /var/lib/pacman',
    'whether a version was withdrawn: Arch is rolling',
  ],
};
