// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TreeFile } from '../tree/file-tree.ts';
import type { CatalogContext } from './cataloger.ts';
import { scanProblem } from './problem.ts';
import { treeProblem } from './problem-words.ts';

/** Lets `read` look into an executable and closes it again; what cannot be opened or is too large is a problem of the scan. */
export const withExecutable = <T>(
  context: CatalogContext,
  path: string,
  read: (executable: TreeFile) => readonly T[],
): readonly T[] => {
  const opened = context.tree.open(path);
  if (!opened.ok) {
    context.problem(treeProblem(opened.error, path));
    return [];
  }
  try {
    const { sizeBytes } = opened.value;
    if (sizeBytes <= context.limits.executableBytes) return read(opened.value);
    context.problem(
      scanProblem('scan.limit', path, {
        en: `executable of ${sizeBytes} bytes`,
        ja: `${sizeBytes} バイトの実行ファイルは大きすぎます`,
      }),
    );
    return [];
  } finally {
    opened.value.close();
  }
};
