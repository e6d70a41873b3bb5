// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { openRegistry, DEFAULT_LIMITS as TRANSPORT_LIMITS } from '@bartizan/adapters/registry';
import type { Store } from '@bartizan/adapters/store';
import {
  err,
  exactly,
  type Failure,
  failure,
  type Image,
  ok,
  type Registry,
  type Result,
  type Scope,
  systemScope,
  tenantScope,
} from '@bartizan/contracts';
import { imageReference } from '@bartizan/engine/admission';
import { DEFAULT_LIMITS } from '@bartizan/scan';
import { type WantedPlatforms, wantedPlatforms } from '../../decide/choose-images.ts';
import type { ImageIntake } from '../../decide/image-ledger.ts';
import type { ApiFailure, Clock, Log, Owner } from '../../ports.ts';
import { readInThread } from '../../sense/registries/read-in-thread.ts';
import { currentVerdicts } from './current-verdicts.ts';
import { FairQueue } from './fair-queue.ts';
import type { Registries } from './registry-desk.ts';
import { type ImageSearching, RegistryScan, type RunParts } from './registry-run.ts';
import { RunProgress } from './run-progress.ts';
import { entriesFor, findKnown, findWanted } from './wanted-image.ts';

export interface RegistryRunsParts {
  readonly store: Store;
  readonly desk: Registries;
  readonly intake: ImageIntake;
  readonly clock: Clock;
  readonly log: Log;
  /** Where facts of layers are kept. */
  readonly layerFolder: string;
  readonly searching?: ImageSearching;
  /** Images read at once, of all registries together. */
  readonly workers?: number;
  readonly read?: RunParts['read'];
  readonly open?: RunParts['open'];
}

interface Running {
  readonly stop: AbortController;
  readonly progress: RunProgress;
  readonly done: Promise<void>;
}

const WORKERS = 2;
const LAYER_CACHE_BYTES = 2 * 1024 ** 3;
const SCHEDULE = systemScope('registry schedules');
const PAGE = 500;

/** Runs over registries: one at a time of each, all of them fairly on a few threads. */
export class RegistryRuns {
  readonly #parts: RegistryRunsParts;
  readonly #queue: FairQueue;
  readonly #running = new Map<string, Running>();
  readonly #created = new Map<string, number>();

  constructor(parts: RegistryRunsParts) {
    this.#parts = parts;
    this.#queue = new FairQueue(parts.workers ?? WORKERS);
  }

