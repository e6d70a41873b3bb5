// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ImageBook } from './decide/admission/image-book.ts';
import type { BaseBook } from './decide/base-book.ts';
import type { Publish } from './ports.ts';

const isOfAdvisories = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && 'code' in data && data.code === 'advisories';

/** Changes are told from the start; who listens comes later. */
export function latePublish(images: ImageBook, bases: BaseBook) {
  const late: { publish: Publish; packChanged: () => void } = {
    publish: () => undefined,
    packChanged: () => undefined,
  };
  const publish: Publish = (change) => {
    images.note(change);
    bases.note(change);
    if (change.topic === 'status' && isOfAdvisories(change.data)) late.packChanged();
    late.publish(change);
  };
  return { late, publish };
}
