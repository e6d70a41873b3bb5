// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the apk cataloger can and cannot know. */
export const apkCapabilities: CatalogerCapabilities = {
  finds: [
    'installed packages of Alpine, Wolfi and Chainguard with architecture and origin package',
    'which files a package owns',
  ],
  doesNotFind: ['programs copied in without apk', 'packages of images that removed the apk database'],
};
