// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import {
  type AccessGrantRisk,
  type AccessRequest,
  type AccessRequestWish,
  err,
  failure,
  ok,
  type Result,
} from '@bartizan/contracts';
import { type AccessGraph, judgeGrant } from '@bartizan/engine/access';
import type {
  AccessRequestDesk,
  AccessRequestDesks,
  GrantWriter,
  RequestActor,
} from '../../access-request-ports.ts';
import type { ApiFailure, Clock, Owner } from '../../ports.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { type GrantLifecycle, UNDECIDED_MS } from './grant-lifecycle.ts';
import { grantYaml, planGrant, proposedGrant } from './grant-plan.ts';
import { type BookParts, OPEN_MAX, RequestBook } from './request-book.ts';
import { isRoleMissing, wishFault } from './request-wish.ts';
import { riskLine } from './request-words.ts';

/** The cluster in which grants are made. */
export interface GrantPlace {
  readonly access: Pick<ClusterAccess, 'view' | 'isSettled'>;
  readonly writer: Pick<GrantWriter, 'try'>;
  readonly lifecycle: Pick<GrantLifecycle, 'change'>;
}
interface Parts {
  readonly instance: string;
  readonly clock: Clock;
  readonly owner: Owner;
  readonly book: RequestBook;
  /** Shortest grant, milliseconds. */
  readonly shortestMs: number;
  readonly place: GrantPlace | undefined;
}

const refused = (code: ApiFailure['code'], detail: string): Result<never, ApiFailure> =>
  err(failure(code, detail));

/** Whether an approval has to say that the risk is known. */
const needsWords = ({ level }: AccessGrantRisk): boolean => level !== 'none' && level !== 'minor';

