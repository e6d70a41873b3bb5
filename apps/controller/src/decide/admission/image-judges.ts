// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type ImageSignature, ok, type Registry, type Result, tenantScope } from '@bartizan/contracts';
import { type ImageFacts, imageReference } from '@bartizan/engine/admission';
import type { ApiFailure, Owner } from '../../ports.ts';
import { chooseRepositories } from '../choose-images.ts';
import { isLookedAt, judgeRevision, worstVerdict } from '../signature-verdicts.ts';

/** Where an image is taken from: a registry as references name it, and a repository. */
export interface ImagePlace {
  readonly registry: string;
  readonly repository: string;
}
/** A registry that judges signatures, as it is set now. */
interface Judge extends Pick<Registry, 'includes' | 'excludes'> {
  readonly id: string;
  readonly name: string;
  readonly revision: string;
}

const PAGE = 500;
const PLACES_MAX = 10_000;

/** The places of references, each once. */
export function placesOf(references: readonly string[]): readonly ImagePlace[] {
  const places = new Map<string, ImagePlace>();
  for (const reference of references) {
    const { registry, repository } = imageReference(reference);
    places.set(`${registry}/${repository}`, { registry, repository });
  }
  return [...places.values()];
}

/** Which registries say how an image is signed: those that it is taken from, by the keys and policies they have now. */
export class ImageJudges {
  readonly #store: Store;
  readonly #owner: Owner;
  readonly #byPlace = new Map<string, readonly Judge[]>();
  #judges: readonly Judge[] = [];
  #asked = 0;

  constructor(store: Store, owner: Owner) {
    this.#store = store;
    this.#owner = owner;
  }

  /** Reads registries anew. Where they cannot be read nobody judges: what was judged by keys of before must not count. */
  async load(): Promise<Result<void, ApiFailure>> {
    this.#asked += 1;
    const mine = this.#asked;
    const read = await this.#read();
    // A reading that began later says more.
    if (mine !== this.#asked) return ok(undefined);
    this.#judges = read.ok ? read.value : [];
    this.#byPlace.clear();
    return read.ok ? ok(undefined) : read;
  }

  async #read(): Promise<Result<readonly Judge[], ApiFailure>> {
    const { cluster, tenant } = this.#owner;
    const judges: Judge[] = [];
    let cursor: string | undefined;
    do {
      const query = { filter: [], limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.#store.registries.list(tenantScope(cluster, tenant), query);
      if (!page.ok) return page;
      for (const one of page.value.items) {
        const { id, host, includes, excludes } = one;
        const name = imageReference(`${host}/x`).registry;
        judges.push({ id, name, includes, excludes, revision: judgeRevision(one) });
      }
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(judges);
  }

  /** The entries of a host, and only those whose filters choose the repository where there are such. */
  #of({ registry, repository }: ImagePlace): readonly Judge[] {
    const key = `${registry}/${repository}`;
    const known = this.#byPlace.get(key);
    if (known !== undefined) return known;
    const ofHost = this.#judges.filter(({ name }) => name === registry);
    const choosing = ofHost.filter((one) => chooseRepositories(one, [repository]).length > 0);
    const judges = choosing.length > 0 ? choosing : ofHost;
    if (this.#byPlace.size >= PLACES_MAX) this.#byPlace.clear();
    this.#byPlace.set(key, judges);
    return judges;
  }

  /** The verdicts that count for an image that is taken from a place. */
  #verdicts(verdicts: readonly ImageSignature[], place: ImagePlace): readonly ImageSignature[] {
    const judges = this.#of(place);
    return verdicts.filter(
      ({ registry, repository, revision }) =>
        repository === place.repository &&
        judges.some((judge) => judge.id === registry && judge.revision === revision),
    );
  }

  /** Whether a registry could say who signed an image, and none has looked since its keys are what they are. */
  isUnjudged(verdicts: readonly ImageSignature[], place: ImagePlace): boolean {
    return this.#of(place).length > 0 && !this.#verdicts(verdicts, place).some(isLookedAt);
  }

  /** How an image is signed, wherever it is taken from of these places: the worst counts, and one without a verdict is unknown. */
  signed(
    verdicts: readonly ImageSignature[],
    places: readonly ImagePlace[],
  ): Pick<ImageFacts, 'signed' | 'verifiers'> {
    const each = places.map((place) => worstVerdict(this.#verdicts(verdicts, place)));
    const told = each.filter((one) => one !== undefined);
    const worst = told.length < each.length ? undefined : worstVerdict(told);
    if (worst === undefined || worst.state === 'unknown') return {};
    return worst.state === 'signed' ? { signed: true, verifiers: worst.signers } : { signed: false };
  }
}
