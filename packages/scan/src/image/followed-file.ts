// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Cataloger, FileFollower } from '../catalogers/cataloger.ts';
import { type Inspection, scanProblem } from '../catalogers/problem.ts';
import { MemoryTree } from '../tree/memory-tree.ts';
import { SparseTree } from '../tree/sparse-file.ts';
import { contextFor, inspect, settle } from './inspect-file.ts';
import { LargeFile, type RangeOutcome } from './large-file.ts';
import type { LayerContext } from './layer-context.ts';
import type { LayerEntry } from './layer-facts.ts';

/** Larger files are not held when all who want them can do without. */
const HELD_WHOLE_BYTES = 16 * 1024 * 1024;

/** Whether a file of this size can be left to catalogers as it goes by. */
export const isFollowable = (sizeBytes: number, catalogers: readonly Cataloger[]): boolean =>
  sizeBytes > HELD_WHOLE_BYTES &&
  catalogers.every((cataloger) => cataloger.readsRanges === true || cataloger.follow !== undefined);

/** A file that goes by, with the catalogers that look at it. */
export class FollowedFile {
  readonly fact: LayerEntry;
  readonly #ranged: readonly Cataloger[];
  readonly #large: LargeFile<Inspection>;
  readonly #followers: { push(piece: Buffer): void; end(): Inspection }[];
  #isFirstTime = true;

  constructor(fact: LayerEntry, catalogers: readonly Cataloger[], context: LayerContext) {
    this.fact = fact;
    this.#ranged = catalogers.filter(({ follow }) => follow === undefined);
    this.#large = new LargeFile(
      fact.sizeBytes,
      this.#ranged.map((cataloger) => (file) => {
        const tree = new SparseTree(fact.path, file, fact.mode);
        return inspect(cataloger, { fact, tree }, context);
      }),
    );
    this.#followers = catalogers.flatMap((cataloger) => followerOf(cataloger, fact, context) ?? []);
  }

  /** Whether the file has to go by again. */
  get isWaiting(): boolean {
    return this.#large.isWaiting;
  }

  rewind(): void {
    this.#isFirstTime = false;
    this.#large.rewind();
  }

  push(piece: Buffer): void {
    this.#large.push(piece);
    if (this.#isFirstTime) for (const follower of this.#followers) follower.push(piece);
  }

  /** What was found. Called once, when the file has gone by for the last time. */
  inspections(): readonly Inspection[] {
    this.#large.release();
    return [
      ...this.#large.outcomes.map((outcome, at) => this.#inspection(outcome, this.#ranged[at]?.id ?? '')),
      ...this.#followers.map((follower) => follower.end()),
    ];
  }

  #inspection(outcome: RangeOutcome<Inspection>, cataloger: string): Inspection {
    if (outcome.state === 'read') return outcome.value;
    const { path, sizeBytes } = this.fact;
    const problem = scanProblem('scan.limit', path, {
      en: `more of a file of ${sizeBytes} bytes would have to be held than is allowed`,
      ja: `${sizeBytes} バイトのファイルを調べるには、保持できる上限を超えるメモリーが必要です`,
    });
    return { cataloger, path, packages: [], problems: [problem] };
  }
}

const followerOf = (
  cataloger: Cataloger,
  fact: LayerEntry,
  layer: LayerContext,
): { push(piece: Buffer): void; end(): Inspection } | undefined => {
  if (cataloger.follow === undefined) return undefined;
  const given = contextFor({ fact, tree: new MemoryTree(fact.path) }, layer);
  const follower: FileFollower = cataloger.follow(given.file, given.context);
  return {
    push: (piece) => follower.push(piece),
    end: () => settle(cataloger, given, () => follower.end()),
  };
};
