// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Connection, ProcessChain, ProcessInfo } from '@bartizan/contracts';
import type { SensorAncestor, SensorProcess } from '@bartizan/host/sensor';

interface Entry {
  info: ProcessInfo;
  readonly parentKey: string;
  connections: Connection[];
  hasEnded: boolean;
}

const ANCESTORS_MAX = 32;
const CONNECTIONS_MAX = 8;
const CONNECTION_LEVELS = 3;

/** Identity of a process on its boot. */
export const processKey = (pid: number, startBootUs: number): string => `${pid}:${startBootUs}`;

const nameOf = (executable: string): string => (executable.split('/').at(-1) || executable).slice(0, 256);

/** A process as the contracts describe it. */
export const processInfo = (process: SensorProcess): ProcessInfo => ({
  pid: process.pid,
  startBootUs: process.startBootUs,
  parentPid: process.parentPid,
  containerPid: process.nsPid,
  name: nameOf(process.executable),
  executable: process.executable.slice(0, 4096),
  arguments: process.arguments.slice(0, 256).map((one) => one.slice(0, 4096)),
  argumentsTruncated: process.argumentsTruncated || process.arguments.length > 256,
  argumentsRedacted: process.argumentsRedacted,
  cwd: process.cwd.slice(0, 4096),
  uid: process.uid,
  euid: process.euid,
  gid: process.gid,
  capabilities: process.capsEffective,
  stdio: [...process.stdio],
  interactive: process.tty !== 0,
  fileless: process.fileless,
  ...(process.upperLayer === null ? {} : { upperLayer: process.upperLayer }),
});

const fromAncestor = (
  { pid, startBootUs, name }: SensorAncestor,
  parentPid: number | undefined,
): ProcessInfo => ({
  pid,
  startBootUs,
  ...(parentPid === undefined ? {} : { parentPid }),
  name: name.slice(0, 256),
  executable: '',
  arguments: [],
  argumentsTruncated: true,
  argumentsRedacted: false,
  uid: 0,
  euid: 0,
});

/** Processes with their ancestry, also of those that have ended; bounded, the longest unseen go first. */
export class ProcessTree {
  readonly #entries = new Map<string, Entry>();
  readonly #current = new Map<number, string>();
  readonly #max: number;

  constructor(max = 50_000) {
    this.#max = max;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Takes in what an event says of its process. Who started it stays as it was first seen, also when the parent ends. */
  see(process: SensorProcess, ancestors: readonly SensorAncestor[] = []): void {
    const key = processKey(process.pid, process.startBootUs);
    const known = this.#entries.get(key);
    const parentKey = known?.parentKey ?? processKey(process.parentPid, process.parentStartBootUs);
    this.#put(key, {
      info: processInfo(process),
      parentKey,
      connections: known?.connections ?? [],
      hasEnded: false,
    });
    this.#current.set(process.pid, key);
    this.#fillAncestors(parentKey, ancestors);
    this.#trim();
  }

  end(process: SensorProcess): void {
    const key = processKey(process.pid, process.startBootUs);
    const known = this.#entries.get(key);
    if (known) known.hasEnded = true;
    if (this.#current.get(process.pid) === key) this.#current.delete(process.pid);
  }

  addConnection(process: SensorProcess, connection: Connection): void {
    const known = this.#entries.get(processKey(process.pid, process.startBootUs));
    if (known) known.connections = [connection, ...known.connections].slice(0, CONNECTIONS_MAX);
  }

  /** Whether the tree has this process. */
  has(pid: number, startBootUs: number): boolean {
    return this.#entries.has(processKey(pid, startBootUs));
  }

  /** Running processes. */
  running(): ProcessInfo[] {
    return [...this.#current.values()].flatMap((key) => this.#entries.get(key)?.info ?? []);
  }

  /** A process with its ancestors, nearest first; undefined when it was never seen. */
  chain(pid: number, startBootUs: number): ProcessChain | undefined {
    const entry = this.#entries.get(processKey(pid, startBootUs));
    if (!entry) return undefined;
    const ancestors: ProcessInfo[] = [];
    let last = entry;
    while (ancestors.length < ANCESTORS_MAX && last.info.pid !== 1) {
      const parent = this.#entries.get(last.parentKey);
      if (!parent || parent === last) break;
      ancestors.push(parent.info);
      last = parent;
    }
    return { process: entry.info, ancestors, complete: last.info.pid === 1 || last.info.parentPid === 0 };
  }

  /** Connections of a process and of the nearest ancestors it may have them from. */
  connections(pid: number, startBootUs: number): Connection[] {
    const found: Connection[] = [];
    let entry = this.#entries.get(processKey(pid, startBootUs));
    for (let level = 0; entry && level < CONNECTION_LEVELS; level += 1) {
      found.push(...entry.connections);
      entry = this.#entries.get(entry.parentKey);
    }
    return found.slice(0, 32);
  }

  /** Names of ancestors that were never seen themselves, as the sensor's own walk gave them. */
  #fillAncestors(firstKey: string, ancestors: readonly SensorAncestor[]): void {
    for (const [index, ancestor] of ancestors.entries()) {
      const key = processKey(ancestor.pid, ancestor.startBootUs);
      if (index === 0 && key !== firstKey) return;
      const next = ancestors[index + 1];
      if (this.#entries.has(key)) continue;
      this.#put(key, {
        info: fromAncestor(ancestor, next?.pid ?? (ancestor.pid === 1 ? 0 : undefined)),
        parentKey: next ? processKey(next.pid, next.startBootUs) : '',
        connections: [],
        hasEnded: false,
      });
    }
  }

  #put(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  /** Ended processes go first; when all live, the longest unseen. */
  #trim(): void {
    if (this.#entries.size <= this.#max) return;
    const spare = Math.max(1, Math.floor(this.#max / 10));
    let removed = 0;
    for (const isForced of [false, true]) {
      for (const [key, entry] of this.#entries) {
        if (removed >= spare) return;
        if (!entry.hasEnded && !isForced) continue;
        this.#entries.delete(key);
        if (this.#current.get(entry.info.pid) === key) this.#current.delete(entry.info.pid);
        removed += 1;
      }
    }
  }
}
