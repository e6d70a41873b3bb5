// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeClient } from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import { type AdmissionNative, ok, type Result, tenantScope } from '@bartizan/contracts';
import type { ImageBook } from '../../decide/admission/image-book.ts';
import {
  NATIVE_RESOURCES,
  type NativePlan,
  nativeLabels,
  type PlannedNative,
  planNative,
} from '../../decide/admission/native-plan.ts';
import type { PolicyBook } from '../../decide/admission/policy-book.ts';
import type { OnRestored } from '../../native-ports.ts';
import type { ApiFailure, Clock, ClusterFeed, Log, Owner } from '../../ports.ts';
import { NativeKeeper } from '../../respond/admission/native-keeper.ts';
import { Turnstile } from '../../turnstile.ts';
import { NativeChoice } from './native-choice.ts';

interface Parts {
  readonly instance: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  readonly book: PolicyBook;
  readonly images: ImageBook;
  readonly onRestored: OnRestored;
  /** Namespaces that no guard may stop: the system's and ours. */
  readonly exempt: readonly string[];
  readonly known: { readonly client: KubeClient; readonly state: ClusterFeed };
}
type Policy = AdmissionNative['policies'][number];
interface Held {
  readonly state: NonNullable<Policy['defaults']>['state'];
  readonly restoredTotal: number;
  readonly fault: { readonly code?: string; readonly detail?: string };
}
type Chosen = Promise<Result<AdmissionNative, ApiFailure>>;

/** Images change in bursts; what judging them takes is at most a twentieth of the time. */
const SOON_MS = 1_000;
const SHARE = 20;
/** Facts grow older by themselves. */
const AGAIN_MS = 600_000;
const OBJECTS_MAX = 512;
const DETAIL_MAX = 512;
const VALIDATING = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];
const MUTATING = ['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'];
const NOTHING: NativePlan = { rules: [], objects: [], untilMs: Number.MAX_SAFE_INTEGER };

