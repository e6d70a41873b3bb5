// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext } from './cataloger.ts';
import { treeProblem } from './problem-words.ts';

/**
 * Reads a package database whole. Absent is no problem and gives undefined; present but unreadable or above the limit
 * is a problem of the scan.
 */
export const readDatabase = (context: CatalogContext, path: string): Buffer | undefined => {
  const content = context.tree.read(path, { maxBytes: context.limits.databaseBytes });
  if (content.ok) return content.value;
  if (content.error.code === 'scan.tree-not-found') return undefined;
  context.problem(treeProblem(content.error, path));
  return undefined;
};
