// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { isStatementTag } from '@bartizan/adapters/registry';
import type { Store } from '@bartizan/adapters/store';
import { err, failure, ok, type Registry, type Result, systemScope } from '@bartizan/contracts';
import { chooseRepositories, chooseTags } from '../../decide/choose-images.ts';
import type { ApiFailure, Log, PushNote, PushReceipt } from '../../ports.ts';
import { type PushedImage, readPushes } from '../../sense/registries/read-pushes.ts';

/** What the inbox needs of those who keep registries and of those who read images. */
export interface PushInboxParts {
  readonly store: Store;
  readonly log: Log;
  /** The secret that notes of a registry carry; undefined = it takes none. */
  readonly secretOf: (registry: Registry) => Promise<Result<string | undefined, ApiFailure>>;
  /** Has an image of a registry read, unless it is known; how many are in line. */
  readonly read: (registry: Registry, reference: string) => Promise<Result<number, ApiFailure>>;
  /** Has the signatures of a known image looked at; also by the digest of a signature. */
  readonly look: (registry: Registry, reference: string) => Promise<Result<number, ApiFailure>>;
  readonly retryMs?: number;
}

interface Waiting {
  readonly registry: Registry;
  readonly reference: string;
  /** What was pushed is no image, or none that is chosen: only what lies beside images is of interest. */
  readonly isBeside: boolean;
  readonly attempt: number;
}

/** Images of one registry that wait to be asked for. */
const WAITING_MAX = 1000;
/** A tag may be told before the registry gives it out. */
const ATTEMPTS = 3;
const RETRY_MS = 5000;
const HOOKS = systemScope('pushes of registries');

/** Compares without telling by its time where two texts differ. */
const isSame = (left: string, right: string): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
};

