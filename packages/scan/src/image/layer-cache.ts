// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { ScanLimits } from '../catalogers/cataloger.ts';
import { CATALOGUE_VERSION } from './generated/catalogue-version.ts';
import type { LayerSource } from './image-source.ts';

/** Keeps what was read from layers, in bounds of its own. Losing an entry costs time only. */
export interface LayerCache {
  get(key: string): Buffer | undefined;
  put(key: string, bytes: Buffer): void;
}

/**
 * The key of a layer: both its digests (an image could state the stored digest of one layer and the diff id of
 * another), what would look into it, and how far.
 */
export const layerKey = (layer: LayerSource, limits: ScanLimits): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        layer.digest ?? '',
        layer.diffId,
        layer.compression,
        CATALOGUE_VERSION,
        Object.entries(limits).sort((a, b) => (a[0] < b[0] ? -1 : 1)),
      ]),
    )
    .digest('hex');
