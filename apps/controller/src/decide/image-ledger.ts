// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanRecord, Store } from '@bartizan/adapters/store';
import {
  type Container,
  exactly,
  type Finding,
  type Image,
  type ImageScan,
  type ImageSignature,
  ok,
  type Package,
  type Result,
  type ToldText,
  tenantScope,
} from '@bartizan/contracts';
import { imageReference } from '@bartizan/engine/admission';
import type { ApiFailure, Clock, Owner, Publish } from '../ports.ts';
import { Turnstile } from '../turnstile.ts';
import type { FindingLedger } from './finding-ledger.ts';
import { isPlaceOnly, placeOnly, withVerdict } from './signature-verdicts.ts';

/** What a scanner knows of an image once it has read it. */
export interface ScannedImage {
  /** Without what only the ledger knows: `usedBy`, `scan`, first and last seen are not taken from it. */
  readonly image: Image;
  /** Packages of the merged file system, each with the layer that brought it. */
  readonly packages: readonly Package[];
  /** Id and release of the distribution, e.g. `debian 12`; empty where there is none. */
  readonly distribution: string;
  /** Why not everything could be read; empty = everything was. */
  readonly incomplete: readonly ToldText[];
  readonly catalogueVersion: string;
  /** Version of the rules its files were searched with; absent = nobody searched them. */
  readonly rulesVersion?: string;
  readonly scannedAtMs: number;
  /**
   * What the scanner found beside packages (secrets, hygiene), with this image as subject. It replaces what was found
   * before of `kinds`; absent = nobody looked, so what is known stays.
   */
  readonly found?: {
    readonly kinds: readonly Finding['kind'][];
    readonly findings: readonly Finding[];
    /** Checks that nobody could answer: what they said before stays. */
    readonly unknownChecks?: readonly string[];
  };
}

/** How far an image is known already, by digest. */
export interface KnownImage {
  readonly image: Image;
  /** Version of the catalogue it was scanned with; absent = it never was. */
  readonly catalogueVersion?: string;
  /** Version of the rules its files were searched with; absent = they never were. */
  readonly rulesVersion?: string;
  /** Its content was read to the end with that catalogue: reading it again would give the same. */
  readonly isComplete: boolean;
}

/** Where scanners leave images. All of it is idempotent: the same image twice is one image. */
export interface ImageIntake {
  /** Keeps a scanned image and puts its packages in line to be judged. */
  put(owner: Owner, scanned: ScannedImage): Promise<Result<void, ApiFailure>>;
  /** What is known of a digest; undefined = nothing. */
  known(owner: Owner, digest: string): Promise<Result<KnownImage | undefined, ApiFailure>>;
  /**
   * Says how far the scan of an image is. With `image`, one that nobody knew yet is entered first. Also called for an
   * image that is known and still there, with the state it has: an image that nobody sees any more is removed in time.
   */
  mark(owner: Owner, digest: string, scan: ImageScan, image?: Image): Promise<Result<void, ApiFailure>>;
  /** Says that a name leads to some digests now, and to no other any more. Returns how many images lost it. */
  settle(owner: Owner, reference: string, digests: readonly string[]): Promise<Result<number, ApiFailure>>;
  /** Forgets a digest that was named and turned out to be no image. What was read as one, or runs, stays. */
  discard(owner: Owner, digest: string): Promise<Result<void, ApiFailure>>;
  /** Forgets what a registry said of signatures, but for a revision: it judges by something else now, or is gone. */
  unjudge(owner: Owner, registry: string, revision?: string): Promise<Result<void, ApiFailure>>;
}

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly publish: Publish;
  readonly findings: FindingLedger;
  /** Puts a stored list in line to be judged. */
  readonly onList: (owner: Owner, image: Image) => void;
}
type Kept = Result<void, ApiFailure>;
/** Has an image read that a reference with a digest names, if a registry that is watched has it. */
type Want = (owner: Owner, reference: string) => void;
type Scanned = Extract<ImageScan['state'], 'done' | 'incomplete'>;

