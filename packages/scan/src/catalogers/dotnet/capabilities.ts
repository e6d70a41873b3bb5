// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the dotnet cataloger can and cannot know. */
export const dotnetCapabilities: CatalogerCapabilities = {
  finds: [
    'NuGet packages of *.deps.json, with those that bring run-time files',
    'packages.lock.json, packages.config and Directory.Packages.props',
    'shared frameworks by their own deps.json',
  ],
  doesNotFind: [
    'packages inside single-file and trimmed programs',
    'version resources of DLLs without deps.json',
  ],
};
