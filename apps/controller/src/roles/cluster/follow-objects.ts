// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setImmediate as others } from 'node:timers/promises';
import type { KubeClient, WatchTiming } from '@bartizan/adapters/kube';
import { inLanguage } from '@bartizan/contracts';
import { contentHash } from '@bartizan/engine';
import { readPolicyDocument } from '@bartizan/engine/policy-objects';
import type { RuleCount } from '../../admission-ports.ts';
import type { PolicySources } from '../../decide/admission/policy-sources.ts';
import {
  type ItemOutcome,
  SOURCE_OBJECTS_MAX,
  type SourceFault,
  type SourceItem,
} from '../../decide/admission/source-reading.ts';
import type { Clock, Log } from '../../ports.ts';
import { type ObjectVerdict, PolicyStatus } from '../../respond/admission/policy-status.ts';
import { type ClusterPolicy, PolicyObjects, policyResource } from '../../sense/kubernetes/policy-objects.ts';

interface Parts {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly sources: PolicySources;
  /** Objects that violate each rule now. */
  readonly counts: () => ReadonlyMap<string, RuleCount> | undefined;
  readonly timing?: Partial<WatchTiming>;
}

/** Changes that come together are taken together. */
const GATHER_MS = 50;
/** Counts in the objects are brought up to date that often, and what ended or became free is looked at. */
const AGAIN_MS = 30_000;
const TIMER_MAX_MS = 2 ** 31 - 1;

const placeOf = ({ kind, name }: ClusterPolicy): string => `${kind}/${name}`;

async function readingOf(place: string, objects: readonly ClusterPolicy[], isComplete: boolean) {
  const items: SourceItem[] = [];
  const faults: SourceFault[] = [];
  const hashes: string[] = [];
  // One too many is enough to be refused.
  for (const object of objects.slice(0, SOURCE_OBJECTS_MAX + 1)) {
    // API servers wait for answers meanwhile.
    await others();
    hashes.push(contentHash(object.document));
    const read = readPolicyDocument(object.document);
    if (!read.ok) {
      const { detail } = read.error;
      faults.push({ kind: object.kind, id: object.name, place: placeOf(object), reason: 'Invalid', detail });
    } else if (read.value.kind !== 'other') items.push({ item: read.value, place: placeOf(object) });
  }
  const revision = contentHash(hashes);
  return { origin: 'crd' as const, place, revision, items, faults, isComplete };
}

/** Follows the policy objects of the cluster: each is judged alone, in force at once, and told what became of it. */
export class FollowedObjects {
  readonly #parts: Parts;
  readonly #objects: PolicyObjects;
  readonly #status: PolicyStatus;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  /** What stands in the objects is told beside the rounds: the next change does not wait for it. */
  #telling: Promise<void> = Promise.resolve();
  #untold: readonly ObjectVerdict[] | undefined;
  #isDue = false;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#status = new PolicyStatus(parts);
    this.#objects = new PolicyObjects({ ...parts, onChange: () => this.#schedule(GATHER_MS) });
  }

  start(): void {
    this.#parts.sources.note('crd', 'waiting', { place: this.#parts.client.where });
    this.#objects.start();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#objects.stop();
    await this.#working;
    await this.#telling;
  }

  /** Writes the newest verdicts into their objects; those of a round that was overtaken are not written. */
  #tell(verdicts: readonly ObjectVerdict[]): void {
    const isAwaited = this.#untold !== undefined;
    this.#untold = verdicts;
    if (isAwaited) return;
    this.#telling = this.#telling
      .then(async () => {
        const newest = this.#untold ?? [];
        this.#untold = undefined;
        if (!this.#isClosed) await this.#status.write(newest);
      })
      .catch((cause: unknown) =>
        this.#parts.log.error({ err: cause }, 'the status of policy objects could not be written'),
      );
  }

  #schedule(afterMs: number): void {
    if (this.#isClosed) return;
    if (this.#working !== undefined) {
      this.#isDue ||= afterMs === GATHER_MS;
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#working = this.#round()
        .catch((cause: unknown) => {
          this.#parts.log.error({ err: cause }, 'policy objects could not be judged');
          return AGAIN_MS;
        })
        .then((againMs) => {
          this.#working = undefined;
          this.#schedule(this.#isDue ? GATHER_MS : againMs);
          this.#isDue = false;
        });
    }, afterMs).unref();
  }

  /** One look at everything; after how long the next is due. */
  async #round(): Promise<number> {
    const { sources, client } = this.#parts;
    const states = this.#objects.states();
    const bad = states.find(({ condition }) => condition !== 'synced');
    const objects = this.#objects.objects();
    if (states.every(({ condition }) => condition === 'not-served')) {
      sources.note('crd', 'off', { place: client.where });
      return AGAIN_MS;
    }
    if (states.some(({ condition }) => condition === 'unknown')) {
      sources.note('crd', 'waiting', { place: client.where });
      return AGAIN_MS;
    }
    const reading = await readingOf(client.where, objects, bad === undefined);
    const taken = await sources.take(reading);
    if (!taken.ok) {
      const { code, detail, told = detail } = taken.error;
      sources.note('crd', 'unreachable', { code, detail: told });
      return AGAIN_MS;
    }
    if (bad !== undefined)
      sources.note('crd', 'unreachable', {
        ...(bad.code === undefined ? {} : { code: bad.code }),
        detail: `${bad.kind}: ${bad.detail ?? bad.condition}`.slice(0, 1000),
      });
    this.#tell(this.#verdicts(objects, taken.value));
    let endMs = Number.MAX_SAFE_INTEGER;
    for (const { untilMs = endMs } of taken.value) endMs = Math.min(endMs, untilMs);
    const nextMs = endMs - this.#parts.clock.nowMs();
    return Math.min(Math.max(GATHER_MS, nextMs + GATHER_MS), AGAIN_MS, TIMER_MAX_MS);
  }

  #verdicts(objects: readonly ClusterPolicy[], outcomes: readonly ItemOutcome[]): readonly ObjectVerdict[] {
    const byPlace = new Map(outcomes.map((one) => [one.place, one]));
    const counts = this.#parts.counts();
    return objects.flatMap((object) => {
      const outcome = byPlace.get(placeOf(object));
      if (outcome === undefined) return [];
      const { reason, detail, inForce, notExpressible } = outcome;
      const isCounted = object.kind === 'AdmissionRule' && inForce !== undefined && counts !== undefined;
      const count = { violations: 0, unknown: 0, ...counts?.get(object.name) };
      return [
        {
          resource: policyResource(object.kind),
          name: object.name,
          generation: object.generation,
          reason,
          detail: inLanguage(detail, 'en'),
          before: object.status,
          ...(inForce === undefined ? {} : { inForce }),
          ...(notExpressible === undefined ? {} : { notExpressible }),
          ...(isCounted ? { counts: count } : {}),
        },
      ];
    });
  }
}
