// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the swift cataloger can and cannot know. */
export const swiftCapabilities: CatalogerCapabilities = {
  finds: ['packages of Package.resolved (versions 1 to 3)', 'pods of Podfile.lock'],
  doesNotFind: ['packages pinned to a branch: they have no version', 'packages compiled into a program'],
};
