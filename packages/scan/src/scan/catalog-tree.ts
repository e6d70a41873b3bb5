// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type {
  CatalogContext,
  Cataloger,
  Ownership,
  ScanLimits,
  ScanProblem,
  ScanProblemCode,
} from '../catalogers/cataloger.ts';
import type { FoundPackage, ScanPackage } from '../catalogers/package.ts';
import type { Inspection } from '../catalogers/problem.ts';
import { scanProblem } from '../catalogers/problem.ts';
import { GAPS, morePackages, stoppedAfter, thrownWords, tooDeepWords } from '../catalogers/problem-words.ts';
import { CATALOGERS } from '../catalogers/registry.ts';
import { ecosystemOf, isDistributionType } from '../distribution/namespace.ts';
import { type Distribution, detectDistribution } from '../distribution/os-release.ts';
import { vendorEcosystem } from '../distribution/vendors.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { type Walker, type WalkFile, type WalkOutcome, walk } from '../tree/walk.ts';

/** What to catalogue and how far to go. */
export interface CatalogOptions {
  readonly tree: FileTree;
  readonly limits: ScanLimits;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Directories not entered. */
  readonly exclude?: readonly string[];
  readonly isOneFileSystem?: boolean;
  readonly catalogers?: readonly Cataloger[];
  readonly onProgress?: (progress: CatalogProgress) => void;
}

/** How far a catalogue is. */
export interface CatalogProgress {
  readonly phase: 'databases' | 'files' | 'done';
  readonly files: number;
  readonly packages: number;
}

/** What a tree holds. `problems` empty = complete. */
export interface Catalog {
  readonly distribution: Distribution;
  readonly packages: readonly ScanPackage[];
  readonly problems: readonly ScanProblem[];
  readonly files: number;
  readonly directories: number;
  /** Which distribution package owns which path. */
  readonly ownership: ReadonlyMap<string, string>;
}

/** Directories of a host that hold no programs of its own, or those of containers, which are scanned by themselves. */
export const HOST_EXCLUSIONS: readonly string[] = [
  '/proc',
  '/sys',
  '/dev',
  '/run',
  '/tmp',
  '/var/tmp',
  '/var/lib/docker',
  '/var/lib/containers/storage',
  '/var/lib/containerd',
  '/var/lib/kubelet/pods',
  '/var/lib/bartizan',
];

/** Directories of a container that are of the kernel or the host. */
export const CONTAINER_EXCLUSIONS: readonly string[] = ['/proc', '/sys', '/dev'];

/** Problems kept one by one; the rest is counted in one last problem. */
const MAX_PROBLEMS = 200;
const FILES_PER_PROGRESS = 5_000;

class Collector {
  readonly packages: ScanPackage[] = [];
  readonly problems: ScanProblem[] = [];
  readonly #seen = new Set<string>();
  readonly #tree: FileTree;
  readonly #distribution: Distribution;
  readonly #maxPackages: number;
  #dropped = 0;
  #isFull = false;

  constructor(tree: FileTree, distribution: Distribution, maxPackages: number) {
    this.#tree = tree;
    this.#distribution = distribution;
    this.#maxPackages = maxPackages;
  }

