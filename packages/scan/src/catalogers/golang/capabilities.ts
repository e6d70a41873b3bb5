// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the Go cataloger can and cannot know. */
export const golangCapabilities: CatalogerCapabilities = {
  finds: [
    'modules linked into ELF executables, from the build information that Go 1.13 and later embed (stripped ones included)',
    'the standard library, by the version of the toolchain',
    'modules that the go.mod of a source folder requires, and those of its go.sum before Go 1.17',
    'replacements, under the name of what was really built',
  ],
  doesNotFind: [
    'whether a vulnerable function is reachable: a linked module counts as present',
    'main modules built outside of a release: they have no version',
    'programs packed by UPX, Windows and macOS executables, programs built without module support',
    'executables whose name has an extension, and those without an executable bit',
  ],
};
