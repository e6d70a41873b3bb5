// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { OpenedRegistry, RegistryAccess, RegistryError } from '@bartizan/adapters/registry';
import {
  err,
  type Failure,
  type Image,
  type ImageScan,
  ok,
  type PostureCheck,
  type Registry,
  type Result,
} from '@bartizan/contracts';
import { CATALOGUE_VERSION, tenantHashKey } from '@bartizan/scan';
import {
  chooseRepositories,
  chooseTags,
  namedRepositories,
  newest,
  type WantedPlatforms,
} from '../../decide/choose-images.ts';
import { choosePlatforms } from '../../decide/choose-platforms.ts';
import type { ImageIntake, KnownImage } from '../../decide/image-ledger.ts';
import { imageRef } from '../../decide/image-ref.ts';
import { indexesIn } from '../../decide/signature-verdicts.ts';
import type { Clock, Log, Owner } from '../../ports.ts';
import {
  createdAtMs,
  type FoundImage,
  imagesBelow,
  type ResolvedTag,
  resolveTag,
  tagsOf,
} from '../../sense/registries/find-images.ts';
import type {
  ImageAnswer,
  ImageRequest,
  RegistryDoor,
  SearchRequest,
} from '../../sense/registries/image-messages.ts';
import type { FairQueue } from './fair-queue.ts';
import { entryOf, reasonOf, scannedOf } from './image-entry.ts';
import { areSignaturesDue, type LookedFor, lookAtSignatures } from './look-at-signatures.ts';
import type { RunProgress } from './run-progress.ts';

/** What images are searched for beside packages, and the checks that judge it. */
export interface ImageSearching extends Pick<SearchRequest, 'rules' | 'hashKey'> {
  readonly checks: () => readonly PostureCheck[];
}

/** What a run works with. */
export interface RunParts {
  readonly registry: Registry;
  readonly access: RegistryAccess;
  readonly open: (access: RegistryAccess) => Promise<Result<OpenedRegistry, Failure>>;
  readonly read: (request: ImageRequest, signal: AbortSignal) => Promise<ImageAnswer>;
  readonly request: Pick<ImageRequest, 'limits' | 'transport' | 'layerCache'>;
  /** Absent: only packages are asked for. */
  readonly searching?: ImageSearching;
  readonly intake: ImageIntake;
  readonly queue: FairQueue;
  /** Platforms whose images are read of an index. */
  readonly platforms: () => Promise<WantedPlatforms>;
  /** Creation times of images by digest, kept between runs. */
  readonly created: Map<string, number>;
  readonly progress: RunProgress;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

/** One image of this run, with every name that leads to it. */
interface Target {
  readonly repository: string;
  readonly digest: string;
  /** Digests of the indexes it was found below. */
  readonly indexes: readonly string[];
  readonly platform: string;
  readonly references: readonly string[];
}

/** Where a known image is. */
type Place = Pick<Target, 'repository' | 'references' | 'indexes'>;

const NEVER: ImageScan = { state: 'never', reasons: [] };
const RESOLVED_AT_ONCE = 4;
const CREATED_MAX = 100_000;
/** One run over one registry: lists, chooses, and puts every image that is not known into the line of this registry. */
export class RegistryScan {
  readonly #parts: RunParts;
  readonly #owner: Owner;
  #platforms: readonly string[] = [];

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#owner = { cluster: parts.registry.cluster, tenant: parts.registry.tenant };
  }

  /** Runs to the end; a failure is of the run as a whole, images that cannot be read are counted. */
  async run(): Promise<Result<void, Failure>> {
    const { access, open, queue, registry, progress, signal } = this.#parts;
    const opened = await open(access);
    if (!opened.ok) return opened;
    const platforms = await this.#parts.platforms();
    this.#platforms = platforms.names;
    await progress.enter({ state: 'listing', platforms });
    const repositories = await this.#repositories(opened.value);
    if (!repositories.ok) return repositories;
    await progress.count('repositories', repositories.value.length);
    const named = new Map<string, Set<string>>();
    for (const repository of repositories.value) {
      if (signal.aborted) break;
      await this.#repository(opened.value, repository, named);
    }
    if (!signal.aborted) await progress.enter({ state: 'scanning' });
    await queue.idle(registry.id);
    if (!signal.aborted) await this.#settle(named);
    return ok(undefined);
  }

