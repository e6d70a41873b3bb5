// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { RegistryAccess } from '@bartizan/adapters/registry';
import type { Sealer, Store } from '@bartizan/adapters/store';
import { ok, type Registry, type RegistrySettings, type Result, type Scope } from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';

/** What is kept of a registry: what we show it, and what it shows us. */
type Part = 'secret' | 'push-secret';

const nameOf = (id: string, part: Part): string => `registry/${id}/${part}`;

/** The secrets of registries: sealed settings of their tenant, which a new key seals again and a backup carries. */
export class RegistrySecrets {
  readonly #store: Store;
  readonly #sealer: Sealer;
  readonly #part: Part;

  constructor(store: Store, sealer: Sealer, part: Part) {
    this.#store = store;
    this.#sealer = sealer;
    this.#part = part;
  }

  put(scope: Scope, id: string, secret: string): Promise<Result<void, ApiFailure>> {
    return this.#store.settings.put(scope, nameOf(id, this.#part), this.#sealer.seal(secret));
  }

  async get(scope: Scope, id: string): Promise<Result<string | undefined, ApiFailure>> {
    const sealed = await this.#store.settings.get(scope, nameOf(id, this.#part));
    if (!sealed.ok || sealed.value === undefined) return sealed;
    return this.#sealer.unseal(sealed.value);
  }

  async remove(scope: Scope, id: string): Promise<Result<void, ApiFailure>> {
    const removed = await this.#store.settings.remove(scope, nameOf(id, this.#part));
    return removed.ok ? ok(undefined) : removed;
  }
}

/** Where a secret goes, and how well it is kept on the way. */
const wayOf = ({ kind, host, plainHttp, certificates, authUrl }: RegistrySettings | Registry): string =>
  JSON.stringify([kind, host, plainHttp, certificates ?? '', authUrl ?? '']);

/** Whether a kept secret would go where it went before: nobody who may change an address gets to see it there. */
export const goesTheSameWay = (before: Registry, after: RegistrySettings): boolean =>
  wayOf(before) === wayOf(after);

/** What it takes to reach a registry with these settings. */
export function accessOf(settings: RegistrySettings | Registry, secret: string | undefined): RegistryAccess {
  const { kind, host, plainHttp, certificates, username, region, authUrl } = settings;
  const optional = { certificates, username, region, authUrl, secret };
  const given = Object.entries(optional).filter(([, value]) => value !== undefined && value !== '');
  return { kind, host, plainHttp, ...Object.fromEntries(given) };
}