const REFERENCES_MAX = 64;
const REFERENCE_LENGTH_MAX = 512;
const REGISTRIES_MAX = 64;
const HOLDERS_MAX = 1000;
const USERS_MAX = 5000;
const LAYERS_MAX = 512;
const REASONS_MAX = 64;
/** A running image that nobody could read is asked for again after this time. */
const WANTED_AGAIN_MS = 3600_000;
const WANTED_MAX = 10_000;
const NEVER: ImageScan = { state: 'never', reasons: [] };

/** Keeps images: what registries and nodes know of them is one record, whoever comes first. */
export class ImageLedger implements ImageIntake {
  readonly #parts: Parts;
  /** Images are read, changed and written: one at a time. */
  readonly #turnstile = new Turnstile();
  /** Running images that were asked for, by tenant and digest, with the time. */
  readonly #wanted = new Map<string, number>();
  #want: Want | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async put(owner: Owner, scanned: ScannedImage): Promise<Kept> {
    const { store, findings, onList } = this.#parts;
    const scope = tenantScope(owner.cluster, owner.tenant);
    const { image, packages, incomplete, found } = scanned;
    const reasons = incomplete.slice(0, REASONS_MAX);
    const listed = await store.scans.put(scope, {
      workload: image.digest,
      of: 'image',
      scan: `${image.digest} ${scanned.scannedAtMs}`,
      distribution: scanned.distribution,
      distributionName: scanned.distribution,
      packages,
      coverage: [],
      incomplete: reasons,
      scannedAtMs: scanned.scannedAtMs,
      catalogueVersion: scanned.catalogueVersion,
      matchedWith: '',
    });
    if (!listed.ok) return listed;
    const state: Scanned = reasons.length === 0 ? 'done' : 'incomplete';
    const { scannedAtMs, catalogueVersion, rulesVersion } = scanned;
    const by = { catalogueVersion, ...(rulesVersion === undefined ? {} : { rulesVersion }) };
    const isSearched = state === 'done' && rulesVersion !== undefined;
    const searched = isSearched ? { searchedAtMs: scannedAtMs } : {};
    const kept = await this.#change(owner, image.digest, (known) => ({
      ...merge(known, image),
      distribution: scanned.distribution,
      packages: packages.length,
      layers: layersOf(image, packages),
      scan: { state, reasons, scannedAtMs, ...by, ...searched },
    }));
    if (!kept.ok) return kept;
    if (found !== undefined) {
      const replaced = await findings.replace(scope, {
        workload: image.digest,
        kinds: found.kinds,
        // Malware by the name of a package is what the advisories say.
        isOurs: ({ kind, package: about }) => kind !== 'malware' || about === undefined,
        found: found.findings,
        isUnjudged: ({ check }) =>
          reasons.length > 0 || (check !== undefined && found.unknownChecks?.includes(check) === true),
      });
      if (!replaced.ok) return replaced;
    }
    onList(owner, kept.value);
    return ok(undefined);
  }

  async known(owner: Owner, digest: string): Promise<Result<KnownImage | undefined, ApiFailure>> {
    const image = await this.#parts.store.images.get(tenantScope(owner.cluster, owner.tenant), digest);
    if (!image.ok) return image;
    if (image.value === undefined) return ok(undefined);
    const { scan } = image.value;
    const { catalogueVersion, rulesVersion } = scan ?? {};
    return ok({
      image: image.value,
      ...(catalogueVersion === undefined ? {} : { catalogueVersion }),
      ...(rulesVersion === undefined ? {} : { rulesVersion }),
      isComplete: scan?.state === 'done' && catalogueVersion !== undefined,
    });
  }

  async mark(owner: Owner, digest: string, scan: ImageScan, image?: Image): Promise<Kept> {
    const blank: Image = {
      digest,
      ...{ cluster: owner.cluster, tenant: owner.tenant },
      references: [],
      usedBy: [],
    };
    const kept = await this.#change(owner, digest, (known) => ({
      ...merge(known, image ?? known ?? blank),
      // What an earlier scan knew is kept while another one is under way, and when it fails.
      scan: { ...known?.scan, ...scan },
    }));
    return kept.ok ? ok(undefined) : kept;
  }

  async settle(
    { cluster, tenant }: Owner,
    reference: string,
    digests: readonly string[],
  ): Promise<Result<number, ApiFailure>> {
    const { store, publish } = this.#parts;
    const scope = tenantScope(cluster, tenant);
    return this.#turnstile.run(async () => {
      const filter = [exactly('reference', reference)];
      const holders = await store.images.list(scope, { filter, limit: HOLDERS_MAX });
      if (!holders.ok) return holders;
      const moved = holders.value.items
        .filter((image) => image.references.includes(reference) && !digests.includes(image.digest))
        .map((image) => ({
          ...image,
          references: image.references.filter((one) => one !== reference),
          // What is built on it is still built on what had this name.
          formerReferences: [
            reference,
            ...(image.formerReferences ?? []).filter((one) => one !== reference),
          ].slice(0, REFERENCES_MAX),
        }));
      const saved = await store.images.put(scope, moved);
      if (!saved.ok) return saved;
      for (const { digest } of moved) publish({ topic: 'image', cluster, tenant, data: { id: digest } });
      return ok(moved.length);
    });
  }

  discard({ cluster, tenant }: Owner, digest: string): Promise<Kept> {
    const { store, publish } = this.#parts;
    const scope = tenantScope(cluster, tenant);
    return this.#turnstile.run(async () => {
      const known = await store.images.get(scope, digest);
      if (!known.ok) return known;
      if (known.value === undefined) return ok(undefined);
      const { usedBy, scan } = known.value;
      const isNamedOnly = usedBy.length === 0 && scan?.scannedAtMs === undefined;
      const done = isNamedOnly
        ? await store.images.remove(scope, [digest])
        : await store.images.put(scope, [{ ...known.value, scan: { ...scan, ...NEVER } }]);
      if (!done.ok) return done;
      publish({ topic: 'image', cluster, tenant, data: { id: digest } });
      return ok(undefined);
    });
  }

  async unjudge(owner: Owner, registry: string, revision?: string): Promise<Kept> {
    const isGone = revision === undefined;
    const isStale = (one: ImageSignature): boolean =>
      one.registry === registry && (isGone || (one.revision !== revision && !isPlaceOnly(one)));
    const scope = tenantScope(owner.cluster, owner.tenant);
    const filter = [exactly('registry', registry)];
    let cursor: string | undefined;
    do {
      const query = { filter, limit: HOLDERS_MAX, ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.#parts.store.images.list(scope, query);
      if (!page.ok) return page;
      for (const image of page.value.items) {
        if (image.signatures?.some(isStale) !== true) continue;
        const forget = (known = image): Image => ({
          ...withoutVerdicts(known),
          ...withVerdict({
            signatures: (known.signatures ?? []).flatMap((one) =>
              !isStale(one) ? [one] : isGone ? [] : placeOnly(one),
            ),
          }),
        });
        const kept = await this.#change(owner, image.digest, forget, { isSeen: false });
        if (!kept.ok) return kept;
      }
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(undefined);
  }

  /** Has images read that nodes run and nobody has looked into; each is asked for once in a while. */
  onUnread(want: Want): void {
    this.#want = want;
  }

  #ask(owner: Owner, { digest, scan }: Image, reference: string): void {
    const isUnderWay = scan?.state === 'queued' || scan?.state === 'scanning';
    if (this.#want === undefined || isUnderWay || scan?.rulesVersion !== undefined) return;
    const key = `${owner.cluster}\n${owner.tenant}\n${digest}`;
    const nowMs = this.#parts.clock.nowMs();
    if (nowMs - (this.#wanted.get(key) ?? Number.NEGATIVE_INFINITY) < WANTED_AGAIN_MS) return;
    if (this.#wanted.size >= WANTED_MAX) this.#wanted.clear();
    this.#wanted.set(key, nowMs);
    const { registry, repository } = imageReference(reference);
    this.#want(owner, `${registry}/${repository}@${digest}`);
  }

  /** A node runs it. */
  async runs(container: Container): Promise<Kept> {
    const { imageDigest: digest, image, cluster, tenant, workload } = container;
    if (digest === undefined) return ok(undefined);
    const references = image === undefined ? [] : [image];
    const kept = await this.#change({ cluster, tenant }, digest, (known) => ({
      ...merge(known, { digest, cluster, tenant, references, usedBy: [] }),
      usedBy: [...new Set([...(known?.usedBy ?? []), workload])].slice(-USERS_MAX),
    }));
    if (!kept.ok) return kept;
    if (image !== undefined) this.#ask({ cluster, tenant }, kept.value, image);
    return ok(undefined);
  }

  /** A node has scanned a container of it: where nobody read the image itself, that is what is known of it. */
  async scannedIn(owner: Owner, digest: string, list: ScanRecord): Promise<Kept> {
    const scope = tenantScope(owner.cluster, owner.tenant);
    const known = await this.#parts.store.images.get(scope, digest);
    if (!known.ok) return known;
    if (known.value === undefined || known.value.scan?.catalogueVersion !== undefined) return ok(undefined);
    const state: Scanned = list.incomplete.length === 0 ? 'done' : 'incomplete';
    const kept = await this.#change(owner, digest, (image = known.value) => ({
      ...merge(image, image ?? { digest, ...owner, references: [], usedBy: [] }),
      distribution: list.distribution.slice(0, 128),
      packages: list.packages.length,
      scan: { state, reasons: list.incomplete.slice(0, REASONS_MAX), scannedAtMs: list.scannedAtMs },
    }));
    return kept.ok ? ok(undefined) : kept;
  }

  #change(
    { cluster, tenant }: Owner,
    digest: string,
    change: (known: Image | undefined) => Image,
    { isSeen } = { isSeen: true },
  ): Promise<Result<Image, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const { store, clock, publish } = this.#parts;
      const scope = tenantScope(cluster, tenant);
      const known = await store.images.get(scope, digest);
      if (!known.ok) return known;
      const nowMs = clock.nowMs();
      const firstSeenAtMs = known.value?.firstSeenAtMs ?? nowMs;
      const lastSeenAtMs = isSeen ? nowMs : (known.value?.lastSeenAtMs ?? nowMs);
      const next: Image = {
        scan: NEVER,
        ...change(known.value),
        ...{ digest, cluster, tenant, firstSeenAtMs, lastSeenAtMs },
      };
      const saved = await store.images.put(scope, [next]);
      if (!saved.ok) return saved;
      publish({ topic: 'image', cluster, tenant, data: { id: digest } });
      return ok(next);
    });
  }
}

