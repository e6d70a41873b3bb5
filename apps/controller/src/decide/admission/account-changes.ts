// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setImmediate as turn } from 'node:timers/promises';
import type { AdmissionRule } from '@bartizan/contracts';
import { at } from '../access/kept-object.ts';
import type { ObjectChange } from './cluster-audit.ts';

interface Parts {
  /** The rules there are: where none asks for tokens, nothing is judged again. */
  readonly rules: () => readonly { readonly rule: Pick<AdmissionRule, 'condition'> }[];
  /** Judges again what runs as one of these accounts, `namespace/name`. */
  readonly judgeAgain: (accounts: ReadonlySet<string>) => void;
  readonly waitMs?: number;
}

/** Accounts are often told together: when the watch begins, and when a namespace is made. */
const WAIT_MS = 1_000;
/** Accounts of which is judged at once what runs as them; others get their turn before the next. */
const BATCH = 20;
const FIELD = '"serviceAccount.effective.automountToken"';

/**
 * What runs as a service account was judged by what was known of the account then, and does not change with it: it is
 * judged again soon after the account mounts its token, or mounts it no more.
 */
export class AccountChanges {
  readonly #parts: Parts;
  /** Whether the account mounts its token. */
  readonly #known = new Map<string, boolean>();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  take({ kind, namespace, name, object }: ObjectChange): void {
    if (kind !== 'ServiceAccount') return;
    const key = `${namespace}/${name}`;
    const mounts = object === undefined ? undefined : at(object, 'automountServiceAccountToken') !== false;
    if (this.#known.get(key) === mounts) return;
    if (mounts === undefined) this.#known.delete(key);
    else this.#known.set(key, mounts);
    this.#changed.add(key);
    this.#schedule();
  }

  /** Nothing could be said of accounts until now. */
  takeAll(): void {
    for (const key of this.#known.keys()) this.#changed.add(key);
    if (this.#changed.size > 0) this.#schedule();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#flush(), this.#parts.waitMs ?? WAIT_MS).unref();
  }

  async #flush(): Promise<void> {
    this.#timer = undefined;
    const changed = [...this.#changed];
    this.#changed.clear();
    const asks = this.#parts.rules().some(({ rule }) => JSON.stringify(rule.condition).includes(FIELD));
    if (!asks) return;
    for (let from = 0; from < changed.length && !this.#isClosed; from += BATCH) {
      this.#parts.judgeAgain(new Set(changed.slice(from, from + BATCH)));
      await turn();
    }
  }
}
