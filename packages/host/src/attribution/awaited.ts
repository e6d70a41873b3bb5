// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readMonitored } from '../runtimes/conmon/conmon.ts';
import { RUNTIME_CAPABILITIES, type RuntimeClient } from '../runtimes/registry.ts';
import type { RuntimeContainer } from '../runtimes/runtime.ts';
import type { KnownContainer } from './container-table.ts';

const KEPT_MAX = 2000;
/**
 * So often it is looked who holds a container; mostly it is found at once. Not so while the runtime that sets it up ends:
 * the way from the first process to its conmon is broken for a moment.
 */
const TRIES_MAX = 32;

/** Part of a cgroup path that is a container's: engines put its whole id there. Its conmon has one like it, and is not in it. */
const OF_CONTAINER = /^(?:(?!.*conmon-).*-)?([0-9a-f]{64})(?:\.scope)?$/;

/** The container that a cgroup path names, and the path of its own group; undefined when it names none. */
export const containerIn = (path: string): { readonly id: string; readonly path: string } | undefined => {
  const parts = path.split('/');
  for (const [at, part] of parts.entries()) {
    const id = OF_CONTAINER.exec(part)?.[1];
    if (id !== undefined) return { id, path: parts.slice(0, at + 1).join('/') };
  }
  return undefined;
};

/** A low-level runtime knows a container of an engine by its id alone, and the kernel by the name of its control group. */
const hasName = (known: KnownContainer | undefined): boolean =>
  known !== undefined && known.teller !== 'unknown' && known.description.name !== known.id;

/** What is known of one container while its engine says nothing. */
interface Waiting {
  tries: number;
  monitored: RuntimeContainer | undefined;
  isGivenUp: boolean;
}

/** Containers that are known by their id alone, and what else there is to say of them until their engine speaks. */
export class Awaited {
  readonly #machine: Parameters<typeof readMonitored>[1];
  readonly #connected: () => ReadonlySet<RuntimeClient>;
  readonly #waiting = new Map<string, Waiting>();
  readonly #announced = new Set<string>();

  /** `connected`: the clients whose runtime answers now. */
  constructor(machine: Parameters<typeof readMonitored>[1], connected: () => ReadonlySet<RuntimeClient>) {
    this.#machine = machine;
    this.#connected = connected;
  }

  /** An engine has told that it has a container of this id, and not what that is. */
  announce(id: string): void {
    this.#announced.add(id);
    if (this.#announced.size > KEPT_MAX) this.#announced.delete(this.#announced.keys().next().value ?? '');
  }

  /** Somebody has said what the container is. */
  described(id: string): void {
    this.#announced.delete(id);
  }

  /** The container that a cgroup path names; an id that was announced may have any form. */
  containerIn(path: string): ReturnType<typeof containerIn> {
    const named = containerIn(path);
    if (named !== undefined || this.#announced.size === 0) return named;
    const parts = path.split('/');
    const at = parts.findIndex((part) => this.#announced.has(part));
    const id = parts[at];
    return id === undefined ? undefined : { id, path: parts.slice(0, at + 1).join('/') };
  }

  /** Whether an engine will yet say more of the container than `known`, which is all there is so far. */
  isExpected(id: string, known: KnownContainer | undefined): boolean {
    if (hasName(known)) return false;
    const waiting = this.#waiting.get(id);
    if (waiting?.isGivenUp) return false;
    const least = known === undefined ? 0 : RUNTIME_CAPABILITIES[known.teller].strength;
    return [...this.#connected()].some(
      (client) =>
        (waiting?.monitored === undefined || client === 'podman') &&
        RUNTIME_CAPABILITIES[client].knowsImages &&
        RUNTIME_CAPABILITIES[client].strength > least,
    );
  }

  /** Whether a process of the container may show who holds it. */
  isUnmet(id: string, known: KnownContainer | undefined): boolean {
    if (hasName(known)) return false;
    const waiting = this.#waiting.get(id);
    return waiting?.monitored?.image === undefined && (waiting?.tries ?? 0) < TRIES_MAX;
  }

  /**
   * Looks who holds the container. Returns what that says when no engine will say more. Without an image it may be that
   * the store was just written; the next look will tell, and where there is none, `giveUp` takes what there is.
   */
  meet(id: string, pids: readonly number[]): RuntimeContainer | undefined {
    const waiting = this.#entry(id);
    waiting.tries += 1;
    waiting.monitored = readMonitored({ id, pids }, this.#machine) ?? waiting.monitored;
    const isWhole = waiting.monitored?.image !== undefined;
    return isWhole && !this.#connected().has('podman') ? waiting.monitored : undefined;
  }

  /** Nobody is waited for any more. Returns what is known without an engine. */
  giveUp(id: string): RuntimeContainer | undefined {
    const waiting = this.#entry(id);
    waiting.isGivenUp = true;
    return waiting.monitored;
  }

  #entry(id: string): Waiting {
    const known = this.#waiting.get(id);
    if (known) return known;
    const made: Waiting = { tries: 0, monitored: undefined, isGivenUp: false };
    this.#waiting.set(id, made);
    if (this.#waiting.size > KEPT_MAX) this.#waiting.delete(this.#waiting.keys().next().value ?? '');
    return made;
  }
}
