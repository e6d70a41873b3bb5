// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the bundles cataloger can and cannot know. */
export const bundlesCapabilities: CatalogerCapabilities = {
  finds: [
    'snaps by meta/snap.yaml',
    'flatpak applications by their metainfo',
    'packages of Container-Optimized OS by its package list',
  ],
  doesNotFind: [
    'what is bundled inside a snap or flatpak, unless another cataloger knows it',
    'advisories: neither has a feed that we read',
  ],
};
