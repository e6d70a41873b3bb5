// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { COSE, JWS } from '../notation/envelope.ts';
import { SIMPLE_SIGNING } from '../sigstore/simple-signing.ts';

/** Something that lies beside an image and may be a signature of it. */
export interface Attached {
  /** Digest of the bytes. */
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Everything that lies beside an image. */
export interface Evidence {
  /** Digest of the manifest it is about, `sha256:...`. */
  readonly artifactDigest: string;
  readonly attached: readonly Attached[];
  /** Why there may be more: nobody can refuse for want of a signature then. */
  readonly missing: readonly string[];
}

/** Media type of an attestation as cosign up to 2 stores it. */
export const STORED_ENVELOPE = 'application/vnd.dsse.envelope.v1+json';

/** What kind of signature a media type is; undefined for everything else. */
export function kindOf(mediaType: string): 'bundle' | 'simple' | 'envelope' | 'notation' | undefined {
  if (/^application\/vnd\.dev\.sigstore\.bundle(\.v\d+\.\d+)?\+json/.test(mediaType)) return 'bundle';
  if (mediaType === SIMPLE_SIGNING) return 'simple';
  if (mediaType === STORED_ENVELOPE) return 'envelope';
  return mediaType === JWS || mediaType === COSE ? 'notation' : undefined;
}

/** Whether a media type may be a signature: nothing else has to be fetched. */
export const isSignature = (mediaType: string): boolean => kindOf(mediaType) !== undefined;
