// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { RUNTIME_CAPABILITIES, type Teller } from '../runtimes/registry.ts';
import type { RuntimeContainer } from '../runtimes/runtime.ts';
import type { KernelFacts } from './inspect.ts';

/** A container as everything that knows it says. Replaced as a whole when something changes. */
export interface KnownContainer {
  readonly id: string;
  readonly teller: Teller;
  readonly description: RuntimeContainer;
  readonly kernel: KernelFacts | undefined;
  readonly cgroupPath: string | undefined;
  readonly cgroupId: string | undefined;
  readonly isRunning: boolean;
  readonly endedAtMs: number | undefined;
}

const strength = (teller: Teller): number => RUNTIME_CAPABILITIES[teller].strength;

const CHOSEN = [
  'image',
  'imageDigest',
  'pod',
  'namespace',
  'createdAtMs',
  'startedAtMs',
  'endedAtMs',
  'cgroupPath',
  'privileged',
  'pid',
] as const;

/** What the stronger one says; where it says nothing, what the weaker one does. */
const fill = (strong: RuntimeContainer, weak: RuntimeContainer): RuntimeContainer => {
  const filled: RuntimeContainer = {
    ...strong,
    labels: { ...weak.labels, ...strong.labels },
    mounts: strong.mounts?.length ? strong.mounts : (weak.mounts ?? strong.mounts),
    isSandbox: strong.isSandbox || weak.isSandbox,
  };
  const gaps = Object.fromEntries(
    CHOSEN.filter((key) => strong[key] === undefined).map((key) => [key, weak[key]]),
  );
  return { ...filled, ...gaps };
};

/** The containers of a node, each once, whoever tells of them. Bounded: the longest ended go first. */
export class ContainerTable {
  readonly #byId = new Map<string, KnownContainer>();
  readonly #aliases = new Map<string, string>();
  readonly #byPath = new Map<string, string>();
  readonly #byPid = new Map<number, string>();
  readonly #endedMax: number;
  #version = 0;

  constructor(endedMax = 2000) {
    this.#endedMax = endedMax;
  }

  /** Rises with each change. */
  get version(): number {
    return this.#version;
  }

  all(): KnownContainer[] {
    return [...this.#byId.values()];
  }

  get(id: string): KnownContainer | undefined {
    return this.#byId.get(this.#aliases.get(id) ?? id);
  }

  byPid(pid: number): KnownContainer | undefined {
    const id = this.#byPid.get(pid);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** The container whose cgroup this is, or lies above it; `counts`: whether a container there is one at all. */
  byPath(
    path: string,
    counts: (container: KnownContainer) => boolean = () => true,
  ): KnownContainer | undefined {
    for (let at = path; at.length > 1; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const id = this.#byPath.get(at);
      const found = id === undefined ? undefined : this.#byId.get(id);
      if (found && counts(found)) return found;
    }
    return undefined;
  }

  /** Takes in what one teller says. Returns the container as it is now, and the id under which it was known before. */
  put(
    teller: Teller,
    told: RuntimeContainer,
    kernel: KernelFacts | undefined,
  ): { now: KnownContainer; was: KnownContainer | undefined } {
    const was = this.#find(told, kernel);
    const isStronger = !was || strength(teller) >= strength(was.teller);
    const description = was ? (isStronger ? fill(told, was.description) : fill(was.description, told)) : told;
    const facts = kernel ?? was?.kernel;
    const cgroupPath = facts?.cgroupPath ?? description.cgroupPath ?? was?.cgroupPath;
    const state = isStronger || told.state === 'exited' ? told.state : description.state;
    const isRunning =
      state === 'running' || state === 'paused' || (state === 'unknown' && kernel !== undefined);
    const now: KnownContainer = {
      id: isStronger ? told.id : was.id,
      teller: isStronger ? teller : was.teller,
      description: { ...description, state },
      kernel: facts,
      cgroupPath,
      cgroupId: facts?.cgroupId ?? was?.cgroupId,
      isRunning,
      endedAtMs: isRunning ? undefined : (description.endedAtMs ?? was?.endedAtMs),
    };
    this.#store(now, was);
    return { now, was };
  }

  /** The container has ended. Returns it as it is now; undefined when it is not known or had ended before. */
  end(id: string, atMs: number): KnownContainer | undefined {
    const was = this.get(id);
    if (!was || (was.endedAtMs !== undefined && !was.isRunning)) return undefined;
    const now: KnownContainer = {
      ...was,
      description: { ...was.description, state: 'exited', pid: undefined },
      isRunning: false,
      endedAtMs: was.description.endedAtMs ?? atMs,
    };
    this.#store(now, was);
    return now;
  }

  #find(told: RuntimeContainer, kernel: KernelFacts | undefined): KnownContainer | undefined {
    const same = this.get(told.id);
    if (same) return same;
    const pid = kernel?.pid ?? told.pid;
    const path = kernel?.cgroupPath ?? told.cgroupPath;
    const byPid = pid === undefined ? undefined : this.byPid(pid);
    if (byPid?.isRunning && (kernel === undefined || byPid.kernel?.startBootUs === kernel.startBootUs))
      return byPid;
    const exact = path === undefined ? undefined : this.#byPath.get(path);
    const byPath = exact === undefined ? undefined : this.#byId.get(exact);
    // A path is used again by the next container of the same name: only one that runs, or has just been seen, is the same.
    return byPath && (byPath.isRunning || byPath.teller === 'unknown') ? byPath : undefined;
  }

  #store(now: KnownContainer, was: KnownContainer | undefined): void {
    this.#version += 1;
    if (was && was.id !== now.id) {
      this.#byId.delete(was.id);
      this.#aliases.set(was.id, now.id);
      if (this.#aliases.size > this.#endedMax) this.#aliases.delete(this.#aliases.keys().next().value ?? '');
    }
    this.#byId.delete(now.id);
    this.#byId.set(now.id, now);
    if (now.cgroupPath !== undefined && now.cgroupPath !== '/') this.#byPath.set(now.cgroupPath, now.id);
    if (was?.kernel && was.kernel.pid !== now.kernel?.pid) this.#byPid.delete(was.kernel.pid);
    const pid = now.kernel?.pid ?? now.description.pid;
    if (pid !== undefined) {
      if (now.isRunning) this.#byPid.set(pid, now.id);
      else this.#byPid.delete(pid);
    }
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    if (this.#byId.size <= this.#endedMax) return;
    let ended = 0;
    for (const one of this.#byId.values()) if (!one.isRunning) ended += 1;
    for (const one of this.#byId.values()) {
      if (ended <= this.#endedMax) return;
      if (one.isRunning) continue;
      this.#byId.delete(one.id);
      if (one.cgroupPath !== undefined && this.#byPath.get(one.cgroupPath) === one.id)
        this.#byPath.delete(one.cgroupPath);
      ended -= 1;
    }
  }
}
