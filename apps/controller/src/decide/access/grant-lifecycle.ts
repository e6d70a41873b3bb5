// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeError } from '@bartizan/adapters/kube';
import { type AccessRequest, ok, type Result } from '@bartizan/contracts';
import type { GrantLook, GrantWriter } from '../../access-request-ports.ts';
import type { ApiFailure, Clock, Log } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import { planGrant } from './grant-plan.ts';
import type { RequestBook } from './request-book.ts';

interface Parts {
  readonly instance: string;
  readonly book: RequestBook;
  readonly clock: Clock;
  readonly log: Log;
  readonly writer: GrantWriter;
}
type Stepped = Promise<Result<AccessRequest, ApiFailure>>;

/** A question that nobody answered within a day is no longer one: who approves it later approves what is not meant any more. */
export const UNDECIDED_MS = 24 * 3_600_000;
/** What is in force is looked at that often; the watch tells sooner. */
const LOOK_MS = 30_000;
/** What could not be done is tried again. */
const RETRY_MS = 5_000;
/** An API server that has just started refuses for a moment what it permits: so long writing is tried again. */
const SETTLE_MS = 60_000;
/** A burst of changes is one look. */
const SOON_MS = 50;
/** What nobody knows of any more is looked for. */
const SWEEP_MS = 3_600_000;
const DETAIL_MAX = 512;

const problemOf = ({ code, detail }: KubeError) => ({ code, detail: detail.slice(0, DETAIL_MAX) });

/**
 * Brings grants into the cluster, and takes them away when their time is over: also after a restart, and after the API
 * server was away. What is meant is stored before it is done, so that whatever was begun is ended.
 */
