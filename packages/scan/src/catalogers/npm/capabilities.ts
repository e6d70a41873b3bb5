// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the npm cataloger can and cannot know. */
export const npmCapabilities: CatalogerCapabilities = {
  finds: [
    'packages installed under node_modules, by the name and version of their package.json',
    'packages of package-lock.json and npm-shrinkwrap.json (versions 1 to 3) where no node_modules stands beside it',
    'packages of yarn.lock (1 and later), pnpm-lock.yaml (5 to 9), bun.lock and deno.lock, likewise',
    'which of them are extensions of Visual Studio Code, by the engine they name',
  ],
  doesNotFind: [
    'packages bundled into one file by webpack, esbuild and the like',
    'package.json files without a version: no advisory can be held against them',
    'packages of the binary lock file of early bun (bun.lockb): the scan is incomplete where nothing else says them',
  ],
};
