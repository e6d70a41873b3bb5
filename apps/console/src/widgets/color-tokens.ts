// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';

/** Values of colour tokens for what is drawn on a canvas; new ones after each change of theme. */
export const useColorTokens = (names: readonly string[]): readonly string[] => {
  const scheme = useComputedColorScheme('light');
  return useMemo(() => {
    const wanted = scheme;
    const root = document.documentElement;
    if (root.getAttribute('data-mantine-color-scheme') !== wanted) {
      root.setAttribute('data-mantine-color-scheme', wanted);
    }
    const style = getComputedStyle(root);
    return names.map((name) => style.getPropertyValue(name).trim());
  }, [names, scheme]);
};
