// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asText } from '../../json/fields.ts';
import type { Cataloger } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import { readJsonManifest } from '../read-manifest.ts';
import { condaCapabilities } from './capabilities.ts';

/** `https://conda.anaconda.org/conda-forge/linux-64` and `conda-forge/linux-64` are the channel conda-forge. */
const channelOf = (text: string | undefined): string | undefined =>
  text
    ?.replace(/^[a-z]+:\/\/[^/]+\//, '')
    .replace(/\/(?:noarch|linux-[\w]+|osx-[\w]+|win-[\w]+)\/?$/, '')
    .replace(/\/+$/, '');

/** conda environments. */
export const condaCataloger: Cataloger = {
  id: 'conda',
  types: ['conda'],
  capabilities: condaCapabilities,
  wants: (file) => file.name.endsWith('.json') && /\/conda-meta\/[^/]+\.json$/.test(file.path),
  inspect: (file, context) => {
    const meta = readJsonManifest(context, file.path);
    if (meta === undefined) return [];
    return foundPackages([
      {
        type: 'conda',
        name: meta['name'],
        version: meta['version'],
        location: file.path,
        purl: {
          qualifiers: {
            build: asText(meta['build']),
            channel: channelOf(asText(meta['channel'])),
            subdir: asText(meta['subdir']),
          },
        },
      },
    ]);
  },
};
