// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the ruby cataloger can and cannot know. */
export const rubyCapabilities: CatalogerCapabilities = {
  finds: [
    'installed gems by their gemspec, platform included',
    'gems of Gemfile.lock and gems.locked where nothing is installed beside it',
  ],
  doesNotFind: ['gems vendored without gemspec', 'gems that Ruby itself brings without a gemspec'],
};
