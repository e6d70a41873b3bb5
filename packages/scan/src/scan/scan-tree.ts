// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CoverageEntry, Package } from '@bartizan/contracts';
import type { AdvisoryPack } from '../advisories/pack.ts';
import type { ScanProblem } from '../catalogers/cataloger.ts';
import type { Distribution } from '../distribution/os-release.ts';
import { isOfVendor } from '../distribution/vendors.ts';
import { matchPackage } from '../matchers/match.ts';
import type { Match, MatchContext, PackageVerdict } from '../matchers/model.ts';
import { type Catalog, type CatalogOptions, catalogTree } from './catalog-tree.ts';
import { coverageOf } from './coverage.ts';
import { mergePackages } from './merge-packages.ts';

/** The verdict about every package of a list. */
export interface MatchReport {
  readonly verdicts: readonly PackageVerdict<Package>[];
  /** Worst first. */
  readonly findings: readonly Match<Package>[];
  readonly coverage: readonly CoverageEntry[];
}

/** What one scan gives. It is clean only when `findings` and `incomplete` are empty and `coverage` says covered. */
export interface ScanReport extends MatchReport {
  readonly distribution: Distribution;
  readonly packages: readonly Package[];
  readonly incomplete: readonly ScanProblem[];
  readonly pack: { readonly sha256: string; readonly builtAt: string; readonly kind: 'full' | 'sample' };
  readonly stats: { readonly files: number; readonly directories: number; readonly elapsedMs: number };
}

/** A catalogue with a pack to hold it against. */
export interface ScanOptions extends CatalogOptions {
  readonly pack: AdvisoryPack;
}

const RANK = { critical: 0, high: 1, medium: 2, low: 3, info: 4, unknown: 5 } as const;

/** Known exploited first, then by severity, then by EPSS, then by name: the order in which one would look at them. */
const byUrgency = (left: Match<Package>, right: Match<Package>): number => {
  const a = left.vulnerability;
  const b = right.vulnerability;
  return (
    Number(b.knownExploited) - Number(a.knownExploited) ||
    RANK[a.severity] - RANK[b.severity] ||
    (b.epss ?? 0) - (a.epss ?? 0) ||
    (left.package.name < right.package.name ? -1 : left.package.name > right.package.name ? 1 : 0) ||
    (a.id < b.id ? -1 : 1)
  );
};

/** Holds packages against a pack. The controller calls this with what agents report, so the pack never leaves it. */
export const matchPackages = (
  packages: readonly Package[],
  pack: AdvisoryPack,
  context: MatchContext = {},
): MatchReport => {
  const ofVendors = new Set(packages.flatMap((one) => (isOfVendor(one.ecosystem) ? one.name : [])));
  const known = { ...context, ofVendors };
  const verdicts = packages.map((found) => matchPackage(found, pack, known));
  return {
    verdicts,
    findings: verdicts.flatMap((verdict) => verdict.matches).sort(byUrgency),
    coverage: coverageOf(verdicts, pack.header),
  };
};

/** Packages of a catalogue in the words of the contracts. */
export const packagesOf = (catalog: Catalog): Package[] => mergePackages(catalog.packages);

/** Catalogues a tree and holds it against a pack. */
export const scanTree = (options: ScanOptions): ScanReport => {
  const startedAtMs = options.now();
  const catalog = catalogTree(options);
  const packages = packagesOf(catalog);
  return {
    ...matchPackages(packages, options.pack, { nowMs: startedAtMs }),
    distribution: catalog.distribution,
    packages,
    incomplete: catalog.problems,
    pack: {
      sha256: options.pack.sha256,
      builtAt: options.pack.header.builtAt,
      kind: options.pack.header.kind,
    },
    stats: { files: catalog.files, directories: catalog.directories, elapsedMs: options.now() - startedAtMs },
  };
};
