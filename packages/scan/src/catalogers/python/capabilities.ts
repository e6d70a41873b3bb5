// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the Python cataloger can and cannot know. */
export const pythonCapabilities: CatalogerCapabilities = {
  finds: [
    'installed distributions: *.dist-info/METADATA, *.egg-info/PKG-INFO, EGG-INFO/PKG-INFO and single *.egg-info files',
  ],
  doesNotFind: [
    'modules copied in without metadata',
    'requirements and lock files that are not installed',
    'packages inside zip applications and wheels that are not unpacked',
    'conda packages without dist-info',
  ],
};
