// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type Image, type ImageSignature, ok, type Result, tenantScope } from '@bartizan/contracts';
import { type ImageFacts, imageReference, isUnknown, type Unknown } from '@bartizan/engine/admission';
import type { ApiFailure, BaseDesk, BuiltImage, Change, Clock, Log, Owner } from '../../ports.ts';
import { builtImage } from '../base-book.ts';
import type { ChangedImages } from './concerned-objects.ts';
import { baseFacts, imageFacts, placed, worstOf } from './image-facts.ts';
import { ImageJudges, type ImagePlace, placesOf } from './image-judges.ts';
import { readJudged } from './read-judged.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  /** Which image another one is built on; `version` is another one whenever that may have changed. */
  readonly bases?: BaseDesk & { readonly version: () => number };
  /** Until when releases of distributions are maintained, as the pack in use says. */
  readonly support?: Support;
  /** After which what could not be read is read again, the first time; for tests. */
  readonly retryMs?: number;
}
/** `version`: digest of the pack; `endsAtMs`: by advisory namespace. */
interface Support {
  readonly version: () => string | undefined;
  readonly endsAtMs: (ecosystem: string) => number | undefined;
}
/** Has an image read; how many are in line for it. */
type Want = (reference: string) => Promise<Result<number, ApiFailure>>;
interface Held {
  readonly names: readonly string[];
  /** Where it is taken from, or was. */
  readonly places: readonly ImagePlace[];
  readonly signatures: readonly ImageSignature[];
  /** A registry gave it, and all of it: only its signatures may have to be looked at. */
  readonly isRead: boolean;
  /** Without what other images and the pack in use decide. */
  own: ImageFacts | Unknown;
  readonly image: BuiltImage;
  /** Advisory namespaces of its packages. */
  readonly ecosystems: readonly string[];
  facts: ImageFacts | Unknown;
  /** With which other images and pack the facts were made; undefined = without. */
  version: string | undefined;
}

/** Images held in memory; what is beyond is unknown to rules, and said to be. */
const IMAGES_MAX = 50_000;
const PAGE = 500;
/** An image that was asked for is not asked for again within this time. */
const WANTED_AGAIN_MS = 10_000;
const WANTED_MAX = 1_000;
/** Known images whose signatures are looked at anew at once. */
const LOOKS_MAX = 4;
/** One of a registry that answered is not looked at again within this time, unless keys change: looking may change nothing. */
const LOOK_AGAIN_MS = 600_000;
/** What could not be read is read again after this time, then after twice that, and so on. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 60_000;

/**
 * What admission rules may know of images, at hand without asking anybody: what scans, advisories and signatures said,
 * by digest and by name. It follows the store by the changes that are told.
 */