export class GrantLifecycle {
  readonly #parts: Parts;
  readonly #turnstile = new Turnstile();
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #sweepFault: KubeError['code'] | undefined;
  #sweptAtMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#schedule(0);
  }

  /** Something that makes a grant changed in the cluster. */
  seen(): void {
    this.#schedule(SOON_MS);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#turnstile.run(() => Promise.resolve());
  }

  /** Reads, changes and writes requests one at a time; what was changed is brought forward at once. */
  change(work: () => Stepped): Stepped {
    return this.#turnstile.run(async () => {
      const changed = await work();
      if (!changed.ok) return changed;
      const stepped = await this.#step(changed.value);
      this.#schedule(this.#waitOf(stepped.ok ? stepped.value : changed.value));
      // What was decided stands, whatever became of it in the cluster.
      return stepped.ok ? stepped : changed;
    });
  }

  #schedule(afterMs: number): void {
    const dueMs = performance.now() + afterMs;
    if (this.#isClosed || dueMs >= this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(
      () => void this.#turnstile.run(() => this.#pass()),
      Math.max(0, afterMs),
    ).unref();
  }

  async #pass(): Promise<void> {
    this.#dueMs = Number.POSITIVE_INFINITY;
    if (this.#isClosed) return;
    const { book, log } = this.#parts;
    let waitMs = LOOK_MS;
    try {
      const open = await book.open();
      if (!open.ok) log.error({ code: open.error.code }, 'requests for access cannot be read');
      for (const request of open.ok ? open.value : []) {
        const stepped = await this.#step(request);
        waitMs = Math.min(waitMs, this.#waitOf(stepped.ok ? stepped.value : request));
      }
      if (open.ok) await this.#sweep(open.value);
      else waitMs = RETRY_MS;
    } catch (cause) {
      log.error({ err: cause }, 'grants could not be brought up to date');
      waitMs = RETRY_MS;
    }
    this.#schedule(waitMs);
  }

  /** When a request has to be looked at again. */
  #waitOf({ state, expiresAtMs, problem }: AccessRequest): number {
    const leftMs = (expiresAtMs ?? Number.POSITIVE_INFINITY) - this.#parts.clock.nowMs();
    if (state === 'active' && problem === undefined) return Math.max(0, Math.min(LOOK_MS, leftMs));
    const isWorkedOn = state === 'approved' || state === 'active' || state === 'failed';
    if (!isWorkedOn) return LOOK_MS;
    return leftMs > 0 ? Math.min(RETRY_MS, leftMs) : RETRY_MS;
  }

  /** One request to where it should be now. */
  #step(request: AccessRequest): Stepped {
    const nowMs = this.#parts.clock.nowMs();
    switch (request.state) {
      case 'asked':
        return nowMs < request.askedAtMs + UNDECIDED_MS
          ? Promise.resolve(ok(request))
          : this.#finished(request, 'not-decided');
      case 'approved':
      case 'active':
        if (nowMs >= (request.expiresAtMs ?? 0)) return this.#finish(request);
        return request.state === 'active' ? this.#watch(request) : this.#begin(request);
      case 'failed':
        return this.#finish(request);
      default:
        return Promise.resolve(ok(request));
    }
  }

  /** Makes what was approved, or sees that somebody made it by hand. */
  async #begin(request: AccessRequest): Stepped {
    const { writer, book, clock, instance } = this.#parts;
    const objects = planGrant(request, instance);
    const isProposed = request.level === 'proposed-only';
    if (isProposed) {
      const looks = await writer.look(objects);
      if (!looks.ok) return this.#hindered(request, looks.error);
      const isThere = looks.value.every(({ state }) => state !== 'missing');
      const { problem: _problem, ...rest } = request;
      if (isThere) return this.#started({ ...rest, objects: namedOf(request, instance, looks.value) });
      if (clock.nowMs() - (request.decidedAtMs ?? 0) > SETTLE_MS) return ok(request);
    }
    const written = await writer.write(objects);
    if (!written.ok && written.error.code === 'E_KUBE_NOT_PERMITTED') {
      // What was made before the refusal gives nobody anything, and goes again.
      await writer.remove(objects, []);
      if (isProposed) return ok(request);
      await book.audit('access.request.propose', request, {
        outcome: 'failed',
        detail: 'the controller may not write it: to be applied by hand',
      });
      return book.put({ ...request, level: 'proposed-only', problem: problemOf(written.error) });
    }
    if (!written.ok) return this.#hindered(request, written.error);
    const { problem: _problem, ...rest } = request;
    return this.#started({ ...rest, level: 'written', objects: written.value });
  }

  async #started(request: AccessRequest): Stepped {
    const { book, clock } = this.#parts;
    const until = new Date(request.expiresAtMs ?? 0).toISOString();
    const put = await book.put({ ...request, state: 'active', startedAtMs: clock.nowMs() });
    if (put.ok)
      await book.audit('access.request.start', request, { detail: `in the cluster until ${until}` });
    return put;
  }

  /** Looks whether what is in force is as it was made. It is never put back, and never put right. */
  async #watch(request: AccessRequest): Stepped {
    const { writer, book, clock, instance } = this.#parts;
    const objects = planGrant(request, instance);
    const looks = await writer.look(objects);
    if (!looks.ok) return this.#hindered(request, looks.error);
    const { problem: _problem, ...calm } = request;
    if (looks.value.some(({ state }) => state === 'missing')) {
      // What is left of it gives nothing by itself, or only a part that nobody approved.
      const removed = await writer.remove(objects, request.objects);
      if (!removed.ok && request.level === 'written') return this.#hindered(request, removed.error);
      return this.#finished(calm, 'in-cluster');
    }
    const changed = looks.value.find((one) => one.state === 'changed');
    if (changed !== undefined && request.changedInCluster === undefined) {
      const by = changed.state === 'changed' ? changed.by : undefined;
      await book.audit('access.request.changed', request, {
        detail: `changed in the cluster${by === undefined ? '' : ` by ${by}`}; left as it is`,
      });
      return book.put({
        ...calm,
        changedInCluster: { atMs: clock.nowMs(), ...(by === undefined ? {} : { by }) },
      });
    }
    return request.problem === undefined ? ok(request) : book.put(calm);
  }

  /** Takes away what is over. As long as that is not done it is told as failed, and tried again. */
  async #finish(request: AccessRequest): Stepped {
    const { writer, instance } = this.#parts;
    const objects = planGrant(request, instance);
    const removed =
      request.level === 'written' ? await writer.remove(objects, request.objects) : ok(undefined);
    if (!removed.ok) return this.#overdue(request, problemOf(removed.error));
    const looks = await writer.look(objects);
    if (!looks.ok) return this.#overdue(request, problemOf(looks.error));
    const left = objects.filter((_one, at) => looks.value[at]?.state !== 'missing');
    if (left.length > 0) {
      const named = left.map(({ resource, name }) => `${resource.kind}/${name}`).join(', ');
      return this.#overdue(request, { code: 'E_ACCESS_STILL_GRANTED', detail: named.slice(0, DETAIL_MAX) });
    }
    const { problem: _problem, ...calm } = request;
    const end = request.startedAtMs === undefined ? 'not-applied' : 'time';
    return this.#finished(calm, request.end ?? end);
  }

  async #finished(request: AccessRequest, end: NonNullable<AccessRequest['end']>): Stepped {
    const { book, clock } = this.#parts;
    const put = await book.put({ ...request, state: 'ended', end, endedAtMs: clock.nowMs() });
    if (put.ok) await book.audit('access.request.finish', request, { detail: `over: ${end}` });
    return put;
  }

  async #overdue(request: AccessRequest, problem: NonNullable<AccessRequest['problem']>): Stepped {
    const { book } = this.#parts;
    if (request.state === 'failed' && request.problem?.code === problem.code) return ok(request);
    await book.audit('access.request.finish', request, {
      outcome: 'failed',
      detail: `${problem.code}: ${problem.detail}`,
    });
    return book.put({ ...request, state: 'failed', problem });
  }

  /** Something is in the way for now; told once. */
  #hindered(request: AccessRequest, error: KubeError): Stepped {
    this.#parts.log.warn(
      { request: request.id, code: error.code },
      'a grant cannot be looked at or made now',
    );
    if (request.problem?.code === error.code) return Promise.resolve(ok(request));
    return this.#parts.book.put({ ...request, problem: problemOf(error) });
  }

  /** Takes away what says by its annotation that it is over and that no request knows of: data may have been lost. */
  async #sweep(open: readonly AccessRequest[]): Promise<void> {
    const { writer, book, clock, log } = this.#parts;
    if (performance.now() - this.#sweptAtMs < SWEEP_MS) return;
    const found = await writer.found();
    if (!found.ok) {
      const { code, detail } = found.error;
      log.warn({ code }, 'grants of ours cannot be listed');
      // Grants that nobody knows of may stay longer than they say: that is told once, where grants are told of.
      if (this.#sweepFault !== code)
        await book.audit(
          'access.request.sweep',
          { id: '' },
          { outcome: 'failed', detail: `${code}: ${detail}` },
        );
      this.#sweepFault = code;
      return;
    }
    this.#sweepFault = undefined;
    this.#sweptAtMs = performance.now();
    const known = new Set(open.map(({ id }) => id));
    for (const one of found.value) {
      if (known.has(one.request) || (one.expiresAtMs ?? 0) > clock.nowMs()) continue;
      const dropped = await writer.drop(one);
      await book.audit(
        'access.request.sweep',
        { id: one.request },
        dropped.ok
          ? { detail: `${one.resource.kind}/${one.name} removed: over, and no request knows of it` }
          : { outcome: 'failed', detail: `${dropped.error.code}: ${dropped.error.detail}` },
      );
    }
  }
}

/** Objects that somebody made by hand, as they are there. */
function namedOf(
  request: AccessRequest,
  instance: string,
  looks: readonly GrantLook[],
): AccessRequest['objects'] {
  return planGrant(request, instance).map(({ resource, namespace, name }, at) => {
    const look = looks[at];
    const uid = look === undefined || look.state === 'missing' ? undefined : look.uid.slice(0, 64);
    return { kind: resource.kind, namespace, name, ...(uid === undefined ? {} : { uid }) };
  });
}