/** Asks, decides and ends. Everything that changes a request passes the turnstile of the lifecycle. */
class RequestDesk implements AccessRequestDesk {
  readonly #parts: Parts;
  readonly #judged = new WeakMap<AccessGraph, Map<string, AccessGrantRisk>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  ask = async (actor: RequestActor, wish: AccessRequestWish): Promise<Result<AccessRequest, ApiFailure>> => {
    const { place, book, clock, owner } = this.#parts;
    if (place === undefined) return noCluster();
    const fault = wishFault(wish, this.#parts.shortestMs);
    if (fault !== undefined) return refused('E_BODY_INVALID', fault);
    const { graph } = place.access.view();
    if (place.access.isSettled() && isRoleMissing(graph, wish))
      return refused('E_BODY_INVALID', `/role: there is no ${wish.role?.kind} ${wish.role?.name}`);
    const open = await book.open();
    if (!open.ok) return open;
    if (open.value.length >= OPEN_MAX)
      return refused('E_ACCESS_STATE', `${OPEN_MAX} requests are open already`);
    const request: AccessRequest = {
      id: randomBytes(8).toString('hex'),
      cluster: owner.cluster,
      tenant: owner.tenant,
      ...wish,
      state: 'asked',
      level: 'written',
      askedBy: actor.person,
      askedAtMs: clock.nowMs(),
      risk: this.#riskOf(place, wish),
      objects: [],
    };
    return book.put({ ...request, ...(await this.#levelOf(place, request)) });
  };

  detail: AccessRequestDesk['detail'] = async (id) => {
    const { book, place, instance } = this.#parts;
    const found = await book.get(id);
    if (!found.ok) return found;
    const request = found.value;
    const risk =
      place === undefined || request.state !== 'asked' ? request.risk : this.#riskOf(place, request);
    return ok({
      ...request,
      ...(risk === undefined ? {} : { risk }),
      yaml: grantYaml(planGrant(request, instance)).slice(0, 65_536),
    });
  };

  approve: AccessRequestDesk['approve'] = (actor, id, { decision, acceptRisk = false }) =>
    this.#change(id, async (request, place) => {
      const { clock, book } = this.#parts;
      const nowMs = clock.nowMs();
      if (request.askedBy === actor.person)
        return refused('E_ACCESS_OWN_REQUEST', `${actor.person} asked for it`);
      if (request.state !== 'asked' || nowMs >= request.askedAtMs + UNDECIDED_MS)
        return refused('E_ACCESS_STATE', `the request is ${request.state}`);
      const risk = this.#riskOf(place, request);
      if (needsWords(risk) && !acceptRisk) return refused('E_ACCESS_RISK', riskLine(risk).slice(0, 1000));
      const { problem: _problem, ...rest } = request;
      return book.put({
        ...rest,
        ...(await this.#levelOf(place, rest)),
        state: 'approved',
        risk,
        decidedBy: actor.person,
        decidedAtMs: nowMs,
        expiresAtMs: nowMs + request.durationMs,
        ...(decision === undefined ? {} : { decision }),
      });
    });

  refuse: AccessRequestDesk['refuse'] = (actor, id, decision) =>
    this.#change(id, (request) => {
      if (request.state !== 'asked')
        return Promise.resolve(refused('E_ACCESS_STATE', `the request is ${request.state}`));
      return this.#parts.book.put({
        ...request,
        state: 'refused',
        decidedBy: actor.person,
        decidedAtMs: this.#parts.clock.nowMs(),
        decision,
      });
    });

  end: AccessRequestDesk['end'] = (actor, id) =>
    this.#change(id, (request) => {
      const { clock, book } = this.#parts;
      const nowMs = clock.nowMs();
      if (!actor.mayApprove && request.askedBy !== actor.person)
        return Promise.resolve(refused('E_FORBIDDEN', 'access:approve, for requests of others'));
      const ended = { end: 'person', endedBy: actor.person } as const;
      switch (request.state) {
        case 'asked':
          return book.put({ ...request, ...ended, state: 'ended', endedAtMs: nowMs });
        case 'approved':
        case 'active':
        case 'failed':
          return book.put({
            ...request,
            ...ended,
            expiresAtMs: Math.min(nowMs, request.expiresAtMs ?? nowMs),
          });
        default:
          return Promise.resolve(refused('E_ACCESS_STATE', `the request is ${request.state}`));
      }
    });

  /** What is not there is not there, whether a cluster is watched or not. */
  async #change(
    id: string,
    work: (request: AccessRequest, place: GrantPlace) => Promise<Result<AccessRequest, ApiFailure>>,
  ): Promise<Result<AccessRequest, ApiFailure>> {
    const { book, place } = this.#parts;
    const known = await book.get(id);
    if (!known.ok) return known;
    if (place === undefined) return noCluster();
    return place.lifecycle.change(async () => {
      const current = await book.get(id);
      return current.ok ? work(current.value, place) : current;
    });
  }

  /** Whether the controller may write it, asked of the API server without keeping anything; rights may have changed since. */
  async #levelOf(
    { writer }: GrantPlace,
    request: AccessRequest,
  ): Promise<Pick<AccessRequest, 'level' | 'problem'>> {
    const tried = await writer.try(planGrant(request, this.#parts.instance));
    if (tried.ok) return { level: 'written' };
    const { code, detail } = tried.error;
    return {
      level: code === 'E_KUBE_NOT_PERMITTED' ? 'proposed-only' : request.level,
      problem: { code, detail: detail.slice(0, 512) },
    };
  }

  /** Judged once for each grant while roles and bindings stay as they are: in a big cluster it takes seconds. */
  #riskOf({ access }: GrantPlace, wish: AccessRequestWish): AccessGrantRisk {
    const view = access.view();
    const grant = proposedGrant(wish);
    const known = this.#judged.get(view.graph) ?? new Map<string, AccessGrantRisk>();
    this.#judged.set(view.graph, known);
    const key = JSON.stringify(grant);
    const risk = known.get(key) ?? judgeGrant(view.graph, view.paths, grant);
    known.set(key, risk);
    return risk;
  }
}

const noCluster = (): Result<never, ApiFailure> =>
  refused('E_POLICY_NO_CLUSTER', 'there is no cluster to grant anything in');

/** The desk of the tenant that the cluster belongs to, and desks without a cluster for all others. */
export function buildRequestDesks(
  parts: BookParts & Pick<Parts, 'instance' | 'shortestMs' | 'place'>,
): AccessRequestDesks {
  const own = new RequestDesk({ ...parts, book: new RequestBook(parts) });
  return (owner) =>
    owner.cluster === parts.owner.cluster && owner.tenant === parts.owner.tenant
      ? own
      : new RequestDesk({ ...parts, owner, place: undefined, book: new RequestBook({ ...parts, owner }) });
}