/** Hands chosen rules to the API server and keeps them there, in step with rules, modes, exceptions and images. */
export class NativeRole {
  readonly #parts: Parts;
  readonly #keeper: NativeKeeper;
  readonly #turnstile = new Turnstile();
  readonly #choice: NativeChoice;
  #plan: NativePlan = NOTHING;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #costMs = 0;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { cluster, tenant } = parts.owner;
    this.#choice = new NativeChoice(parts.store, tenantScope(cluster, tenant));
    this.#keeper = new NativeKeeper({
      ...parts,
      client: parts.known.client,
      feed: parts.known.state,
      resources: NATIVE_RESOURCES,
      labels: nativeLabels(parts.instance),
    });
  }

  async start(): Promise<void> {
    const { book, images, owner, log } = this.#parts;
    const stored = await this.#choice.load();
    if (!stored.ok) {
      // What was chosen is not known: what is in force stays as it is.
      log.error({ code: stored.error.code }, 'the rules for the API server cannot be read');
      return;
    }
    book.listen((of) => {
      if (of.cluster === owner.cluster && of.tenant === owner.tenant) this.#schedule(0);
    });
    images.onChange(() => {
      if (this.#plan.rules.some(({ digests }) => digests !== undefined)) this.#schedule(SOON_MS);
    });
    this.#schedule(0);
  }

  /** What is in force now. */
  status(): AdmissionNative {
    const rules = this.#choice.chosen ?? [];
    const { verdicts } = this.#plan;
    const leftover = this.#keeper.leftover();
    return {
      state: rules.length === 0 ? 'off' : 'on',
      rules: [...rules],
      revision: this.#choice.revision,
      policies: this.#plan.rules.map((one) => this.#policy(one)),
      ...(verdicts === undefined ? {} : { verdicts }),
      ...(leftover === undefined
        ? {}
        : { leftover: { code: leftover.code, detail: leftover.detail.slice(0, DETAIL_MAX) } }),
    };
  }

  /** Chooses rules, from now on; answers when the API server has them, or has refused. */
  choose = async (rules: readonly string[], isBasedOn?: (revision: string) => boolean): Chosen => {
    const saved = await this.#choice.put(rules, isBasedOn);
    if (!saved.ok) return saved;
    await this.#run();
    return ok(this.status());
  };

  /** Ends keeping; what is in force stays in force. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#turnstile.run(() => Promise.resolve());
    await this.#keeper.close();
  }

  #schedule(afterMs: number): void {
    const dueMs = performance.now() + Math.max(afterMs, afterMs === 0 ? 0 : this.#costMs * SHARE);
    if (this.#isClosed || dueMs >= this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => void this.#run(), Math.max(0, dueMs - performance.now())).unref();
  }

  #run(): Promise<void> {
    this.#dueMs = Number.POSITIVE_INFINITY;
    return this.#turnstile.run(() => this.#keepStep());
  }

  async #keepStep(): Promise<void> {
    const { book, images, owner, clock, log, instance, exempt } = this.#parts;
    const policy = book.held(owner)?.policy;
    const { chosen } = this.#choice;
    if (this.#isClosed || chosen === undefined || policy === undefined) return;
    const startedMs = performance.now();
    const nowMs = clock.nowMs();
    const isKnown = images.known() !== undefined;
    try {
      this.#plan = await planNative({
        ...{ instance, policy, chosen, exempt, podPaths: book.podPaths, nowMs },
        images: isKnown ? () => images.known() ?? [] : undefined,
      });
      this.#costMs = performance.now() - startedMs;
      // Nothing is removed only because it is not known yet what images are like.
      await this.#keeper.keep(this.#plan.objects, isKnown);
    } catch (cause) {
      log.error({ err: cause }, 'the rules for the API server could not be brought up to date');
    }
    this.#schedule(Math.min(AGAIN_MS, Math.max(SOON_MS, this.#plan.untilMs - clock.nowMs())));
  }

  /** How objects of two kinds are that only hold together. */
  #held(kinds: readonly string[], names: readonly string[]): Held {
    const states = names.flatMap((name) => kinds.map((kind) => this.#keeper.state(kind, name)));
    const bad = states.find((one) => one !== undefined && one.state !== 'in-force');
    const isWhole = states.every((one) => one?.state === 'in-force');
    const hindered =
      bad === undefined || bad.state === 'in-force' || bad.state === 'absent' ? 'pending' : bad.state;
    return {
      state: isWhole ? 'applied' : hindered,
      restoredTotal: states.reduce((sum, one) => sum + (one?.restoredTotal ?? 0), 0),
      fault: {
        ...(bad?.code === undefined ? {} : { code: bad.code }),
        ...(bad?.detail === undefined ? {} : { detail: bad.detail }),
      },
    };
  }

  #policy({ rule, names, reason, digests, defaults }: PlannedNative): Policy {
    const held = this.#held(VALIDATING, names);
    const filled = defaults === undefined ? undefined : this.#held(MUTATING, defaults.names);
    // These policies are as old as the oldest API server that is spoken to.
    const kept: Policy['state'] = held.state === 'not-served' ? 'refused' : held.state;
    const state: Policy['state'] = names.length === 0 ? 'not-enforced' : kept;
    return {
      rule,
      state: reason === undefined ? state : 'not-expressible',
      objects: names.slice(0, OBJECTS_MAX),
      ...(defaults === undefined || filled === undefined
        ? {}
        : {
            defaults: {
              state: defaults.reason === undefined ? filled.state : 'not-expressible',
              objects: defaults.names.slice(0, OBJECTS_MAX),
              ...(defaults.reason === undefined ? {} : { reason: defaults.reason }),
              ...filled.fault,
            },
          }),
      restoredTotal: held.restoredTotal + (filled?.restoredTotal ?? 0),
      ...(digests === undefined ? {} : { knownDigestsOnly: digests }),
      ...(reason === undefined ? {} : { reason }),
      ...held.fault,
    };
  }
}
