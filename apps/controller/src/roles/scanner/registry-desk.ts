// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { openRegistry, type RegistryAccess } from '@bartizan/adapters/registry';
import type { Sealer, Store } from '@bartizan/adapters/store';
import {
  ERRORS,
  err,
  failure,
  ok,
  type Registry,
  type RegistryRun,
  type RegistrySettings,
  type RegistryTrial,
  type Result,
  type Scope,
  tenantScope,
} from '@bartizan/contracts';
import { judgeRevision } from '../../decide/signature-verdicts.ts';
import type { ApiFailure, ChangedRegistry, Clock, Owner, Publish, RegistryDesk } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import { accessOf, goesTheSameWay, RegistrySecrets } from './registry-secrets.ts';
import { NEVER_RUN } from './run-progress.ts';
import { settingsFault } from './settings-fault.ts';

export interface RegistryDeskParts {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly publish: Publish;
  readonly newId: () => string;
  readonly open?: typeof openRegistry;
}

/** What the desk asks of those who run over registries. */
export interface Runner {
  readonly start: (registry: Registry) => Promise<Result<void, ApiFailure>>;
  /** Forgets what a registry said of signatures, but for what it says by this revision, without waiting. */
  readonly unjudge: (owner: Owner, id: string, revision?: string) => void;
  /** Stops without waiting. */
  readonly stop: (id: string) => void;
  /** Stops, and waits for the end. */
  readonly cancel: (id: string) => Promise<void>;
}

const REGISTRIES_MAX = 1000;

const scopeOf = ({ cluster, tenant }: Owner): Scope => tenantScope(cluster, tenant);
const refused = (detail: string): Result<never, ApiFailure> => err(failure('E_REGISTRY_SETTINGS', detail));

/** Keeps registries with their secrets; changes of one record pass one at a time, progress of a run among them. */
export class Registries implements RegistryDesk {
  readonly #parts: RegistryDeskParts;
  readonly #secrets: RegistrySecrets;
  readonly #pushSecrets: RegistrySecrets;
  readonly #changes = new Turnstile();
  #runs: Runner | undefined;

  constructor(parts: RegistryDeskParts) {
    this.#parts = parts;
    this.#secrets = new RegistrySecrets(parts.store, parts.sealer, 'secret');
    this.#pushSecrets = new RegistrySecrets(parts.store, parts.sealer, 'push-secret');
  }

  /** The runs that `start` and `cancel` are about. */
  attach(runs: Runner): void {
    this.#runs = runs;
  }

  async create(owner: Owner, settings: RegistrySettings): Promise<Result<Registry, ApiFailure>> {
    const { store, clock, newId } = this.#parts;
    const scope = scopeOf(owner);
    const fault = settingsFault(settings);
    if (fault !== undefined) return refused(fault);
    const many = await store.registries.list(scope, { filter: [], limit: 1 });
    if (!many.ok) return many;
    if ((many.value.total ?? 0) >= REGISTRIES_MAX) return refused(`there are ${REGISTRIES_MAX} registries`);
    const { secret, pushSecret, ...rest } = settings;
    const id = newId();
    const hasSecret = secret !== undefined && secret !== '';
    const nowMs = clock.nowMs();
    const times = { createdAtMs: nowMs, updatedAtMs: nowMs };
    const { cluster, tenant } = owner;
    const told = await this.#keepPushSecret(scope, id, pushSecret);
    if (!told.ok) return told;
    const registry: Registry = {
      ...{ id, cluster, tenant, ...rest, hasSecret, run: NEVER_RUN, ...times },
      ...(told.value === true ? { hasPushSecret: true } : {}),
    };
    if (hasSecret) {
      const kept = await this.#secrets.put(scope, id, secret);
      if (!kept.ok) return kept;
    }
    const saved = await store.registries.put(scope, [registry]);
    if (!saved.ok) return saved;
    this.#tell(owner, { settings: true });
    return ok(registry);
  }

