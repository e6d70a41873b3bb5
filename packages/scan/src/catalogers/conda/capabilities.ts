// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the conda cataloger can and cannot know. */
export const condaCapabilities: CatalogerCapabilities = {
  finds: ['packages of conda environments by conda-meta, with channel and build'],
  doesNotFind: [
    'environment.yml, which names wishes and not what is installed',
    'advisories: conda has no feed; Python packages inside are judged by PyPI',
  ],
};
