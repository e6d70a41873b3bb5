// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the nix cataloger can and cannot know. */
export const nixCapabilities: CatalogerCapabilities = {
  finds: ['store paths of a Nix store, by the name and version in their name'],
  doesNotFind: [
    'a version that the name of the store path does not show',
    'advisories: Nix has no feed; the upstream package may have one',
  ],
};
