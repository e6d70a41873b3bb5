// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanLimits } from '../catalogers/cataloger.ts';
import type { FoundPackage } from '../catalogers/package.ts';
import { type ScanProblem, scanProblem } from '../catalogers/problem.ts';
import { CATALOGERS } from '../catalogers/registry.ts';
import { UNKNOWN_DISTRIBUTION } from '../distribution/os-release.ts';
import { MemoryTree, UNSEEN } from '../tree/memory-tree.ts';
import type { LayerEntry, LayerFacts } from './layer-facts.ts';

const keyOf = (found: FoundPackage): string =>
  [found.type, found.name, found.version, found.architecture ?? ''].join('\n');

/** A file that no cataloger asked for is nobody's database: most of a layer need not be asked about again. */
const isPerhapsRead = ({ kind, content, inspections }: LayerEntry): boolean =>
  kind !== 'file' || content !== undefined || inspections !== undefined;

/** Puts layers one over the other, oldest first, and remembers which of them brought what. */
export class LayerMerge {
  readonly tree: MemoryTree;
  readonly #limits: ScanLimits;
  readonly #problem: (problem: ScanProblem) => void;
  /** For each cataloger of databases: package -> the layer since which it has been there without a break. */
  readonly #since = new Map<string, ReadonlyMap<string, string>>();

  constructor(label: string, limits: ScanLimits, problem: (problem: ScanProblem) => void) {
    this.tree = new MemoryTree(label);
    this.#limits = limits;
    this.#problem = problem;
    this.tree.setProvenance((found) => {
      for (const packages of this.#since.values()) {
        const layer = packages.get(keyOf(found));
        if (layer !== undefined) return layer;
      }
      return undefined;
    });
  }

  /**
   * Applies what a layer says, in the order the specification gives: first what it hides below, then what it brings, in
   * the order of the archive: a hard link is to what has the name then, and may be replaced itself.
   */
  apply(facts: LayerFacts): void {
    for (const path of facts.opaque) this.tree.empty(path);
    for (const path of facts.whiteouts) this.tree.remove(path);
    const layer = facts.diffId;
    const seen = { layer };
    const unseen = { layer, inspections: UNSEEN };
    for (const entry of facts.entries) {
      if (entry.kind !== 'hard-link')
        this.tree.add(entry.path, entry.kind, entry, isPerhapsRead(entry) ? seen : unseen);
      else if (!this.tree.link(entry.path, entry.target ?? '', layer))
        this.#problem(
          scanProblem('scan.malformed', entry.path, {
            en: 'a hard link to nothing',
            ja: 'ハードリンクの先がありません',
          }),
        );
    }
    for (const problem of facts.problems) this.#problem(problem);
    this.#noteDatabases(facts);
  }

  /** A package manager rewrites its database whole in each layer that uses it: only comparing tells which package came when. */
  #noteDatabases(facts: LayerFacts): void {
    const touched = [...facts.entries.filter(isPerhapsRead), ...facts.whiteouts, ...facts.opaque];
    for (const cataloger of CATALOGERS) {
      if (cataloger.fixed === undefined || cataloger.reads === undefined) continue;
      const isTouched = touched.some((one) => cataloger.reads?.(typeof one === 'string' ? one : one.path));
      if (!isTouched && (facts.whiteouts.length === 0 || !this.#since.has(cataloger.id))) continue;
      const before = this.#since.get(cataloger.id);
      const now = new Map<string, string>();
      for (const found of this.#read(cataloger)) {
        const key = keyOf(found);
        now.set(key, before?.get(key) ?? facts.diffId);
      }
      this.#since.set(cataloger.id, now);
    }
  }

  #read(cataloger: (typeof CATALOGERS)[number]): readonly FoundPackage[] {
    try {
      return (
        cataloger.fixed?.({
          tree: this.tree,
          limits: this.#limits,
          distribution: UNKNOWN_DISTRIBUTION,
          now: () => 0,
          deadlineMs: Number.MAX_SAFE_INTEGER,
          // The catalogue of the merged tree reads the same files and says what is wrong with them.
          problem: () => undefined,
        }) ?? []
      );
    } catch {
      return [];
    }
  }
}
