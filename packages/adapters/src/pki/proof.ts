// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { enrollProof, err, failure, ok, type Result, renewProof } from '@bartizan/contracts';
import type { PkiFailure } from './node-identity.ts';

const KEY_MAX = 2048;
const SIGNATURE_MAX = 512;

/** The key of a request, when it is of a kind we accept: Ed25519 or ECDSA P-256. */
function acceptedKey(pem: string): KeyObject | undefined {
  if (pem.length > KEY_MAX || !pem.includes('-----BEGIN PUBLIC KEY-----')) return undefined;
  try {
    const key = createPublicKey(pem);
    const isEd25519 = key.asymmetricKeyType === 'ed25519';
    const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return isEd25519 || isP256 ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The parts of a request that prove that its sender holds the private key. */
export interface KeyProof {
  readonly publicKeyPem: string;
  /** Base64; an ECDSA signature as DER. */
  readonly signature: string;
}

function verifyProof(proof: KeyProof, text: string): Result<void, PkiFailure> {
  const refused = (detail: string) => err(failure('E_JOIN_PROOF' as const, detail));
  const key = acceptedKey(proof.publicKeyPem);
  if (key === undefined) return refused('the public key is neither Ed25519 nor ECDSA P-256');
  if (proof.signature.length > SIGNATURE_MAX) return refused('the signature is too long');
  const algorithm = key.asymmetricKeyType === 'ec' ? 'sha256' : null;
  const signature = Buffer.from(proof.signature, 'base64');
  const holds = verify(algorithm, Buffer.from(text), key, signature);
  return holds ? ok(undefined) : refused('the signature does not fit the key');
}

/** Checks the proof of an enrolment. */
export const verifyEnrolment = (
  request: KeyProof & { readonly node: string },
  tokenId: string,
): Result<void, PkiFailure> => verifyProof(request, enrollProof(tokenId, request.node, request.publicKeyPem));

/** Checks the proof of a renewal for the node of the certificate in use. */
export const verifyRenewal = (request: KeyProof, node: string): Result<void, PkiFailure> =>
  verifyProof(request, renewProof(node, request.publicKeyPem));
