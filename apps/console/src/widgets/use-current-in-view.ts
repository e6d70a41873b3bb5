// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type RefObject, useEffect, useRef } from 'react';

/** A row of links that scrolls where the screen is narrow: the current one is brought to its middle. */
export const useCurrentInView = (current: string | undefined): RefObject<HTMLElement | null> => {
  const row = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another current link is what there is to do
  useEffect(() => {
    const link = row.current?.querySelector('[aria-current="page"]');
    if (row.current === null || link === null || link === undefined) return;
    const [outer, inner] = [row.current.getBoundingClientRect(), link.getBoundingClientRect()];
    row.current.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }, [current]);
  return row;
};