  problem(code: ScanProblemCode, path: string, told: LocalText): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(scanProblem(code, path, told));
    else this.#dropped += 1;
  }

  add(cataloger: Cataloger, found: readonly FoundPackage[]): void {
    for (const one of found) {
      const key = `${one.purl}\n${one.location}`;
      if (this.#seen.has(key)) continue;
      if (this.packages.length >= this.#maxPackages) {
        if (!this.#isFull) this.problem('scan.limit', one.location, morePackages(this.#maxPackages));
        this.#isFull = true;
        return;
      }
      this.#seen.add(key);
      const layer =
        this.#tree.broughtBy?.(one) ?? this.#tree.layerOf?.(one.location.split('!')[0] ?? one.location);
      this.packages.push({
        ...one,
        ecosystem:
          one.vendor === undefined
            ? ecosystemOf(one.type, one.name, this.#distribution)
            : vendorEcosystem(one.vendor, one.type),
        foundBy: cataloger.id,
        ...(layer === undefined ? {} : { layer }),
      });
    }
  }

  /** Takes over what was read while the file's layer went by; a link may have given the file another name. */
  addInspection(cataloger: Cataloger, path: string, known: Inspection): void {
    const move = (old: string): string =>
      old.startsWith(known.path) ? `${path}${old.slice(known.path.length)}` : old;
    for (const { code, path: old, told } of known.problems) this.problem(code, move(old), told);
    this.add(
      cataloger,
      known.path === path
        ? known.packages
        : known.packages.map((one) => ({ ...one, location: move(one.location) })),
    );
  }

  finish(): void {
    if (this.#dropped > 0) {
      this.problems.push(
        scanProblem('scan.limit', '/', {
          en: `${this.#dropped} more problems are not listed`,
          ja: `ほかに ${this.#dropped} 件の問題があります`,
        }),
      );
    }
  }
}

/** Runs one cataloger's step. Whatever hostile bytes make it throw becomes a problem; the others go on. */
const guarded = (collector: Collector, path: string, step: () => void): void => {
  try {
    step();
  } catch (cause) {
    collector.problem('scan.malformed', path, thrownWords(cause));
  }
};

const noteWalk = (collector: Collector, outcome: WalkOutcome): void => {
  if (outcome.stoppedBy === 'entries') collector.problem('scan.limit', '/', stoppedAfter(outcome.entries));
  if (outcome.stoppedBy === 'time') collector.problem('scan.timeout', '/', stoppedAfter(outcome.entries));
  if (outcome.tooDeep > 0) collector.problem('scan.limit', '/', tooDeepWords(outcome.tooDeep));
  for (const path of outcome.unreadable) collector.problem('scan.unreadable', path, GAPS.cannotList);
};

/** Where the path itself, or a directory that a package owns whole, belongs to a distribution package. */
const ownerOf = (location: string, ownership: Ownership): string | undefined =>
  ownership.get(location.split('!')[0] ?? location);

/**
 * usr-merge: /bin, /lib and /sbin may be links, and the package lists still name files by the old path. Both spellings
 * are looked up.
 */
const ownerOfEither = (location: string, ownership: Ownership): string | undefined =>
  ownerOf(location, ownership) ??
  (/^\/usr\/(?:bin|sbin|lib\w*)\//.test(location) ? ownerOf(location.slice(4), ownership) : undefined);

/**
 * Notes which files the packages of one cataloger own. A list of files counts only for a package that is installed, by
 * the database of the same cataloger: on its own it could claim any file, and nobody would judge what is in it.
 */
const claimFiles = (
  cataloger: Cataloger,
  ownership: Ownership,
  { collector, context }: { readonly collector: Collector; readonly context: CatalogContext },
): void => {
  const installed = new Set<string>();
  for (const one of collector.packages)
    if (one.foundBy === cataloger.id && isDistributionType(one.type)) installed.add(one.name);
  if (installed.size === 0) return;
  const claimed: Ownership = new Map();
  guarded(collector, cataloger.id, () => cataloger.owns?.(context, claimed));
  for (const [path, owner] of claimed) if (installed.has(owner)) ownership.set(path, owner);
};

const withOwners = (packages: readonly ScanPackage[], ownership: Ownership): ScanPackage[] =>
  packages.map((one) => {
    const ownedBy = isDistributionType(one.type) ? undefined : ownerOfEither(one.location, ownership);
    return ownedBy === undefined ? one : { ...one, ownedBy };
  });

/** A catalogue in the making: what is known without walking is in it, and a walk brings the rest. */
export interface CatalogWalk extends Walker {
  /** The catalogue, once the walk ended. */
  readonly finish: (outcome: WalkOutcome) => Catalog;
}

/** Asks the catalogers that look for files about one; what its layer already read of it is taken over. */
const inspectFile = (
  file: WalkFile,
  walkers: readonly Cataloger[],
  { collector, context }: { readonly collector: Collector; readonly context: CatalogContext },
): void => {
  const { tree } = context;
  const inspections = tree.inspected?.(file.path);
  // Its layer asked all of them when it went by, and nobody wanted to see it.
  if (inspections?.length === 0) return;
  for (const cataloger of walkers) {
    const known = inspections?.find((one) => one.cataloger === cataloger.id);
    if (known === undefined && cataloger.wants?.(file) !== true) continue;
    if (cataloger.isShadowed?.(file, tree) === true) continue;
    if (known !== undefined) collector.addInspection(cataloger, file.path, known);
    else if (inspections === undefined)
      guarded(collector, file.path, () => collector.add(cataloger, cataloger.inspect?.(file, context) ?? []));
    else if (inspections[0] !== undefined && inspections[0].path !== file.path)
      collector.problem('scan.unsupported', file.path, {
        en: `reached through a link: its content was looked at as ${inspections[0].path}, and not as ${cataloger.id}`,
        ja: `リンクを経由したファイルです。内容は ${inspections[0].path} として調べ、${cataloger.id} としては調べていません`,
      });
  }
};

/** Reads the databases of a tree, and says how to go on with its files. */
export const startCatalog = (options: CatalogOptions): CatalogWalk => {
  const { tree, limits, now } = options;
  const catalogers = options.catalogers ?? CATALOGERS;
  const distribution = detectDistribution(tree);
  const collector = new Collector(tree, distribution, limits.packages);
  const deadlineMs = now() + limits.timeMs;
  const context: CatalogContext = {
    tree,
    distribution,
    limits,
    now,
    deadlineMs,
    problem: ({ code, path, told }) => collector.problem(code, path, told),
  };
  options.onProgress?.({ phase: 'databases', files: 0, packages: 0 });
  for (const cataloger of catalogers) {
    guarded(collector, cataloger.id, () => collector.add(cataloger, cataloger.fixed?.(context) ?? []));
  }
  const ownership: Ownership = new Map();
  for (const cataloger of catalogers)
    if (cataloger.owns !== undefined) claimFiles(cataloger, ownership, { collector, context });
  const walkers = catalogers.filter((cataloger) => cataloger.wants !== undefined);
  let files = 0;
  return {
    maxEntries: limits.entries,
    maxDepth: limits.depth,
    deadlineMs,
    now,
    visit: (file) => {
      files += 1;
      if (files % FILES_PER_PROGRESS === 0)
        options.onProgress?.({ phase: 'files', files, packages: collector.packages.length });
      inspectFile(file, walkers, { collector, context });
    },
    finish: (outcome) => {
      noteWalk(collector, outcome);
      collector.finish();
      options.onProgress?.({ phase: 'done', files, packages: collector.packages.length });
      const packages = withOwners(collector.packages, ownership);
      const { directories } = outcome;
      return { distribution, packages, problems: collector.problems, files, directories, ownership };
    },
  };
};

/** Finds every package of a tree. Never throws on the content of the tree: what cannot be read is a problem of the report. */
export const catalogTree = (options: CatalogOptions): Catalog => {
  const catalog = startCatalog(options);
  const { exclude = [], isOneFileSystem = false } = options;
  return catalog.finish(walk(options.tree, { ...catalog, exclude, isOneFileSystem }, catalog.visit));
};
