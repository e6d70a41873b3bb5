// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { err, failure, ok, type Result, type Scope } from '@bartizan/contracts';
import { contentHash, isWildcard } from '@bartizan/engine';
import type { ApiFailure } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';

const SETTING = 'admission.native';

/** Which rules the API server shall hold, as it is stored. It is replaced as a whole, by whoever read the newest. */
export class NativeChoice {
  readonly #store: Store;
  readonly #scope: Scope;
  readonly #turnstile = new Turnstile();
  #chosen: readonly string[] | undefined;

  constructor(store: Store, scope: Scope) {
    this.#store = store;
    this.#scope = scope;
  }

  /** Globs of rule ids; undefined: nobody chose yet, or what was chosen is not known. */
  get chosen(): readonly string[] | undefined {
    return this.#chosen;
  }

  /** Tells one choice from another. */
  get revision(): string {
    return contentHash(this.#chosen ?? []);
  }

  async load(): Promise<Result<void, ApiFailure>> {
    const stored = await this.#store.settings.get(this.#scope, SETTING);
    if (!stored.ok) return stored;
    this.#chosen = readChoice(stored.value);
    return ok(undefined);
  }

  /** `isBasedOn`: whether the choice that is replaced is the one that was read; absent: it does not matter. */
  put(
    rules: readonly string[],
    isBasedOn?: (revision: string) => boolean,
  ): Promise<Result<void, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const stranger = rules.find((one) => !isWildcard(one));
      if (stranger !== undefined) return err(failure('E_BODY_INVALID', `${stranger} is no glob of rule ids`));
      if (isBasedOn?.(this.revision) === false)
        return err(failure('E_PRECONDITION', 'the rules for the API server were chosen anew since'));
      const chosen = [...new Set(rules)].sort();
      const saved = await this.#store.settings.put(this.#scope, SETTING, JSON.stringify(chosen));
      if (!saved.ok) return saved;
      this.#chosen = chosen;
      return ok(undefined);
    });
  }
}

/** The choice as it was stored. Before anybody chose, and when our data was lost, what is in the cluster stays as it is. */
function readChoice(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const stored: unknown = JSON.parse(text);
    return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : [];
  } catch {
    return undefined;
  }
}
