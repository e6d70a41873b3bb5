// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext, Cataloger, WalkedFile } from '../catalogers/cataloger.ts';
import type { FoundPackage } from '../catalogers/package.ts';
import { type Inspection, type ScanProblem, scanProblem } from '../catalogers/problem.ts';
import { morePackages, thrownWords } from '../catalogers/problem-words.ts';
import { UNKNOWN_DISTRIBUTION } from '../distribution/os-release.ts';
import { baseName, type FileTree } from '../tree/file-tree.ts';
import { RangeMissing } from '../tree/sparse-file.ts';
import type { LayerContext } from './layer-context.ts';
import type { LayerEntry } from './layer-facts.ts';

const MAX_PROBLEMS = 200;

/** A file of a layer as catalogers see it, in a tree that holds nothing else. */
export interface InspectedFile {
  readonly fact: LayerEntry;
  readonly tree: FileTree;
}

/** What a cataloger is given for one file, and the problems it tells. */
export const contextFor = (
  { fact, tree }: InspectedFile,
  { limits, now, budget }: LayerContext,
): { file: WalkedFile; context: CatalogContext; problems: ScanProblem[] } => {
  const { path, mode, sizeBytes } = fact;
  const problems: ScanProblem[] = [];
  const problem = (one: ScanProblem): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(one);
  };
  const { deadlineMs } = budget;
  return {
    file: { path, name: baseName(path), stat: () => ({ sizeBytes, mode }) },
    context: { tree, limits, now, problem, distribution: UNKNOWN_DISTRIBUTION, deadlineMs },
    problems,
  };
};

/** What a cataloger found, or why not. Bytes that are not held are no reason: the exception goes on to who holds them. */
export const settle = (
  cataloger: Cataloger,
  given: ReturnType<typeof contextFor>,
  read: () => readonly FoundPackage[],
): Inspection => {
  const { file, context, problems } = given;
  const { path } = file;
  try {
    const all = read();
    const most = context.limits.packages;
    if (all.length > most) context.problem(scanProblem('scan.limit', path, morePackages(most)));
    const packages = all.slice(0, most);
    return { cataloger: cataloger.id, path, packages, problems };
  } catch (cause) {
    if (cause instanceof RangeMissing) throw cause;
    context.problem(scanProblem('scan.malformed', path, thrownWords(cause)));
    return { cataloger: cataloger.id, path, packages: [], problems };
  }
};

/** Lets one cataloger read one file. */
export const inspect = (
  cataloger: Cataloger,
  inspected: InspectedFile,
  context: LayerContext,
): Inspection => {
  const given = contextFor(inspected, context);
  return settle(cataloger, given, () => cataloger.inspect?.(given.file, given.context) ?? []);
};
