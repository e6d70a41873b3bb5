// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject, parseJson } from '../json/fields.ts';
import type { Blobs } from './blobs.ts';
import type { ImageSource } from './image-source.ts';
import { choicesOf, type DigestBlobs, imageError, MAX_JSON_BYTES, planOf } from './manifest.ts';

const nameOf = (digest: string): string => `blobs/${digest.replace(':', '/')}`;

/** An OCI image layout (image-layout specification 1.1), a folder or an archive. */
export const openOciLayout = (label: string, blobs: Blobs): ImageSource => {
  const byDigest: DigestBlobs = {
    read: (digest, maxBytes) => blobs.read(nameOf(digest), maxBytes),
    open: (digest) => {
      const stream = blobs.open(nameOf(digest));
      if (stream === undefined) throw new TypeError(`${digest} is not there`);
      return stream;
    },
  };
  return {
    label,
    images: async () => {
      const index = asObject(parseJson(blobs.read('index.json', MAX_JSON_BYTES)?.toString('utf8') ?? ''));
      return index === undefined
        ? imageError('the OCI layout has no index that can be read')
        : choicesOf(byDigest, index);
    },
    plan: (choice) => planOf(byDigest, choice),
    close: () => blobs.close(),
  };
};
