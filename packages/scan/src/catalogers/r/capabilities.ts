// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the r cataloger can and cannot know. */
export const rCapabilities: CatalogerCapabilities = {
  finds: ['installed R packages by their DESCRIPTION', 'packages of renv.lock'],
  doesNotFind: ['R itself, which the distribution or a binary classifier finds'],
};
