// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanPackage } from '../catalogers/package.ts';
import { isDistributionType } from '../distribution/namespace.ts';
import type { Catalog } from '../scan/catalog-tree.ts';
import { MAX_PURL } from '../scan/merge-packages.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { filesOf, isInside } from './package-files.ts';
import { type PathTable, PathTableBuilder } from './path-table.ts';

/** The kernel loads these itself, without any process that opens them: nothing could be seen. */
const OF_KERNEL =
  /^(?:linux-(?:image|modules|firmware)|kernel(?:-core|-modules)?$|firmware-|\w+-microcode$|microcode_ctl$)/;

const purlOf = ({ purl }: ScanPackage): string => purl.slice(0, MAX_PURL);

const push = <K>(map: Map<K, Set<string>>, key: K, purl: string): void => {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([purl]));
  else known.add(purl);
};

/** Packages by the distribution package whose files are theirs as well. */
const byDistributionPackage = (packages: readonly ScanPackage[]): Map<string, Set<string>> => {
  const owners = new Map<string, Set<string>>();
  for (const one of packages) {
    const owner = isDistributionType(one.type) ? one.name : one.ownedBy;
    if (owner !== undefined && !OF_KERNEL.test(owner)) push(owners, owner, purlOf(one));
  }
  return owners;
};

/**
 * Says which packages of a catalogue own which files, while its tree is still open. A package without any file in the
 * table cannot be watched, and nothing may be said of its use.
 */
export const ownedPaths = (catalog: Catalog, tree: FileTree): PathTable => {
  const table = new PathTableBuilder();
  const distribution = byDistributionPackage(catalog.packages);
  const numbers = new Map<string, number>();
  for (const [path, name] of catalog.ownership) {
    const packages = distribution.get(name);
    if (packages === undefined) continue;
    let number = numbers.get(name);
    if (number === undefined) {
      number = table.owner({ packages: [...packages], isCoarse: false });
      numbers.set(name, number);
    }
    table.add(path, number);
  }
  const exact = new Map<string, Set<string>>();
  const inside = new Map<string, Set<string>>();
  for (const one of catalog.packages) {
    if (isDistributionType(one.type) || one.ownedBy !== undefined) continue;
    for (const path of filesOf(one, tree)) push(isInside(one) ? inside : exact, path, purlOf(one));
  }
  for (const [path, packages] of exact) {
    // A jar and the jars inside of it share a path: all of them are then known only as far as the outer one.
    const within = inside.get(path);
    inside.delete(path);
    const all = [...packages, ...(within ?? [])];
    table.add(path, table.owner({ packages: all, isCoarse: within !== undefined }));
  }
  for (const [path, packages] of inside)
    table.add(path, table.owner({ packages: [...packages], isCoarse: true }));
  return table.build();
};
