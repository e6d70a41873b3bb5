// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Result } from '@bartizan/contracts';
import { type Descriptor, descriptorsIn } from './answers.ts';
import type { RegistryClient } from './client.ts';
import { attempt, type RegistryError, RegistryFault } from './fault.ts';

/** A signature as it lies beside an image, not yet verified. */
export type StoredSignature =
  | { readonly form: 'bundle'; readonly bytes: Buffer }
  | {
      readonly form: 'simple';
      readonly payload: Buffer;
      readonly annotations: Readonly<Record<string, string>>;
    }
  | { readonly form: 'notation'; readonly mediaType: string; readonly envelope: Buffer };

const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle/;
const NOTATION = 'application/vnd.cncf.notary.signature';
const SIMPLE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const SIGNATURES_MAX = 32;
const SIGNATURE_BYTES_MAX = 4 * 1024 * 1024;

/** The layers of a manifest that holds signatures. */
async function layersOf(
  client: RegistryClient,
  repository: string,
  name: string,
): Promise<Result<readonly Descriptor[], RegistryError>> {
  const manifest = await client.manifest(repository, name);
  return manifest.ok ? ok(descriptorsIn(manifest.value.bytes, 'layers')) : manifest;
}

/** Tags that hold signatures or other statements about an image, and no image: those of cosign and the referrers tag schema. */
export const isStatementTag = (tag: string): boolean => /^sha256-[0-9a-f]{64}(?:\.[a-z]{1,16})?$/.test(tag);

/**
 * Every signature beside an image: sigstore bundles and Notation by the referrers, cosign 2 by its tag. At most 32, each
 * of at most 4 MiB; an error means that nobody could look, which is not the same as none.
 */
export function fetchSignatures(
  client: RegistryClient,
  repository: string,
  digest: string,
): Promise<Result<readonly StoredSignature[], RegistryError>> {
  return attempt(async () => {
    const places = [
      ...(await oldPlaces(client, repository, digest)),
      ...(await referrerPlaces(client, repository, digest)),
    ].slice(0, SIGNATURES_MAX);
    const found: StoredSignature[] = [];
    for (const { kind, layer } of places) {
      const bytes = given(await client.blobBytes(repository, layer, SIGNATURE_BYTES_MAX));
      found.push(signatureOf(kind, layer, bytes));
    }
    return ok(found);
  });
}

/** Where one signature lies. */
interface Place {
  readonly kind: StoredSignature['form'];
  readonly layer: Descriptor;
}

/** Signatures of cosign 2: layers under a tag that is made of the digest. */
async function oldPlaces(client: RegistryClient, repository: string, digest: string): Promise<Place[]> {
  const layers = await layersOf(client, repository, `${digest.replace(':', '-')}.sig`);
  if (!layers.ok && layers.error.code === 'E_REGISTRY_MISSING') return [];
  return given(layers)
    .filter(({ mediaType }) => mediaType === SIMPLE)
    .map((layer) => ({ kind: 'simple', layer }));
}

const kindOf = (artifactType = ''): Place['kind'] | undefined =>
  BUNDLE.test(artifactType) ? 'bundle' : artifactType === NOTATION ? 'notation' : undefined;

/** Signatures that refer to the image. */
async function referrerPlaces(client: RegistryClient, repository: string, digest: string): Promise<Place[]> {
  const places: Place[] = [];
  for (const referrer of given(await client.referrers(repository, digest))) {
    const kind = kindOf(referrer.artifactType);
    if (kind === undefined || places.length >= SIGNATURES_MAX) continue;
    const layers = given(await layersOf(client, repository, referrer.digest));
    places.push(...layers.slice(0, SIGNATURES_MAX).map((layer) => ({ kind, layer })));
  }
  return places;
}

function given<T>(result: Result<T, RegistryError>): T {
  if (result.ok) return result.value;
  throw new RegistryFault(result.error.code, result.error.detail, result.error.cause);
}

function signatureOf(kind: StoredSignature['form'], layer: Descriptor, bytes: Buffer): StoredSignature {
  if (kind === 'simple') return { form: kind, payload: bytes, annotations: layer.annotations ?? {} };
  return kind === 'bundle'
    ? { form: kind, bytes }
    : { form: kind, mediaType: layer.mediaType, envelope: bytes };
}
