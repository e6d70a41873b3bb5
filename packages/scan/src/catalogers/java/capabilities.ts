// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the Java cataloger can and cannot know. */
export const javaCapabilities: CatalogerCapabilities = {
  finds: [
    'artifacts of jar, war, ear, par, jpi and hpi archives and of the archives inside them, by their pom.properties',
    'artifacts of gradle.lockfile, and Java run-times by their release file',
    'shaded artifacts that kept their pom.properties',
    'artifacts without Maven metadata, by manifest and file name: listed, but without a group no advisory can be held against them',
  ],
  doesNotFind: [
    'classes copied or renamed into other archives without their metadata',
    'artifacts linked into native images',
    'dependencies that a build file names but that are not installed',
  ],
};
