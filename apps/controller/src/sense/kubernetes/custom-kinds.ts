// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CustomKind, customKindOf } from '@bartizan/engine/admission';
import type { ClusterChange, ClusterState } from './cluster-state.ts';

interface Parts {
  readonly state: Pick<ClusterState, 'listen' | 'state'>;
  /** Other kinds than before, or the same with other schemas; never before all were read once. */
  readonly onChange: () => void;
}

const DEFINITION = 'CustomResourceDefinition';
/** Definitions that are read; a cluster with very many operators has some hundreds. */
const KINDS_MAX = 2_000;
/** Changes that come together are told together: an operator brings many definitions at once. */
const GATHER_MS = 100;

/** The custom kinds of a cluster, kept from the watch of their definitions. */
export class CustomKinds {
  readonly #parts: Parts;
  readonly #kinds = new Map<string, CustomKind>();
  readonly #leftOut = new Set<string>();
  readonly #settled = Promise.withResolvers<void>();
  #isSettled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.state.listen({
      onChange: (change) => this.#take(change),
      onState: ({ kind }) => {
        if (kind === DEFINITION) this.#settle();
      },
    });
  }

  all(): readonly CustomKind[] {
    return [...this.#kinds.values()];
  }

  /** Definitions that found no room. */
  get leftOut(): number {
    return this.#leftOut.size;
  }

  /** How the definitions are known: what is not followed now is not thereby gone. */
  condition(): ReturnType<ClusterState['state']> {
    return this.#parts.state.state(DEFINITION);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** When it is known which kinds there are, or that nobody may tell us. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#settled.resolve();
  }

  #take({ kind, meta, object }: ClusterChange): void {
    if (kind !== DEFINITION) return;
    const { name } = meta;
    const read = object === undefined ? undefined : customKindOf(object.raw);
    if (read === undefined) {
      this.#kinds.delete(name);
      this.#leftOut.delete(name);
    } else if (this.#kinds.has(name) || this.#kinds.size < KINDS_MAX) this.#kinds.set(name, read);
    else this.#leftOut.add(name);
    if (!this.#isSettled) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#parts.onChange();
    }, GATHER_MS).unref();
  }

  #settle(): void {
    const condition = this.condition()?.condition;
    if (this.#isSettled || condition === undefined || condition === 'unknown') return;
    this.#isSettled = true;
    this.#parts.onChange();
    this.#settled.resolve();
  }
}