  async update(
    owner: Owner,
    { id, isBasedOn }: ChangedRegistry,
    settings: RegistrySettings,
  ): Promise<Result<Registry, ApiFailure>> {
    const fault = settingsFault(settings);
    if (fault !== undefined) return refused(fault);
    const { secret, pushSecret, ...rest } = settings;
    let revision: string | undefined;
    const changed = await this.#change(owner, id, async (before) => {
      revision = judgeRevision(before);
      const scope = scopeOf(owner);
      if (isBasedOn?.(before.updatedAtMs) === false)
        return err(failure('E_PRECONDITION', 'the registry has changed since'));
      if (secret === undefined && before.hasSecret && !goesTheSameWay(before, settings))
        return refused('give the secret again: it would go elsewhere than before');
      if (secret === '') {
        const gone = await this.#secrets.remove(scope, id);
        if (!gone.ok) return gone;
      } else if (secret !== undefined) {
        const kept = await this.#secrets.put(scope, id, secret);
        if (!kept.ok) return kept;
      }
      const told = await this.#keepPushSecret(scope, id, pushSecret);
      if (!told.ok) return told;
      const hasPushSecret = told.value ?? before.hasPushSecret === true;
      const { cluster, tenant, run, createdAtMs } = before;
      const hasSecret = secret === undefined ? before.hasSecret : secret !== '';
      // It tells versions apart, so it never stays where it was.
      const updatedAtMs = Math.max(this.#parts.clock.nowMs(), before.updatedAtMs + 1);
      const { nextAtMs: _old, ...kept } = run;
      return ok({
        ...{ id, cluster, tenant, ...rest, hasSecret, run: kept, createdAtMs, updatedAtMs },
        ...(hasPushSecret ? { hasPushSecret } : {}),
      });
    });
    const now = changed.ok ? judgeRevision(changed.value) : revision;
    if (now !== revision) this.#runs?.unjudge(owner, id, now);
    return changed;
  }

  /** Keeps or removes the secret of notes about pushes; whether there is one now, undefined = as before. */
  async #keepPushSecret(
    scope: Scope,
    id: string,
    secret: string | undefined,
  ): Promise<Result<boolean | undefined, ApiFailure>> {
    if (secret === undefined) return ok(undefined);
    const done =
      secret === ''
        ? await this.#pushSecrets.remove(scope, id)
        : await this.#pushSecrets.put(scope, id, secret);
    return done.ok ? ok(secret !== '') : done;
  }

  /** The secret that notes of a registry about pushes carry; undefined = it takes none. */
  pushSecret(registry: Registry): Promise<Result<string | undefined, ApiFailure>> {
    return this.#pushSecrets.get(scopeOf(registry), registry.id);
  }

  async remove(owner: Owner, id: string): Promise<Result<void, ApiFailure>> {
    const scope = scopeOf(owner);
    const found = await this.#get(owner, id);
    if (!found.ok) return found;
    this.#runs?.stop(id);
    const gone = await this.#secrets.remove(scope, id);
    if (!gone.ok) return gone;
    const untold = await this.#pushSecrets.remove(scope, id);
    if (!untold.ok) return untold;
    const removed = await this.#changes.run(() => this.#parts.store.registries.remove(scope, [id]));
    if (!removed.ok) return removed;
    this.#runs?.unjudge(owner, id);
    this.#tell(owner, { settings: true });
    return ok(undefined);
  }

  async tryOut(
    owner: Owner,
    settings: RegistrySettings,
    id?: string,
  ): Promise<Result<RegistryTrial, ApiFailure>> {
    const fault = settingsFault(settings);
    if (fault !== undefined) return refused(fault);
    let { secret } = settings;
    if (secret === undefined && id !== undefined) {
      const before = await this.#get(owner, id);
      if (!before.ok) return before;
      if (before.value.hasSecret && !goesTheSameWay(before.value, settings))
        return refused('give the secret again: it would go elsewhere than before');
      const kept = await this.#secrets.get(scopeOf(owner), id);
      if (!kept.ok) return kept;
      secret = kept.value;
    }
    return ok(await this.#try(accessOf(settings, secret)));
  }

  async #try(access: RegistryAccess): Promise<RegistryTrial> {
    const { open = openRegistry, clock } = this.#parts;
    const startMs = clock.nowMs();
    const took = () => ({ elapsedMs: Math.max(0, clock.nowMs() - startMs) });
    const opened = await open(access);
    if (!opened.ok) return { ...failedTrial(opened.error), ...took() };
    const answers = await opened.value.ping();
    if (!answers.ok) return { ...failedTrial(answers.error), ...took() };
    const listed = await opened.value.repositories();
    // That it does not list is worth knowing, and no failure: the filters may name the repositories.
    if (!listed.ok)
      return { ...failedTrial(listed.error), ok: listed.error.code === 'E_REGISTRY_LISTING', ...took() };
    return { ok: true, repositories: listed.value.length, ...took() };
  }

  async start(owner: Owner, id: string): Promise<Result<Registry, ApiFailure>> {
    const found = await this.#get(owner, id);
    if (!found.ok) return found;
    const started = await this.#runs?.start(found.value);
    if (started !== undefined && !started.ok) return started;
    return this.#get(owner, id);
  }

  async cancel(owner: Owner, id: string): Promise<Result<Registry, ApiFailure>> {
    const found = await this.#get(owner, id);
    if (!found.ok) return found;
    await this.#runs?.cancel(id);
    return this.#get(owner, id);
  }

  /** What it takes to reach a registry, its secret unsealed. */
  async access(registry: Registry): Promise<Result<RegistryAccess, ApiFailure>> {
    const secret = await this.#secrets.get(scopeOf(registry), registry.id);
    return secret.ok ? ok(accessOf(registry, secret.value)) : secret;
  }

  /** Keeps how far a run is. A registry that was removed meanwhile stays removed. */
  async note(registry: Registry, run: RegistryRun): Promise<void> {
    await this.#change(registry, registry.id, async (before) => ok({ ...before, run }));
  }

  async #get(owner: Owner, id: string): Promise<Result<Registry, ApiFailure>> {
    const found = await this.#parts.store.registries.get(scopeOf(owner), id);
    if (!found.ok) return found;
    return found.value === undefined
      ? err(failure('E_NOT_FOUND', `there is no registry ${id}`))
      : ok(found.value);
  }

  #change(
    owner: Owner,
    id: string,
    change: (before: Registry) => Promise<Result<Registry, ApiFailure>>,
  ): Promise<Result<Registry, ApiFailure>> {
    return this.#changes.run(async () => {
      const before = await this.#get(owner, id);
      if (!before.ok) return before;
      const after = await change(before.value);
      if (!after.ok) return after;
      const saved = await this.#parts.store.registries.put(scopeOf(owner), [after.value]);
      if (!saved.ok) return saved;
      this.#tell(owner, after.value.updatedAtMs === before.value.updatedAtMs ? {} : { settings: true });
      return after;
    });
  }

  /** `settings`: not only how far a run is. */
  #tell({ cluster, tenant }: Owner, more: { readonly settings?: true }): void {
    this.#parts.publish({ topic: 'status', cluster, tenant, data: { code: 'registries', ...more } });
  }
}

/** What a failure means, as a trial tells it; in English, as codes are told everywhere else in both languages. */
function failedTrial({ code, detail }: ApiFailure): Omit<RegistryTrial, 'elapsedMs'> {
  return { ok: false, code, detail: detail.slice(0, 512), remedy: ERRORS[code].remedy.en.slice(0, 1000) };
}
