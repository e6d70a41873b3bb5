// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Result } from '@bartizan/contracts';
import type { Descriptor } from './answers.ts';
import type { RegistryClient } from './client.ts';
import type { RegistryError, RegistryErrorCode } from './fault.ts';

/** A piece that lies beside a manifest: a layer of an artifact that refers to it, or of one under a tag of its digest. */
export interface AttachedPiece {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What lies beside a manifest, and why there may be more. */
export interface AttachedPieces {
  readonly pieces: readonly AttachedPiece[];
  readonly missing: readonly string[];
  /** Why a piece may be there when it is asked for again: the registry did not answer, or did not let us in. */
  readonly interrupted?: RegistryError;
}

/** How much is looked at of one image: whoever may write to the repository can put any number of artifacts there. */
const PIECES_MAX = 64;
const PIECE_BYTES_MAX = 16 * 1024 * 1024;
/** Tags under which cosign up to 2 keeps signatures and attestations. */
const SUFFIXES = ['.sig', '.att'] as const;

/** Failures of the registry, and not of what somebody put there: that stays as it is. */
const PASSING: readonly RegistryErrorCode[] = [
  'E_REGISTRY_UNREACHABLE',
  'E_REGISTRY_BUSY',
  'E_REGISTRY_LOGIN',
];

interface Layer extends Descriptor {
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Layers of an artifact manifest that are worth fetching. */
function layersOf(bytes: Buffer, accepts: (mediaType: string) => boolean): readonly Layer[] {
  let layers: unknown;
  try {
    layers = (JSON.parse(bytes.toString('utf8')) as { layers?: unknown } | null)?.layers;
  } catch {
    return [];
  }
  return (Array.isArray(layers) ? layers : []).filter(
    (layer: Layer | null): layer is Layer =>
      typeof layer === 'object' &&
      layer !== null &&
      typeof layer.mediaType === 'string' &&
      accepts(layer.mediaType) &&
      typeof layer.digest === 'string' &&
      /^sha256:[0-9a-f]{64}$/.test(layer.digest) &&
      Number.isSafeInteger(layer.size) &&
      layer.size >= 0,
  );
}

const textsOf = (annotations: unknown): Readonly<Record<string, string>> =>
  typeof annotations !== 'object' || annotations === null
    ? {}
    : Object.fromEntries(
        Object.entries(annotations).filter((one): one is [string, string] => typeof one[1] === 'string'),
      );

/** Collects pieces from artifacts, within the bounds; a gap is told, never passed over. */
class Collector {
  readonly pieces: AttachedPiece[] = [];
  readonly missing: string[] = [];
  interrupted: RegistryError | undefined;
  readonly #client: RegistryClient;
  readonly #repository: string;
  readonly #accepts: (mediaType: string) => boolean;

  constructor(client: RegistryClient, repository: string, accepts: (mediaType: string) => boolean) {
    this.#client = client;
    this.#repository = repository;
    this.#accepts = accepts;
  }

  /** Takes the layers of one artifact; an absent tag is no gap. */
  async take(name: string, mayBeAbsent = false): Promise<void> {
    const manifest = await this.#client.manifest(this.#repository, name);
    if (!manifest.ok) {
      if (!mayBeAbsent || manifest.error.code !== 'E_REGISTRY_MISSING') this.#gap(manifest.error);
      return;
    }
    for (const layer of layersOf(manifest.value.bytes, this.#accepts)) {
      if (this.pieces.length >= PIECES_MAX) {
        this.missing.push(`more than ${PIECES_MAX} signatures lie beside the image`);
        return;
      }
      const bytes = await this.#client.blobBytes(this.#repository, layer, PIECE_BYTES_MAX);
      if (!bytes.ok) this.#gap(bytes.error);
      else
        this.pieces.push({
          digest: layer.digest,
          mediaType: layer.mediaType,
          bytes: bytes.value,
          annotations: textsOf(layer.annotations),
        });
    }
  }

  #gap(error: RegistryError): void {
    const { code, detail } = error;
    if (PASSING.includes(code)) this.interrupted ??= error;
    this.missing.push(`${code}: ${detail}`.slice(0, 500));
  }
}

/**
 * Fetches what lies beside a manifest and may be a signature: by the referrers API or the tag that stands in for it, and
 * under the two tags of older cosign. Every byte has the digest it was asked by; what that proves is for a verifier.
 */
export async function fetchAttached(
  client: RegistryClient,
  { repository, digest }: { readonly repository: string; readonly digest: string },
  accepts: (mediaType: string) => boolean,
): Promise<Result<AttachedPieces, RegistryError>> {
  const referrers = await client.referrers(repository, digest, PIECES_MAX + 1);
  if (!referrers.ok) return referrers;
  const collector = new Collector(client, repository, accepts);
  const artifacts = referrers.value.slice(0, PIECES_MAX);
  if (artifacts.length < referrers.value.length)
    collector.missing.push(`more than ${PIECES_MAX} artifacts refer to the image`);
  for (const artifact of artifacts) await collector.take(artifact.digest);
  for (const suffix of SUFFIXES) await collector.take(`${digest.replace(':', '-')}${suffix}`, true);
  const { pieces, missing, interrupted } = collector;
  return ok({ pieces, missing, ...(interrupted === undefined ? {} : { interrupted }) });
}
