// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Image, WorkloadRef } from '@bartizan/contracts';

const NAME_MAX = 253;

/** How findings point to an image: by its digest, whether anything runs it or not. */
export function imageRef(image: Pick<Image, 'digest' | 'references'>): WorkloadRef {
  const [reference] = image.references;
  return {
    workload: image.digest,
    kind: 'Image',
    namespace: '',
    name: (reference ?? image.digest).slice(0, NAME_MAX),
    ...(reference === undefined ? {} : { image: reference }),
    imageDigest: image.digest,
  };
}
