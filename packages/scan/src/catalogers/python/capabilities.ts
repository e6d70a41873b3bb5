// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the Python cataloger can and cannot know. */
export const pythonCapabilities: CatalogerCapabilities = {
  finds: [
    'installed distributions: *.dist-info/METADATA, *.egg-info/PKG-INFO, EGG-INFO/PKG-INFO and single *.egg-info files',
    'in source folders: pinned requirements.txt and requirements/*.txt, Pipfile.lock, poetry.lock, uv.lock, pdm.lock and pylock.toml',
  ],
  doesNotFind: [
    'modules copied in without metadata',
    'requirements without a pinned version, and lock files inside of a root file system',
    'packages inside zip applications and wheels that are not unpacked',
    'conda packages without dist-info',
  ],
};
