// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the haskell cataloger can and cannot know. */
export const haskellCapabilities: CatalogerCapabilities = {
  finds: ['packages of stack.yaml, stack.yaml.lock and cabal.project.freeze'],
  doesNotFind: ['packages linked into a program'],
};