const withoutVerdicts = ({ signature: _shown, signatures: _all, ...image }: Image): Image => image;

/** What is known of an image and what comes now: lists grow, everything else is replaced by what comes. */
function merge(known: Image | undefined, now: Image): Image {
  const all = (one: readonly string[] = [], other: readonly string[] = []): string[] => [
    ...new Set([...one, ...other]),
  ];
  const { layers, scan: _scan, signature, signatures: _old, ...rest } = now;
  const references = all(now.references, known?.references)
    .filter((reference) => reference.length <= REFERENCE_LENGTH_MAX)
    .slice(0, REFERENCES_MAX);
  const formerReferences = known?.formerReferences?.filter((one) => !references.includes(one));
  const registries = all(now.registries, known?.registries).slice(0, REGISTRIES_MAX);
  return {
    ...known,
    ...rest,
    ...withVerdict(known, signature),
    references,
    ...(formerReferences === undefined ? {} : { formerReferences }),
    ...(registries.length === 0 ? {} : { registries }),
    ...(layers === undefined ? {} : { layers: layers.slice(0, LAYERS_MAX) }),
    usedBy: known?.usedBy ?? [],
  };
}

/** The layers with how many packages each brought. */
function layersOf(image: Image, packages: readonly Package[]): NonNullable<Image['layers']> {
  const counts = new Map<string, number>();
  for (const { layer } of packages) if (layer !== undefined) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  return (image.layers ?? [])
    .slice(0, LAYERS_MAX)
    .map((layer) => ({ ...layer, packages: counts.get(layer.diffId) ?? 0 }));
}
