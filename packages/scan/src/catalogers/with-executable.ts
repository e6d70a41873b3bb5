// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TreeFile } from '../tree/file-tree.ts';
import type { CatalogContext } from './cataloger.ts';

/** Lets `read` look into an executable and closes it again; what cannot be opened or is too large is a problem of the scan. */
export const withExecutable = <T>(
  context: CatalogContext,
  path: string,
  read: (executable: TreeFile) => readonly T[],
): readonly T[] => {
  const opened = context.tree.open(path);
  if (!opened.ok) {
    context.problem({ code: 'scan.unreadable', path, detail: opened.error.detail });
    return [];
  }
  try {
    const { sizeBytes } = opened.value;
    if (sizeBytes <= context.limits.executableBytes) return read(opened.value);
    context.problem({ code: 'scan.limit', path, detail: `executable of ${sizeBytes} bytes` });
    return [];
  } finally {
    opened.value.close();
  }
};
