// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AuditRequestsReport } from '@bartizan/contracts';
import type { Clock, DiskBuffer, LogFiles, LogPlace, Procfs } from '@bartizan/host';
import type { ContainerOf } from '../program-origin.ts';
import { serverLogs } from './api-servers.ts';
import { AuditFile } from './audit-file.ts';
import { keepPlaces, loadPlaces } from './kept-places.ts';
import { openTree, rootedFiles } from './rooted-files.ts';

const TURN_MS = 250;
/** An API server that begins is found so much later at most. */
const FIND_MS = 10_000;
const KEEP_MS = 1000;
const PROGRESS_MS = 10_000;
const FILES_MAX = 8;
/**
 * Records that may wait for the controller. Beyond it nothing more is read: the log file itself is the buffer, and what
 * comes out of it is bounded by what the controller takes.
 */
const WAITING_MAX = 32;
/** Whoever writes a file that the configuration names. */
const NAMED = 'named';

interface Parts {
  readonly clock: Clock;
  readonly procfs: Procfs;
  readonly containerOf: ContainerOf;
  readonly name: string;
  readonly buffer: Pick<DiskBuffer, 'pending' | 'status'>;
  readonly send: (report: AuditRequestsReport) => void;
}
interface Where {
  readonly stateDir: string;
  readonly root: string;
  /** Files that are followed whoever writes them, as paths of the machine. */
  readonly auditLogs: readonly string[];
  /** Whether the files of the API servers that run here are followed. */
  readonly followAuditLogs: boolean;
}

/** Follows the audit log files of the API servers on this machine and has their requests sent. */
export class AuditLogWatch {
  readonly #parts: Parts;
  readonly #where: Where;
  readonly #places: Map<string, LogPlace>;
  readonly #files = new Map<string, { readonly file: AuditFile; readonly writer: string }>();
  readonly #told = new Map<string, string>();
  /** As of a second ago: what came before is on disk by then, and may be forgotten here. */
  #settled = new Map<string, LogPlace>();
  #kept = '';
  #isOver = false;

  constructor(parts: Parts, where: Where) {
    this.#parts = parts;
    this.#where = where;
    this.#places = loadPlaces(where.stateDir);
  }

  /** Looks which files there are. */
  find(): void {
    const wanted = this.#wanted();
    for (const [path, { writer, file }] of this.#files) {
      const writers = wanted.get(path);
      // What ended is read until something else comes. Who writes the file that is open keeps it, whoever else names it.
      if (writers === undefined || writers.has(writer)) continue;
      this.#notePlace(file);
      file.close();
      this.#files.delete(path);
    }
    for (const [path, writers] of wanted) {
      if (this.#files.has(path) || this.#files.size >= FILES_MAX) continue;
      for (const [writer, files] of writers) {
        this.#files.set(path, { writer, file: new AuditFile(path, files, this.#places.get(path)) });
        break;
      }
    }
  }

  /** Files to follow, each with those who write it and how it is reached through them. */
  #wanted(): Map<string, Map<string, LogFiles>> {
    const { auditLogs, followAuditLogs, root } = this.#where;
    const named = rootedFiles(() => openTree(root));
    const wanted = new Map(auditLogs.map((path) => [path, new Map([[NAMED, named]])]));
    for (const { path, writer, files } of followAuditLogs ? serverLogs(this.#parts) : []) {
      const writers = wanted.get(path) ?? new Map<string, LogFiles>();
      // A file that is named is read by its name.
      if (!writers.has(NAMED)) wanted.set(path, writers.set(writer, files));
    }
    return wanted;
  }

  /** Reads on in every file. */
  turn(): void {
    if (this.#isOver) return;
    let isMore = false;
    for (const { file } of this.#files.values()) {
      if (this.#isFull()) return;
      const turn = file.turn();
      isMore ||= turn.isMore;
      for (const requests of turn.portions) this.#tell(file, requests);
      this.#notePlace(file);
    }
    // Others are served in between.
    if (isMore) setImmediate(() => this.turn());
  }

  /** Tells how far files are read where that changed without a request. */
  progress(): void {
    for (const { file } of this.#files.values()) {
      if (this.#told.get(file.path) !== JSON.stringify(file.progress())) this.#tell(file, []);
    }
  }

  /** Keeps where reading goes on after a restart. */
  keep(): void {
    const { buffer } = this.#parts;
    const settled = JSON.stringify([...this.#settled]);
    // While the disk takes nothing, what was read waits in memory only.
    if (settled !== this.#kept && !buffer.status().full && keepPlaces(this.#where.stateDir, this.#settled))
      this.#kept = settled;
    this.#settled = new Map(this.#places);
  }

  stop(): void {
    this.#isOver = true;
    this.keep();
    this.keep();
    for (const { file } of this.#files.values()) file.close();
  }

  #isFull(): boolean {
    const { buffer } = this.#parts;
    return buffer.pending('inventory') > WAITING_MAX || buffer.status().full;
  }

  #tell(file: AuditFile, requests: AuditRequestsReport['requests']): void {
    const { clock, name, send } = this.#parts;
    const progress = file.progress();
    this.#told.set(file.path, JSON.stringify(progress));
    const head = { type: 'audit-requests', name: name.slice(0, 253), file: progress } as const;
    send({ ...head, requests, atMs: clock.wallMs() });
  }

  #notePlace(file: AuditFile): void {
    const place = file.place();
    if (place !== undefined) this.#places.set(file.path, place);
  }
}

/** Starts following; returns how to stop. */
export function watchAuditLogs(parts: Parts, where: Where): () => void {
  if (!where.followAuditLogs && where.auditLogs.length === 0) return () => undefined;
  const watch = new AuditLogWatch(parts, where);
  const { clock } = parts;
  watch.find();
  const stops = [
    clock.every(FIND_MS, () => watch.find()),
    clock.every(TURN_MS, () => watch.turn()),
    clock.every(PROGRESS_MS, () => watch.progress()),
    clock.every(KEEP_MS, () => watch.keep()),
  ];
  return () => {
    for (const stop of stops) stop();
    watch.stop();
  };
}