/** The secret as a header carries it: as a bearer token, as the password of basic authentication, or alone. */
const carried = (authorization: string): string => {
  const [, scheme = '', rest = ''] = /^(bearer|basic) +(.+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return rest.trim();
  if (scheme === '') return authorization.trim();
  const text = Buffer.from(rest, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
};

/** Whether a note was sent by who knows the secret: it is in the header, or the body is signed with it (GitHub, Nexus). */
const isFrom = (secret: string, { authorization, signature, nexusSignature, body }: PushNote): boolean => {
  if (nexusSignature !== undefined)
    return isSame(nexusSignature, createHmac('sha1', secret).update(body).digest('hex'));
  if (signature !== undefined)
    return isSame(signature, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  return authorization !== undefined && isSame(carried(authorization), secret);
};

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
};

/** The digest that a tag of cosign or of the referrers tag schema is about; undefined for a tag of an image. */
const aboutOf = (tag: string): string | undefined =>
  isStatementTag(tag) ? tag.slice(0, 'sha256-'.length + 64).replace('-', ':') : undefined;

const isChosen = (registry: Registry, { repository, reference }: PushedImage): boolean =>
  chooseTags(registry, repository, [reference]).length > 0;
const isRefused = (registry: Registry, push: PushedImage): boolean =>
  aboutOf(push.reference) === undefined && !isChosen(registry, push);

type Sorted = Pick<Waiting, 'reference' | 'isBeside'>;
const keyOf = ({ reference, isBeside }: Sorted): string => `${isBeside ? 'beside ' : ''}${reference}`;

/**
 * What is done about a push: an image that the filters choose is read; a tag of signatures leads to what it is about. A
 * digest without a tag that no filter chooses may be a signature.
 */
function sortPush(registry: Registry, push: PushedImage): Sorted[] {
  const { repository, reference } = push;
  const about = aboutOf(reference);
  const isDigest = reference.startsWith('sha256:');
  if (about === undefined && isChosen(registry, push)) {
    const name = `${registry.host}/${repository}${isDigest ? '@' : ':'}${reference}`;
    return [{ reference: name, isBeside: false }];
  }
  const isOfOurs = chooseRepositories(registry, [repository]).length > 0;
  if (!isOfOurs || (about === undefined && !isDigest)) return [];
  return [{ reference: `${registry.host}/${repository}@${about ?? reference}`, isBeside: true }];
}

/** Takes what registries tell about pushes, and has those images read that their filters choose. A note twice is one. */
export class PushInbox {
  readonly #parts: PushInboxParts;
  readonly #waiting = new Map<string, Map<string, Waiting>>();
  readonly #busy = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(parts: PushInboxParts) {
    this.#parts = parts;
  }

  /** Checks who sent a note before anything of it is read. An unknown registry and a wrong secret are one answer. */
  async receive(id: string, note: PushNote): Promise<Result<PushReceipt, ApiFailure>> {
    const { store, secretOf } = this.#parts;
    const found = await store.registries.get(HOOKS, id);
    if (!found.ok) return found;
    const registry = found.value;
    const secret = registry === undefined ? ok(undefined) : await secretOf(registry);
    if (!secret.ok) return secret;
    const isKnown = registry !== undefined && secret.value !== undefined && secret.value !== '';
    if (!isKnown || !isFrom(secret.value ?? '', note))
      return err(failure('E_REGISTRY_PUSH_SECRET', 'the secret of this registry is missing or another'));
    const pushes = readPushes(parsed(note.body));
    if (pushes === undefined)
      return err(failure('E_REGISTRY_PUSH', 'this is no note about a push that is known here'));
    return this.#take(registry, pushes);
  }

  #take(registry: Registry, pushes: readonly PushedImage[]): Result<PushReceipt, ApiFailure> {
    const sorted = pushes.flatMap((push) => sortPush(registry, push));
    const images = sorted.filter(({ isBeside }) => !isBeside);
    const waiting = this.#waiting.get(registry.id) ?? new Map<string, Waiting>();
    const added = sorted.filter((one) => !waiting.has(keyOf(one)));
    if (waiting.size + added.length > WAITING_MAX)
      return err({ ...failure('E_REGISTRY_PUSHES', `${waiting.size} images wait`), retryAfterS: 60 });
    for (const one of sorted) waiting.set(keyOf(one), { ...one, registry, attempt: 1 });
    this.#waiting.set(registry.id, waiting);
    void this.#drain(registry.id);
    return ok({ queued: images.length, refused: pushes.filter((push) => isRefused(registry, push)).length });
  }

  /** One at a time of each registry; what comes in meanwhile is done by the same pass. */
  async #drain(id: string): Promise<void> {
    if (this.#busy.has(id)) return;
    this.#busy.add(id);
    try {
      for (;;) {
        const waiting = this.#waiting.get(id);
        const next = waiting?.values().next().value;
        if (waiting === undefined || next === undefined) break;
        waiting.delete(keyOf(next));
        await this.#read(next);
      }
    } finally {
      this.#waiting.delete(id);
      this.#busy.delete(id);
    }
  }

  async #read(one: Waiting): Promise<void> {
    const { log, read, look, retryMs = RETRY_MS } = this.#parts;
    const { registry, reference, isBeside, attempt } = one;
    const outcome = await (isBeside ? look : read)(registry, reference).catch((cause: unknown) => {
      log.error({ err: cause, registry: registry.id }, 'an image that was pushed cannot be read');
      return ok(0);
    });
    if (outcome.ok) return;
    log.warn({ code: outcome.error.code, registry: registry.id, attempt }, 'a pushed image is not there yet');
    if (attempt >= ATTEMPTS) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const waiting = this.#waiting.get(registry.id) ?? new Map<string, Waiting>();
      this.#waiting.set(registry.id, waiting);
      if (!waiting.has(keyOf(one))) waiting.set(keyOf(one), { ...one, attempt: attempt + 1 });
      void this.#drain(registry.id);
    }, retryMs * attempt);
    timer.unref();
    this.#timers.add(timer);
  }

  /** Forgets what waits, for the end of the program: a run of the schedule finds it. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#waiting.clear();
  }
}