  /** Starts a run; one that is under way goes on, and no second one begins. */
  async start(registry: Registry): Promise<Result<void, ApiFailure>> {
    if (this.#running.has(registry.id)) return ok(undefined);
    const { clock, desk } = this.#parts;
    const stop = new AbortController();
    const startedAtMs = clock.nowMs();
    const progress = new RunProgress(
      startedAtMs,
      () => clock.nowMs(),
      (run) => desk.note(registry, run),
    );
    const running: { -readonly [K in keyof Running]: Running[K] } = {
      stop,
      progress,
      done: Promise.resolve(),
    };
    this.#running.set(registry.id, running);
    const { kind, everyMs } = registry.schedule;
    const next = kind === 'interval' && everyMs !== undefined ? { nextAtMs: startedAtMs + everyMs } : {};
    await progress.enter({ state: 'listing', ...next });
    running.done = this.#run(registry, running).finally(() => this.#running.delete(registry.id));
    return ok(undefined);
  }

  async #run(registry: Registry, { stop, progress }: Running): Promise<void> {
    const { clock, log } = this.#parts;
    const outcome = await this.#scan(registry, stop.signal, progress).catch((cause: unknown) => {
      log.error({ err: cause, registry: registry.id }, 'a run over a registry failed');
      return { ok: false as const, error: { code: 'E_INTERNAL', detail: 'the run failed' } };
    });
    const finishedAtMs = clock.nowMs();
    if (stop.signal.aborted) return progress.enter({ state: 'cancelled', finishedAtMs });
    if (outcome.ok) return progress.enter({ state: 'done', finishedAtMs });
    const { code, detail } = outcome.error;
    return progress.enter({ state: 'failed', code, detail: detail.slice(0, 512), finishedAtMs });
  }

  async #scan(registry: Registry, signal: AbortSignal, progress: RunProgress) {
    const scan = await this.#prepare(registry, signal, progress);
    return scan.ok ? scan.value.run() : scan;
  }

  async #prepare(
    registry: Registry,
    signal: AbortSignal,
    progress: RunProgress,
  ): Promise<Result<RegistryScan, ApiFailure>> {
    const { store, desk, intake, clock, log, read = readInThread, open = openRegistry } = this.#parts;
    const { layerFolder, searching } = this.#parts;
    const access = await desk.access(registry);
    if (!access.ok) return access;
    const scan = new RegistryScan({
      registry,
      access: access.value,
      open,
      read,
      request: {
        limits: DEFAULT_LIMITS,
        transport: TRANSPORT_LIMITS,
        layerCache: { folder: layerFolder, maxBytes: LAYER_CACHE_BYTES },
      },
      ...(searching === undefined ? {} : { searching }),
      intake: currentVerdicts({ intake, store }, registry),
      queue: this.#queue,
      platforms: () => this.#platforms(registry),
      created: this.#created,
      progress,
      signal,
      clock,
      log,
    });
    return ok(scan);
  }

  /** Has one image read again; undefined = it is in no registry that is known. Progress shows at the image. */
  async rescan(
    owner: Owner,
    image: Image,
  ): Promise<Result<{ readonly queued: number } | undefined, ApiFailure>> {
    const { store, intake } = this.#parts;
    for (const id of image.registries ?? []) {
      const registry = await store.registries.get(tenantScope(owner.cluster, owner.tenant), id);
      if (!registry.ok) return registry;
      const place = registry.value === undefined ? undefined : placeIn(registry.value, image);
      if (registry.value === undefined || place === undefined) continue;
      const scan = await this.#prepare(registry.value, new AbortController().signal, this.#silent());
      if (!scan.ok) return scan;
      const known = await intake.known(owner, image.digest);
      if (!known.ok) return known;
      const queued = await scan.value.again(known.value ?? { image, isComplete: false }, place);
      if (queued.ok) return ok({ queued: this.#queue.waiting + 1 });
      return unreachable(queued.error);
    }
    return ok(undefined);
  }

  /** Has an image read that a pod names and nobody knows; how many are in line. 0 = no registry that is known has it. */
  async wanted(owner: Owner, reference: string): Promise<Result<number, ApiFailure>> {
    const all = await this.#list(tenantScope(owner.cluster, owner.tenant), []);
    if (!all.ok) return all;
    let last: Result<number, ApiFailure> = ok(0);
    for (const registry of entriesFor(all.value, reference)) {
      last = await this.pushed(registry, reference);
      if (last.ok) return last;
    }
    return last;
  }

  /** Has an image read that a node runs, without anybody waiting: what became of it shows at the image. */
  running(owner: Owner, reference: string): void {
    const { log } = this.#parts;
    this.wanted(owner, reference).then(
      (asked) => {
        if (!asked.ok) log.info({ reference, code: asked.error.code }, 'an image that runs was not read');
      },
      (cause: unknown) => log.error({ err: cause, reference }, 'an image that runs was not read'),
    );
  }

  /** Has an image of a registry read, unless it is known; how many are in line. */
  async pushed(registry: Registry, reference: string): Promise<Result<number, ApiFailure>> {
    const parts = await this.#wayTo(registry);
    if (!parts.ok) return parts;
    const found = await findWanted(registry, reference, parts.value);
    if (!found.ok) return unreachable(found.error);
    const { images, subject } = found.value;
    // What was pushed may be a signature, of an image that is known.
    if (subject !== undefined) return this.#attached(registry, reference, subject);
    let failed: Failure | undefined;
    for (const { known, place, isRead } of images) {
      const scan = await this.#prepare(registry, new AbortController().signal, this.#silent());
      if (!scan.ok) return scan;
      const done = await (isRead ? scan.value.look(known, place) : scan.value.again(known, place));
      // The others are entered as queued, and have to come into line.
      if (!done.ok) failed ??= done.error;
    }
    return failed === undefined ? ok(images.filter(({ isRead }) => !isRead).length) : unreachable(failed);
  }

  /** Has the signatures of what a digest leads to looked at, if it is known: something new lies beside it. */
  async signed(
    registry: Registry,
    reference: string,
    isSubject = false,
  ): Promise<Result<number, ApiFailure>> {
    const parts = await this.#wayTo(registry);
    if (!parts.ok) return parts;
    const found = await findKnown(reference, parts.value);
    if (!found.ok) return unreachable(found.error);
    const { images, subject } = found.value;
    // Signatures of signatures are nobody's business.
    if (subject !== undefined) return isSubject ? ok(0) : this.#attached(registry, reference, subject);
    let failed: Failure | undefined;
    for (const { known, place } of images) {
      const scan = await this.#prepare(registry, new AbortController().signal, this.#silent());
      if (!scan.ok) return scan;
      const done = await scan.value.look(known, place, true);
      if (!done.ok) failed ??= done.error;
    }
    return failed === undefined ? ok(0) : unreachable(failed);
  }

  async #attached(
    registry: Registry,
    reference: string,
    subject: string,
  ): Promise<Result<number, ApiFailure>> {
    const { repository } = imageReference(reference);
    return subject === '' ? ok(0) : this.signed(registry, `${registry.host}/${repository}@${subject}`, true);
  }

  /** A registry opened, with what is looked for in it. */
  async #wayTo(registry: Registry) {
    const { intake, desk, open = openRegistry } = this.#parts;
    const access = await desk.access(registry);
    if (!access.ok) return access;
    const opened = await open(access.value);
    if (!opened.ok) return unreachable(opened.error);
    const { names: platforms } = await this.#platforms(registry);
    const owner = { cluster: registry.cluster, tenant: registry.tenant };
    return ok({ opened: opened.value, intake, platforms, owner });
  }

  /** Progress that nobody watches: it shows at the image. */
  #silent(): RunProgress {
    const { clock } = this.#parts;
    return new RunProgress(
      clock.nowMs(),
      () => clock.nowMs(),
      () => Promise.resolve(),
    );
  }

  /** Platforms that the registry names, or those of the nodes of its tenant. */
  async #platforms({ cluster, tenant, platforms }: Registry): Promise<WantedPlatforms> {
    const counts = await this.#parts.store.nodes.countBy(tenantScope(cluster, tenant), 'architecture', {
      filter: [],
      limit: PAGE,
    });
    if (!counts.ok)
      this.#parts.log.warn({ code: counts.error.code }, 'the platforms of nodes are not known now');
    return wantedPlatforms(platforms, counts.ok ? counts.value.keys() : []);
  }

  /** Has the list of images forget what a registry said of signatures; rules ask by its keys of now in any case. */
  unjudge(owner: Owner, id: string, revision?: string): void {
    const { intake, log } = this.#parts;
    intake.unjudge(owner, id, revision).then(
      (done) => {
        if (!done.ok)
          log.warn({ registry: id, code: done.error.code }, 'signatures are still shown as before');
      },
      (cause: unknown) => log.error({ err: cause, registry: id }, 'signatures are still shown as before'),
    );
  }

  /** Stops a run without waiting. */
  stop(id: string): void {
    this.#running.get(id)?.stop.abort();
    this.#queue.drop(id);
  }

  /** Stops a run and waits until it has ended; images that were done stay done. */
  async cancel(id: string): Promise<void> {
    const running = this.#running.get(id);
    this.stop(id);
    await running?.done;
  }

  /** Ends all runs, for the end of the program. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.cancel(id)));
  }

  /** Resolves when no run is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  /** Starts the runs whose time has come. */
  async startDue(): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    for (const registry of await this.#all('schedule', 'interval')) {
      if ((registry.run.nextAtMs ?? 0) > nowMs || this.#running.has(registry.id)) continue;
      await this.start(registry);
    }
  }

  /** Says of runs that ended with the program before this one that they were interrupted. */
  async recover(): Promise<void> {
    for (const state of ['listing', 'scanning'])
      for (const registry of await this.#all('state', state))
        await this.#parts.desk.note(registry, {
          ...registry.run,
          state: 'failed',
          code: 'E_REGISTRY_INTERRUPTED',
          detail: 'the controller ended while it ran',
          finishedAtMs: this.#parts.clock.nowMs(),
          ...(registry.schedule.kind === 'interval' ? { nextAtMs: this.#parts.clock.nowMs() } : {}),
        });
  }

  async #all(field: string, value: string): Promise<readonly Registry[]> {
    const found = await this.#list(SCHEDULE, [exactly(field, value)]);
    if (found.ok) return found.value;
    this.#parts.log.warn({ code: found.error.code }, 'registries cannot be listed now');
    return [];
  }

  async #list(
    scope: Scope,
    filter: readonly ReturnType<typeof exactly>[],
  ): Promise<Result<readonly Registry[], ApiFailure>> {
    const found: Registry[] = [];
    let cursor: string | undefined;
    do {
      const query = { filter, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.#parts.store.registries.list(scope, query);
      if (!page.ok) return page;
      found.push(...page.value.items);
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(found);
  }
}

const unreachable = ({ detail }: Pick<Failure, 'detail'>): Result<never, ApiFailure> =>
  err(failure('E_REGISTRY_UNREACHABLE', detail));

/** Where in a registry an image is, by one of its names there. */
function placeIn({ host }: Registry, image: Image) {
  const reference = image.references.find((one) => one.startsWith(`${host}/`));
  if (reference === undefined) return undefined;
  const path = reference.slice(host.length + 1).split('@')[0] ?? '';
  const colon = path.lastIndexOf(':');
  return { repository: colon > 0 ? path.slice(0, colon) : path, references: [reference], indexes: [] };
}
