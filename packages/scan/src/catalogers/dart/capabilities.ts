// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the dart cataloger can and cannot know. */
export const dartCapabilities: CatalogerCapabilities = {
  finds: ['hosted and git packages of pubspec.lock'],
  doesNotFind: ['packages compiled into a Dart program', 'path dependencies'],
};
