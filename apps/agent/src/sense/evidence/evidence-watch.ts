// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeEvidence } from '@bartizan/contracts';
import { contentHash } from '@bartizan/engine/revision';
import { sealEvidence } from '@bartizan/engine/seal';
import { type Clock, openProgramTable, type Procfs, ProgramScout, steadyMs } from '@bartizan/host';
import {
  collectEvidence,
  type ProgramTable,
  type RunningProgram,
  VersionCache,
} from '@bartizan/scan/evidence';
import { DirectoryTree } from '@bartizan/scan/tree';
import { type ContainerOf, originOf } from '../program-origin.ts';

/** What is watched is asked for so often; a change is told well within five seconds. */
const CHECK_MS = 2000;
/** What no file and no program shows is seen by a whole look. */
const LOOK_MS = 60_000;
/** Evidence that did not change is told again, so that its age says that somebody looked. */
const AGAIN_MS = 3600_000;

interface Parts {
  readonly clock: Clock;
  readonly procfs: Procfs;
  readonly containerOf: ContainerOf;
  readonly node: string;
  readonly name: string;
}

/** Looks at how this node is set up, whenever a file or program changed that benchmarks ask about. */
export class EvidenceWatch {
  readonly #parts: Parts;
  readonly #root: string;
  readonly #send: (report: NodeEvidence) => void;
  readonly #versions = new VersionCache();
  readonly #scout: ProgramScout;
  #paths: readonly string[] = [];
  #pids: readonly number[] = [];
  #stamp = '';
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #sent = '';
  /** What changed while it was looked at is not in what was found. */
  #isUnsettled = false;

  constructor(parts: Parts, root: string, send: (report: NodeEvidence) => void) {
    this.#parts = parts;
    this.#scout = new ProgramScout(parts.procfs);
    this.#root = root;
    this.#send = send;
  }

  /** Looks again when something changed, or the last look is too long ago. */
  check(): void {
    const nowMs = steadyMs(this.#parts.clock);
    const isDue = this.#isUnsettled || nowMs - this.#lookedAtMs >= LOOK_MS;
    if (!isDue && this.#stampOf() === this.#stamp) return;
    this.#lookedAtMs = nowMs;
    this.#look(nowMs);
  }

  #look(nowMs: number): void {
    const { clock, node, name } = this.#parts;
    const tree = new DirectoryTree(this.#root);
    try {
      const programs = this.#programs();
      const found = collectEvidence({ tree, programs, versions: this.#versions });
      this.#paths = found.watchedPaths;
      this.#pids = found.watchedPids;
      this.#stamp = this.#stampOf();
      const hash = contentHash(found.evidence);
      this.#isUnsettled = hash !== this.#sent;
      if (hash === this.#sent && nowMs - this.#sentAtMs < AGAIN_MS) return;
      this.#sent = hash;
      this.#sentAtMs = nowMs;
      const collectedAtMs = clock.wallMs();
      const evidence = sealEvidence(found.evidence, collectedAtMs, node);
      this.#send({ type: 'node-evidence', name: name.slice(0, 253), evidence, collectedAtMs });
    } finally {
      tree.close();
    }
  }

  /** What runs here, without what only calls itself a part of the cluster from inside of a pod. */
  #programs(): ProgramTable {
    const table = openProgramTable(this.#parts.procfs, (path) => new DirectoryTree(path));
    const isPart = (program: RunningProgram): boolean => !originOf(program, '', this.#parts).isOfOthers;
    return { ...table, programs: () => table.programs().filter(isPart) };
  }

  /** Changes with every file and program that is watched. */
  #stampOf(): string {
    const files = this.#paths.map((path) => {
      const stat = lstatSync(join(this.#root, path), { throwIfNoEntry: false });
      return stat === undefined ? '-' : `${stat.ino}.${stat.size}.${stat.mtimeMs}.${stat.ctimeMs}`;
    });
    const programs = this.#pids.map((pid) => {
      const stat = this.#parts.procfs.stat(pid);
      return stat.ok ? stat.value.startBootUs : '-';
    });
    return [...files, ...programs, ...this.#scout.look()].join(' ');
  }
}

/** Starts watching; returns how to stop. */
export function watchEvidence(parts: Parts, root: string, send: (report: NodeEvidence) => void): () => void {
  const watch = new EvidenceWatch(parts, root, send);
  return parts.clock.every(CHECK_MS, () => watch.check());
}
