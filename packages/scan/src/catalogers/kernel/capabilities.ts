// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the kernel cataloger can and cannot know. */
export const kernelCapabilities: CatalogerCapabilities = {
  finds: ['the kernel that runs, on a host'],
  doesNotFind: [
    'kernels in images: they never run there',
    'which modules are loaded',
    'patches applied to the running kernel',
  ],
};
