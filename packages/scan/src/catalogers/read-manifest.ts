// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext } from './cataloger.ts';
import { scanProblem } from './problem.ts';
import { GAPS, treeProblem } from './problem-words.ts';

/** Reads a manifest that the walk found. Whatever the reason it cannot be read, the scan has a problem then. */
export const readManifest = (context: CatalogContext, path: string): Buffer | undefined => {
  const content = context.tree.read(path, { maxBytes: context.limits.manifestBytes });
  if (content.ok) return content.value;
  context.problem(treeProblem(content.error, path));
  return undefined;
};

/** Parses a JSON manifest into an object; anything else is a problem of the scan. */
export const readJsonManifest = (
  context: CatalogContext,
  path: string,
): { readonly [key: string]: unknown } | undefined => {
  const content = readManifest(context, path);
  if (content === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(content.toString('utf8').replace(/^\uFEFF/, ''));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as { readonly [key: string]: unknown };
  } catch {
    // Reported below, together with JSON of another kind.
  }
  context.problem(scanProblem('scan.malformed', path, GAPS.notJsonObject));
  return undefined;
};
