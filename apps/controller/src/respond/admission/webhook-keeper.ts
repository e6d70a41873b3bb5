// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeClient, KubeError, KubeObject } from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import { err, ok, type Result, systemScope } from '@bartizan/contracts';
import type { OnRestored } from '../../native-ports.ts';
import type { Clock, ClusterFeed, Log, Owner } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import {
  type DesiredConfiguration,
  desiredConfigurations,
  isAsDesired,
  type RegistrationPlan,
} from './registration.ts';
import { isPassing, RestorePace } from './restore-pace.ts';
import { type Cause, DISPUTED, tellRestored } from './tell-restored.ts';

/** How one configuration of ours is. */
export interface WebhookState {
  readonly name: string;
  readonly state: 'in-force' | 'absent' | 'restored' | 'not-permitted' | 'off';
  readonly failsClosed: boolean;
  readonly restoredTotal: number;
  readonly code?: string;
}
interface Parts {
  readonly client: KubeClient;
  readonly feed: ClusterFeed;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  readonly onRestored: OnRestored;
}
/** Why it is looked at, and since when the watch knows. */
interface Look {
  readonly cause: Cause;
  readonly toldAtMs?: number;
}
type Kept = Result<'in-force' | 'restored', KubeError>;

const TRIES = 5;
/** The watch tells in milliseconds; this is for when it may not, or is behind. */
const CHECK_MS = 30_000;
const SCOPE = systemScope('admission webhooks');

/** Keeps our webhooks registered: who deletes or changes them sees them come back, and stands in the audit log. */
export class WebhookKeeper {
  readonly #parts: Parts;
  readonly #turnstile = new Turnstile();
  readonly #states = new Map<string, WebhookState>();
  readonly #pace: RestorePace;
  /** When each was seen as it shall be for the last time. */
  readonly #wholeAtMs = new Map<string, number>();
  #desired: readonly DesiredConfiguration[] = [];
  #timer: NodeJS.Timeout | undefined;
  #stop: (() => void) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#pace = new RestorePace(() => parts.clock.nowMs());
  }

  /** Registers by a plan, from now on. */
  async keep(plan: RegistrationPlan): Promise<void> {
    this.#desired = desiredConfigurations(plan);
    // Before anything is written: what somebody changes between that and the end of the plan is heard, too.
    this.#stop ??= this.#parts.feed.listen({
      onChange: ({ kind, meta, object }) => {
        const desired = this.#desired.find((one) => one.name === meta.name && one.resource.kind === kind);
        if (desired === undefined || (object !== undefined && isAsDesired(desired, object.raw))) return;
        const cause = object === undefined ? 'deleted' : 'changed';
        const look: Look = { cause, toldAtMs: this.#parts.clock.nowMs() };
        this.#pace.soon(desired.name, () => void this.#turnstile.run(() => this.#one(desired.name, look)));
      },
    });
    this.#timer ??= setInterval(() => void this.#all('found'), CHECK_MS).unref();
    await this.#all('planned');
  }

  states(): readonly WebhookState[] {
    return [...this.#states.values()];
  }

  async close(): Promise<void> {
    this.#stop?.();
    this.#pace.close();
    clearInterval(this.#timer);
    this.#desired = [];
    await this.#turnstile.run(() => Promise.resolve());
  }

  async #all(cause: Cause): Promise<void> {
    for (const { name } of this.#desired) await this.#turnstile.run(() => this.#one(name, { cause }));
  }

  /** Brings one configuration to what it is to be now; the plan may be another one than when this was asked for. */
  async #one(name: string, look: Look): Promise<void> {
    const desired = this.#desired.find((one) => one.name === name);
    if (desired === undefined) return;
    const before = this.#states.get(name);
    const outcome = await this.#put(desired, look);
    const failsClosed = desired.object.webhooks.some((one) => Reflect.get(one, 'failurePolicy') === 'Fail');
    const restoredTotal = before?.restoredTotal ?? 0;
    if (!outcome.ok) {
      const { code, detail } = outcome.error;
      this.#parts.log.warn({ name, code, detail }, 'a webhook of ours is not registered now');
      const state = code === 'E_KUBE_NOT_PERMITTED' ? 'not-permitted' : 'absent';
      this.#states.set(name, { name, state, failsClosed, restoredTotal, code });
      if (isPassing(code, this.#wholeAtMs.has(name)))
        this.#pace.again(name, () => void this.#turnstile.run(() => this.#one(name, look)));
      return;
    }
    this.#pace.answered(name);
    this.#wholeAtMs.set(name, this.#parts.clock.nowMs());
    const isRestored = outcome.value === 'restored';
    const state = isRestored || before?.state === 'restored' ? 'restored' : 'in-force';
    this.#states.set(name, {
      ...{ name, state, failsClosed, restoredTotal: restoredTotal + (isRestored ? 1 : 0) },
      ...(this.#pace.isDispute(name) ? { code: DISPUTED } : {}),
    });
  }

  async #put(desired: DesiredConfiguration, look: Look): Promise<Kept> {
    const { client } = this.#parts;
    const { resource, name, object } = desired;
    let last: KubeError | undefined;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const live = await client.get(resource, { name });
      if (!live.ok && live.error.code !== 'E_KUBE_MISSING') return live;
      if (live.ok && isAsDesired(desired, live.value.raw)) return ok('in-force');
      const metadata = live.ok
        ? { ...object.metadata, resourceVersion: live.value.meta.resourceVersion }
        : object.metadata;
      const written = live.ok
        ? await client.update(resource, { ...object, metadata }, { name })
        : await client.create(resource, object);
      if (written.ok) return ok(await this.#told(desired, look, live.ok ? live.value : undefined));
      last = written.error;
      // Another controller, or the attacker, was faster: look again.
      if (last.code !== 'E_KUBE_CONFLICT') break;
    }
    return err(last ?? { code: 'E_KUBE_CONFLICT', detail: name });
  }

  /** Leaves a record where somebody else took away or changed what we had registered. */
  async #told(
    { name, resource }: DesiredConfiguration,
    { cause, toldAtMs }: Look,
    live: KubeObject | undefined,
  ): Promise<'in-force' | 'restored'> {
    const wasThere = this.#states.has(name);
    if (cause === 'planned' || !wasThere) return 'in-force';
    const sinceMs = toldAtMs ?? this.#wholeAtMs.get(name) ?? this.#parts.clock.nowMs();
    const noted = this.#pace.note(name);
    await tellRestored(this.#parts, SCOPE, { what: 'webhook', resource, name, cause, sinceMs, live, noted });
    return 'restored';
  }
}