  /** Repositories that the filters name, or those of the list that they choose. */
  async #repositories(opened: OpenedRegistry): Promise<Result<readonly string[], Failure>> {
    const { registry } = this.#parts;
    const named = namedRepositories(registry);
    if (named !== undefined) {
      const there = await opened.ping();
      return there.ok ? ok(chooseRepositories(registry, named)) : there;
    }
    const listed = await opened.repositories();
    return listed.ok ? ok(chooseRepositories(registry, listed.value)) : listed;
  }

  async #repository(
    opened: OpenedRegistry,
    repository: string,
    named: Map<string, Set<string>>,
  ): Promise<void> {
    const { registry, progress } = this.#parts;
    const tags = await tagsOf(opened, repository);
    if (!tags.ok) return progress.fail(tags.error.code, tags.error.detail);
    const chosen = await this.#resolve(opened, repository, chooseTags(registry, repository, tags.value));
    const targets = new Map<string, Target>();
    for (const tag of await this.#newest(opened, repository, chosen)) {
      if (this.#parts.signal.aborted) return;
      const reference = `${registry.host}/${repository}:${tag.tag}`;
      const found = await this.#below(opened, repository, tag);
      if (!found.ok) {
        // Where it leads is not known now: what it led to keeps the name.
        await progress.fail(found.error.code, found.error.detail);
        continue;
      }
      named.set(reference, new Set(found.value.map(({ digest }) => digest)));
      const indexes = tag.isIndex ? [tag.digest] : [];
      for (const { digest, platform } of found.value) {
        const known = targets.get(digest);
        if (known === undefined)
          targets.set(digest, { repository, digest, indexes, platform, references: [reference] });
        else
          targets.set(digest, {
            ...known,
            indexes: [...new Set([...known.indexes, ...indexes])],
            references: [...known.references, reference],
          });
      }
    }
    for (const target of targets.values()) await this.#take(opened, target);
  }

  /** The digests of tags, a few at a time. */
  async #resolve(
    opened: OpenedRegistry,
    repository: string,
    tags: readonly string[],
  ): Promise<ResolvedTag[]> {
    const { progress, signal } = this.#parts;
    const found: ResolvedTag[] = [];
    const left = [...tags];
    const work = async (): Promise<void> => {
      for (let tag = left.shift(); tag !== undefined && !signal.aborted; tag = left.shift()) {
        const resolved = await resolveTag(opened, repository, tag);
        if (resolved.ok) found.push(resolved.value);
        // A tag that was removed since it was listed is not there, and nothing failed.
        else if (resolved.error.code !== 'E_REGISTRY_MISSING')
          await progress.fail(resolved.error.code, resolved.error.detail);
      }
    };
    await Promise.all(Array.from({ length: RESOLVED_AT_ONCE }, work));
    const order = new Map(tags.map((tag, at) => [tag, at]));
    return found.sort((a, b) => (order.get(a.tag) ?? 0) - (order.get(b.tag) ?? 0));
  }

  /** The newest tags, where only so many are wanted. Dates are read once for each digest. */
  async #newest(
    opened: OpenedRegistry,
    repository: string,
    tags: readonly ResolvedTag[],
  ): Promise<readonly ResolvedTag[]> {
    const { registry, created, signal } = this.#parts;
    const most = registry.newestTags;
    if (most === undefined || tags.length <= most) return tags;
    const dated = [];
    for (const tag of tags) {
      if (signal.aborted) break;
      if (!created.has(tag.digest)) {
        const atMs = await this.#createdAt(opened, repository, tag);
        if (created.size >= CREATED_MAX) created.clear();
        if (atMs !== undefined) created.set(tag.digest, atMs);
      }
      dated.push({ tag, name: tag.tag, atMs: created.get(tag.digest) });
    }
    return newest(dated, most).map(({ tag }) => tag);
  }

  async #createdAt(
    opened: OpenedRegistry,
    repository: string,
    tag: ResolvedTag,
  ): Promise<number | undefined> {
    const below = await imagesBelow(opened, repository, tag);
    const [first] = below.ok ? below.value : [];
    if (first === undefined) return undefined;
    const atMs = await createdAtMs(opened, repository, first.digest);
    return atMs.ok ? atMs.value : undefined;
  }

  async #below(
    opened: OpenedRegistry,
    repository: string,
    tag: ResolvedTag,
  ): Promise<Result<readonly FoundImage[], Failure>> {
    const below = await imagesBelow(opened, repository, tag);
    if (!below.ok) return below;
    const wanted = choosePlatforms(this.#platforms, below.value);
    if (wanted.length === 0) await this.#parts.progress.count('skipped');
    return ok(wanted);
  }

  /** Puts an image in line, unless reading it again would give the same. */
  async #take(opened: OpenedRegistry, target: Target): Promise<void> {
    const { intake, progress } = this.#parts;
    await progress.count('images');
    const known = await intake.known(this.#owner, target.digest);
    if (!known.ok) return progress.fail(known.error.code, known.error.detail);
    if (known.value === undefined || !this.#isCurrent(known.value))
      return this.#enqueue(opened, target, known.value);
    await progress.count('unchanged');
    // What could not be looked at is looked at by the next run.
    await this.#stillThere(opened, target, known.value);
  }

  /** Whether reading an image again would give the same: it was read to the end by what would read it now. */
  #isCurrent({ isComplete, catalogueVersion, rulesVersion }: KnownImage): boolean {
    const { searching } = this.#parts;
    const isSearched = searching === undefined || rulesVersion === searching.rules.version;
    return isComplete && catalogueVersion === CATALOGUE_VERSION && isSearched;
  }

  /** Puts one known image in line, whatever is known of it. */
  async again(image: KnownImage, place: Place): Promise<Result<void, Failure>> {
    const opened = await this.#parts.open(this.#parts.access);
    if (!opened.ok) return opened;
    const { digest, platform = '' } = image.image;
    this.#enqueue(opened.value, { ...place, digest, platform }, image);
    return ok(undefined);
  }

  /** Looks at the signatures of one known image; unless something is new of them, not so soon after the last time. */
  async look(image: KnownImage, place: Place, isNew = false): Promise<Result<void, Failure>> {
    const opened = await this.#parts.open(this.#parts.access);
    if (!opened.ok) return opened;
    const { digest, platform = '' } = image.image;
    return this.#stillThere(opened.value, { ...place, digest, platform }, image, isNew);
  }

  #enqueue(opened: OpenedRegistry, target: Target, known: KnownImage | undefined): void {
    const { registry, progress, queue, signal, log } = this.#parts;
    queue.add(registry.id, registry.concurrency, async () => {
      if (signal.aborted) return;
      try {
        await this.#scan(opened, target, known);
      } catch (cause) {
        log.error({ err: cause, digest: target.digest }, 'scanning an image failed');
        await this.#back(target, known);
        await progress.fail('E_INTERNAL', target.digest);
      }
    });
  }

  async #scan(opened: OpenedRegistry, target: Target, known: KnownImage | undefined): Promise<void> {
    const { request, read, signal, intake, progress, clock, registry } = this.#parts;
    const { repository, digest, references } = target;
    const entry = entryOf(registry, target, known?.image);
    if (known !== undefined) await intake.mark(this.#owner, digest, { state: 'scanning', reasons: [] });
    const reference = references[0] ?? digest;
    const door = await this.#door(opened);
    const place = { repository, digest, reference };
    const answer: ImageAnswer = door.ok
      ? await read({ ...request, ...place, registry: door.value, ...this.#search(entry) }, signal)
      : { kind: 'failed', ...door.error };
    if (answer.kind === 'stopped') return this.#back(target, known);
    if (answer.kind === 'artifact') {
      await intake.discard(this.#owner, digest);
      return progress.count('skipped');
    }
    if (answer.kind === 'image') {
      const { signature } = await this.#look(opened, target, known?.image);
      const { searching } = this.#parts;
      const searched = searching && { rulesVersion: searching.rules.version, checks: searching.checks() };
      const scanned = scannedOf(
        answer.image,
        { ...entry, signature },
        { nowMs: clock.nowMs(), ...(searched === undefined ? {} : { searched }) },
      );
      const kept = await intake.put(this.#owner, scanned);
      if (kept.ok) return progress.count('scanned');
      await this.#back(target, known);
      return progress.fail(kept.error.code, kept.error.detail);
    }
    // What could not be read is entered as such: an image that nobody looked into must not be missing from the list.
    const code = answer.kind === 'failed' ? answer.code : undefined;
    await intake.mark(
      this.#owner,
      digest,
      {
        state: answer.kind === 'failed' ? 'failed' : 'incomplete',
        ...(code === undefined ? {} : { code }),
        reasons: [reasonOf(answer)],
        scannedAtMs: clock.nowMs(),
      },
      entry,
    );
    return progress.fail(code ?? 'scan.worker-died', `${reference}: ${answer.detail}`);
  }

  #search(entry: Image): Pick<ImageRequest, 'search'> {
    const { searching } = this.#parts;
    if (searching === undefined) return {};
    const { rules, hashKey } = searching;
    const { cluster, tenant } = this.#owner;
    const key = tenantHashKey(hashKey, this.#owner);
    return { search: { rules, hashKey: key, cluster, tenant, subject: imageRef(entry) } };
  }

  async #door(opened: OpenedRegistry): Promise<Result<RegistryDoor, RegistryError>> {
    const { plainHttp, certificates } = this.#parts.access;
    const credential = await opened.credential();
    if (!credential.ok) return credential;
    return ok({
      host: opened.host,
      plainHttp,
      ...(certificates === undefined ? {} : { certificates }),
      ...(credential.value === undefined ? {} : { credential: credential.value }),
    });
  }

  /** A scan that came to no end leaves the image as it was, and not in line for ever. */
  async #back({ digest }: Target, known: KnownImage | undefined): Promise<void> {
    if (known === undefined) return;
    const { scan } = known.image;
    const isUnderWay = scan?.state === 'queued' || scan?.state === 'scanning';
    await this.#parts.intake.mark(this.#owner, digest, isUnderWay ? NEVER : (scan ?? NEVER));
  }

  /** An image that is not read again: it was seen here, and its signatures are looked at again in time. */
  async #stillThere(
    opened: OpenedRegistry,
    target: Target,
    { image }: KnownImage,
    hasNews = false,
  ): Promise<Result<void, Failure>> {
    const { clock, intake, registry } = this.#parts;
    const entry = entryOf(registry, target, image);
    const isDue = areSignaturesDue(image, registry, target, clock.nowMs());
    const looked = isDue || hasNews ? await this.#look(opened, target, image) : undefined;
    const signature = looked === undefined ? {} : { signature: looked.signature };
    await intake.mark(this.#owner, target.digest, image.scan ?? NEVER, { ...entry, ...signature });
    return looked?.fault === undefined ? ok(undefined) : err(looked.fault);
  }

  /** Also beside the indexes that an image was found below before: by its own digest nobody finds them. */
  #look(opened: OpenedRegistry, target: Target, known: Image | undefined): Promise<LookedFor> {
    const { registry, clock } = this.#parts;
    const before = known === undefined ? [] : indexesIn(known, registry, target.repository);
    const indexes = [...new Set([...target.indexes, ...before])];
    return lookAtSignatures(opened, registry, { ...target, indexes }, clock.nowMs());
  }

  /** Every reference leads to what it leads to now: tags move. */
  async #settle(named: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    const { intake, progress, log } = this.#parts;
    for (const [reference, digests] of named) {
      const settled = await intake.settle(this.#owner, reference, [...digests]);
      if (!settled.ok) return progress.fail(settled.error.code, settled.error.detail);
      if (settled.value > 0) log.info({ reference, moved: settled.value }, 'a tag leads elsewhere now');
    }
  }
}
