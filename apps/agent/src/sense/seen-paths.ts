// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** One file that was opened. */
export interface SeenPath {
  readonly isCode: boolean;
  readonly atMs: number;
}

/** Paths kept of all containers of a node together. */
export const SEEN_PATHS_MAX = 65_536;

/**
 * Which files were opened in each container, so that a package list that comes later finds what was in use before. Bounded
 * for the node: the container with most paths gives up its oldest, and whoever asks is told.
 */
export class SeenPaths {
  readonly #max: number;
  readonly #byContainer = new Map<string, Map<string, SeenPath>>();
  readonly #cut = new Set<string>();
  #size = 0;
  #droppedTotal = 0;

  constructor(max = SEEN_PATHS_MAX) {
    this.#max = max;
  }

  /** Paths given up since start. */
  get droppedTotal(): number {
    return this.#droppedTotal;
  }

  add(container: string, path: string, seen: SeenPath): void {
    let paths = this.#byContainer.get(container);
    if (paths === undefined) {
      paths = new Map();
      this.#byContainer.set(container, paths);
    }
    const before = paths.get(path);
    // Moved to the end, as the one that was used last.
    if (before !== undefined) paths.delete(path);
    else this.#size += 1;
    paths.set(path, { isCode: seen.isCode || before?.isCode === true, atMs: seen.atMs });
    if (this.#size > this.#max) this.#giveUp();
  }

  of(container: string): ReadonlyMap<string, SeenPath> {
    return this.#byContainer.get(container) ?? new Map();
  }

  /** Whether paths of a container were given up since it was asked last. */
  takeCut(container: string): boolean {
    return this.#cut.delete(container);
  }

  forget(container: string): void {
    this.#size -= this.#byContainer.get(container)?.size ?? 0;
    this.#byContainer.delete(container);
    this.#cut.delete(container);
  }

  containers(): string[] {
    return [...this.#byContainer.keys()];
  }

  #giveUp(): void {
    let [largest, paths] = ['', new Map<string, SeenPath>()];
    for (const [container, own] of this.#byContainer)
      if (own.size > paths.size) [largest, paths] = [container, own];
    const count = Math.max(1, paths.size >>> 4);
    let at = 0;
    for (const path of paths.keys()) {
      if (at >= count) break;
      paths.delete(path);
      at += 1;
    }
    this.#size -= at;
    this.#droppedTotal += at;
    this.#cut.add(largest);
  }
}
