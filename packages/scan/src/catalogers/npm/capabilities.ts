// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the npm cataloger can and cannot know. */
export const npmCapabilities: CatalogerCapabilities = {
  finds: [
    'packages installed under node_modules, by the name and version of their package.json',
    'packages of package-lock.json and npm-shrinkwrap.json (versions 1 to 3) where no node_modules stands beside it',
  ],
  doesNotFind: [
    'packages bundled into one file by webpack, esbuild and the like',
    'package.json files without a version: no advisory can be held against them',
    'yarn, pnpm, bun and deno lock files',
  ],
};
