// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type AccessRequest,
  type AccessRequestState,
  err,
  exactly,
  failure,
  ok,
  type Result,
  systemScope,
  tenantScope,
} from '@bartizan/contracts';
import type { ApiFailure, Clock, Log, Owner, Publish } from '../../ports.ts';

export interface BookParts {
  readonly store: Pick<Store, 'accessRequests' | 'audit'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  readonly publish: Publish;
}

const PAGE = 1000;
/** What one tenant may have open at once; who asks for more has to wait for decisions. */
export const OPEN_MAX = 2000;
/** States out of which something can still come. */
const OPEN: readonly AccessRequestState[] = ['asked', 'approved', 'active', 'failed'];
const ACTOR = 'access-requests';
const SCOPE = systemScope('time-boxed access');

/** The requests of one tenant: each change is stored, told to who looks, and, where nobody asked for it, audited. */
export class RequestBook {
  readonly #parts: BookParts;

  constructor(parts: BookParts) {
    this.#parts = parts;
  }

  async get(id: string): Promise<Result<AccessRequest, ApiFailure>> {
    const found = await this.#parts.store.accessRequests.get(this.#scope(), id);
    if (!found.ok) return found;
    return found.value === undefined
      ? err(failure('E_NOT_FOUND', `there is no request ${id}`))
      : ok(found.value);
  }

  async put(request: AccessRequest): Promise<Result<AccessRequest, ApiFailure>> {
    const saved = await this.#parts.store.accessRequests.put(this.#scope(), [request]);
    if (!saved.ok) return saved;
    const { cluster, tenant } = this.#parts.owner;
    this.#parts.publish({
      topic: 'status',
      ...{ cluster, tenant },
      data: { code: 'access-request', id: request.id, state: request.state },
    });
    return ok(request);
  }

  /** Every request that is not over. */
  async open(): Promise<Result<readonly AccessRequest[], ApiFailure>> {
    const all: AccessRequest[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#parts.store.accessRequests.list(this.#scope(), {
        filter: [exactly('state', ...OPEN)],
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      all.push(...page.value.items);
      cursor = page.value.next;
    } while (cursor !== undefined && all.length < OPEN_MAX + PAGE);
    return ok(all);
  }

  /** Leaves a record of what the product did by itself, or saw. */
  async audit(
    action: string,
    { id }: Pick<AccessRequest, 'id'>,
    { outcome = 'success', detail }: { readonly outcome?: 'success' | 'failed'; readonly detail: string },
  ): Promise<void> {
    const { store, clock, log, owner } = this.#parts;
    log.info({ request: id, outcome }, `access request: ${detail}`);
    const appended = await store.audit.append(SCOPE, {
      tenant: owner.tenant,
      atMs: clock.nowMs(),
      actor: ACTOR,
      actorKind: 'system',
      action,
      target: id,
      outcome,
      detail: detail.slice(0, 1000),
    });
    if (!appended.ok) log.error({ code: appended.error.code }, 'a change of access is not audited');
  }

  #scope() {
    const { cluster, tenant } = this.#parts.owner;
    return tenantScope(cluster, tenant);
  }
}
