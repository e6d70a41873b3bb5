// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the conan cataloger can and cannot know. */
export const conanCapabilities: CatalogerCapabilities = {
  finds: [
    'packages of conan.lock (versions 1 and 2) and conaninfo.txt',
    'requirements of conanfile.txt with a fixed version',
    'ports of an installed vcpkg tree and of vcpkg.json with a fixed version',
  ],
  doesNotFind: ['libraries linked without a package manager', 'conanfile.py, which is a program'],
};
