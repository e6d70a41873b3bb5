// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the elixir cataloger can and cannot know. */
export const elixirCapabilities: CatalogerCapabilities = {
  finds: [
    'Hex packages of mix.lock and rebar.lock',
    'applications of an installed release, by their .app files',
  ],
  doesNotFind: ['git dependencies without a version'],
};