export class ImageBook {
  readonly #parts: Parts;
  readonly #held = new Map<string, Held>();
  readonly #digests = new Map<string, Set<string>>();
  readonly #changed = new Set<string>();
  /** References that were asked for, and until when they are not asked for again. */
  readonly #wanted = new Map<string, number>();
  readonly #judges: ImageJudges;
  readonly #listeners = new Set<(changed: ChangedImages) => void>();
  #want: Want | undefined;
  #isLoaded = false;
  #isFull = false;
  #areJudgesOld = false;
  #looks = 0;
  /** References whose images are looked at when others have been. */
  readonly #toLookAt = new Set<string>();
  #isWorking = false;
  #isClosed = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#judges = new ImageJudges(parts.store, parts.owner);
  }

  /** Has images read that a rule asked about and nobody knows, so that the next request is decided; each once in a while. */
  onUnknown(want: Want): void {
    this.#want = want;
  }

  /** Tells of each change of what is known, and of which images; several at once may be told as one. */
  onChange(changed: (images: ChangedImages) => void): void {
    this.#listeners.add(changed);
  }

  /** Everything that is known, by digest; undefined: it is still being read. */
  known(): Iterable<readonly [string, ImageFacts | Unknown]> | undefined {
    return this.#isLoaded ? this.#facts() : undefined;
  }

  *#facts(): Iterable<readonly [string, ImageFacts | Unknown]> {
    for (const [digest, held] of this.#held) yield [digest, this.#factsAt(held, held.places)];
  }

  /** Reads what is stored. Until it has, nothing is known; where it cannot be read, it is tried again. */
  async load(): Promise<void> {
    const judges = await this.#judges.load();
    const read = judges.ok ? await this.#readAll() : judges;
    if (!read.ok) {
      this.#parts.log.error(
        { code: read.error.code },
        'images cannot be read now: admission rules know none',
      );
      this.#later();
      return;
    }
    this.#failures = 0;
    this.#isLoaded = true;
    this.#tell(this.#held.keys(), this.#digests.keys());
    // What changed meanwhile may have been read before.
    void this.#work();
  }

  async #readAll(): Promise<Result<void, ApiFailure>> {
    const { store, owner } = this.#parts;
    let cursor: string | undefined;
    do {
      const page = await store.images.list(tenantScope(owner.cluster, owner.tenant), {
        filter: [],
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      for (const image of page.value.items) if (!(await this.#take(image))) this.#changed.add(image.digest);
      cursor = page.value.next;
    } while (cursor !== undefined && !this.#isFull);
    return ok(undefined);
  }

  /** Reads nothing again from now on. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Something could not be read: it is read again, ever less often as long as that fails. */
  #later(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    const waitMs = Math.min(RETRY_MAX_MS, (this.#parts.retryMs ?? RETRY_MS) * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#areJudgesOld) void this.#followJudges();
      const again = this.#isLoaded ? this.#work() : this.load();
      again.catch((cause: unknown) => this.#parts.log.error({ err: cause }, 'images could not be read'));
    }, waitMs).unref();
  }

  /** Something changed: what is held of that image is read again. */
  note({ topic, cluster, tenant, data }: Change): void {
    const { owner } = this.#parts;
    if (cluster !== owner.cluster || tenant !== owner.tenant) return;
    const told = (field: string): unknown =>
      typeof data === 'object' && data !== null ? Reflect.get(data, field) : undefined;
    if (topic === 'status' && told('code') === 'registries' && told('settings') === true)
      void this.#followJudges();
    if (topic !== 'image' && topic !== 'finding') return;
    const id = told(topic === 'image' ? 'id' : 'workload');
    if (typeof id === 'string') {
      if (topic === 'finding' && !this.#held.has(id)) return;
      this.#changed.add(id);
    } else if (topic === 'finding') {
      // An exception or a VEX document may be about any of them.
      for (const digest of this.#held.keys()) this.#changed.add(digest);
    } else return;
    if (this.#isLoaded) void this.#work();
  }

  /** By the normalised reference: a digest decides alone, also beside a tag. */
  readonly image = (reference: string): ImageFacts | Unknown => {
    const facts = this.#find(reference);
    if (facts !== undefined) return facts;
    if (!this.#isLoaded) return { unknown: 'images are still being read' };
    void this.#ask(reference);
    return {
      unknown: this.#isFull
        ? `more than ${IMAGES_MAX} images are known; this one is not at hand`
        : 'nobody has scanned this image yet',
    };
  };

  #find(reference: string): ImageFacts | Unknown | undefined {
    const { digest, registry, repository } = imageReference(reference);
    const place = { registry, repository };
    const at = (one: Held): ImageFacts | Unknown => {
      const facts = this.#factsAt(one, [place]);
      if (one.isRead && this.#judges.isUnjudged(one.signatures, place)) this.#askToLook(reference);
      return facts;
    };
    const held = digest === undefined ? undefined : this.#held.get(digest);
    if (held !== undefined) return at(held);
    const name = digest === undefined ? reference : `${registry}/${repository}@${digest}`;
    const digests = this.#digests.get(name);
    if (digests === undefined) return undefined;
    return worstOf(
      [...digests].flatMap((one) => {
        const known = this.#held.get(one);
        return known === undefined ? [] : [at(known)];
      }),
    );
  }

  /** What is held of an image, with who signed it as the registries of these places say. */
  #factsAt(held: Held, places: readonly ImagePlace[]): ImageFacts | Unknown {
    const facts = this.#factsOf(held);
    return isUnknown(facts) ? facts : { ...facts, ...this.#judges.signed(held.signatures, places) };
  }

  /** Registries were set otherwise: other verdicts count now, of any image. */
  async #followJudges(): Promise<void> {
    const read = await this.#judges.load();
    this.#wanted.clear();
    this.#areJudgesOld = !read.ok;
    if (!read.ok) {
      this.#parts.log.warn({ code: read.error.code }, 'registries cannot be read now: no signature counts');
      this.#later();
    }
    if (this.#isLoaded) this.#tell(this.#held.keys(), this.#digests.keys());
  }

  /** What is held of an image, as it stands now: a newer base may have come, or another pack into use. */
  #factsOf(held: Held): ImageFacts | Unknown {
    const { bases, support } = this.#parts;
    const version = `${bases?.version() ?? ''} ${support?.version() ?? ''}`;
    if (held.version === version) return held.facts;
    const ends = held.ecosystems.flatMap((ecosystem) => support?.endsAtMs(ecosystem) ?? []);
    held.facts = placed(held.own, {
      base: bases === undefined ? undefined : baseFacts(bases, held.image),
      supportEndsAtMs: ends.length === 0 ? undefined : Math.min(...ends),
    });
    held.version = version;
    return held.facts;
  }

  /** After a change of keys all images may be asked about at once: a few are looked at, and the others after them. */
  #askToLook(reference: string): void {
    if (!this.#isLoaded || this.#isClosed) return;
    const isBusy = this.#looks >= LOOKS_MAX;
    if (isBusy && this.#toLookAt.size < WANTED_MAX) this.#toLookAt.add(reference);
    const asked = isBusy ? undefined : this.#ask(reference, LOOK_AGAIN_MS);
    if (asked === undefined) return;
    this.#looks += 1;
    void asked.finally(() => {
      this.#looks -= 1;
      this.#lookOn();
    });
  }

  /** Has those looked at that waited for it, as far as nobody has meanwhile. */
  #lookOn(): void {
    for (const reference of this.#toLookAt) {
      if (this.#looks >= LOOKS_MAX) return;
      this.#toLookAt.delete(reference);
      this.#find(reference);
    }
  }

  /** `againMs`: how long it is not asked for again once it was answered. */
  #ask(reference: string, againMs = WANTED_AGAIN_MS): Promise<void> | undefined {
    const nowMs = this.#parts.clock.nowMs();
    const untilMs = this.#wanted.get(reference) ?? Number.NEGATIVE_INFINITY;
    if (this.#want === undefined || nowMs < untilMs) return undefined;
    this.#wanted.delete(reference);
    if (this.#wanted.size >= WANTED_MAX) {
      const [oldest] = this.#wanted.keys();
      if (oldest !== undefined) this.#wanted.delete(oldest);
    }
    this.#wanted.set(reference, nowMs + WANTED_AGAIN_MS);
    const { log } = this.#parts;
    return this.#want(reference).then(
      (queued) => {
        // It may be known by now, or other keys may count: then it is asked for as if nobody had.
        if (queued.ok && this.#wanted.has(reference)) this.#wanted.set(reference, nowMs + againMs);
        if (!queued.ok)
          log.warn({ reference, code: queued.error.code }, 'an image that a pod names was not scanned');
      },
      (cause: unknown) => log.error({ err: cause, reference }, 'an image that a pod names was not scanned'),
    );
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    const digests = new Set<string>();
    const names = new Set<string>();
    const failed = new Set<string>();
    const noteNames = (digest: string): void => {
      for (const name of this.#held.get(digest)?.names ?? []) names.add(name);
    };
    try {
      for (const digest of this.#changed) {
        this.#changed.delete(digest);
        failed.add(digest);
        digests.add(digest);
        // Names it had and has no more tell something else now, too.
        noteNames(digest);
        if (await this.#read(digest)) failed.delete(digest);
        noteNames(digest);
      }
    } catch (cause) {
      this.#parts.log.error({ err: cause }, 'following images failed');
    } finally {
      this.#isWorking = false;
    }
    this.#tell(digests, names);
    for (const digest of failed) this.#changed.add(digest);
    if (this.#changed.size > 0) this.#later();
    else this.#failures = 0;
  }

  /** Reads one image again; false: it could not be read whole. What was known of it may be wrong then, and counts no more. */
  async #read(digest: string): Promise<boolean> {
    const { store, log, owner } = this.#parts;
    const image = await store.images.get(tenantScope(owner.cluster, owner.tenant), digest);
    if (image.ok && image.value !== undefined) return this.#take(image.value);
    if (image.ok) {
      this.#drop(digest);
      return true;
    }
    log.warn({ code: image.error.code, digest }, 'an image cannot be read now');
    const held = this.#held.get(digest);
    if (held !== undefined) {
      held.own = { unknown: `it cannot be read now: ${image.error.code}` };
      held.version = undefined;
    }
    return false;
  }

  #tell(digests: Iterable<string>, names: Iterable<string>): void {
    const images = { digests: new Set(digests), names: new Set(names) };
    if (images.digests.size === 0) return;
    for (const changed of this.#listeners) changed(images);
  }

  /** False: its findings could not be read. */
  async #take(image: Image): Promise<boolean> {
    const { digest } = image;
    const { store, owner } = this.#parts;
    const before = this.#held.get(digest);
    if (before === undefined && this.#held.size >= IMAGES_MAX) {
      this.#isFull = true;
      return true;
    }
    const judged = await readJudged(store, owner, image);
    // An image whose findings cannot be read says nothing, rather than that nothing is wrong.
    const facts: ImageFacts | Unknown = judged.ok
      ? imageFacts(image, judged.value, before?.own)
      : { unknown: `its findings cannot be read: ${judged.error.code}` };
    const wasKnown = before !== undefined && !isUnknown(before.own);
    this.#drop(digest);
    const names = image.references.map((one) => imageReference(one).normalised);
    const ecosystems = judged.ok ? (judged.value.ecosystems ?? []) : [];
    this.#held.set(digest, {
      ...{ names, own: facts, facts, ecosystems, signatures: image.signatures ?? [] },
      isRead: image.scan?.state === 'done' && image.scan.catalogueVersion !== undefined,
      places: placesOf([...image.references, ...(image.formerReferences ?? [])]),
      ...{ image: builtImage(image), version: undefined },
    });
    for (const name of names) {
      const digests = this.#digests.get(name) ?? new Set();
      this.#digests.set(name, digests.add(digest));
      // One that was known is only looked at: that changes it, too, and must not be asked for by that.
      if (!isUnknown(facts) && !wasKnown) this.#wanted.delete(name);
    }
    return judged.ok;
  }

  #drop(digest: string): void {
    for (const name of this.#held.get(digest)?.names ?? []) {
      const digests = this.#digests.get(name);
      digests?.delete(digest);
      if (digests?.size === 0) this.#digests.delete(name);
    }
    this.#held.delete(digest);
  }
}
