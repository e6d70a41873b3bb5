// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { fetchAttached, type OpenedRegistry } from '@bartizan/adapters/registry';
import type { Failure, Image, ImageSignature, Registry } from '@bartizan/contracts';
import { imageName, isSignature } from '@bartizan/scan/signatures';
import {
  judgeByPolicy,
  judgeSignatures,
  mayBeSignature,
  type SignaturesToJudge,
} from '../../decide/judge-signatures.ts';
import { openRegistryPolicy } from '../../decide/registry-policy.ts';
import { judgeRevision, repositoryAt, verdictBy } from '../../decide/signature-verdicts.ts';

/** An image in a repository, and the indexes that it was found below. */
export interface LookedAt {
  readonly repository: string;
  readonly digest: string;
  readonly indexes: readonly string[];
}

/** Indexes beside which signatures of one image are looked for: each is asked for on its own. */
const INDEXES_MAX = 8;
/** Signatures of an image that is not read again are looked at again after this time. */
const SIGNATURES_MS = 6 * 3600_000;

/**
 * Whether signatures of a known image have to be looked at again: what another registry said, or this one by other keys
 * or of another repository, says nothing here.
 */
export function areSignaturesDue(image: Image, registry: Registry, at: LookedAt, nowMs: number): boolean {
  const { state, checkedAtMs = 0, indexes = [] } = verdictBy(image, registry, at.repository) ?? {};
  if (nowMs - checkedAtMs >= SIGNATURES_MS) return true;
  const asked = at.indexes.slice(0, INDEXES_MAX);
  return state !== 'signed' && asked.some((index) => !indexes.includes(index));
}

/** What looking gave. */
export interface LookedFor {
  readonly signature: ImageSignature;
  /** Why nobody could look: what was said before holds, and looking again may say more. */
  readonly fault?: Failure;
}

/**
 * Who signed an image, or an index it is part of, by its registry. Where nobody could look that is `unknown` with the
 * reason, and without a time: a registry that stumbles once says nothing about an image.
 */
export async function lookAtSignatures(
  opened: OpenedRegistry,
  registry: Registry,
  image: LookedAt,
  nowMs: number,
): Promise<LookedFor> {
  const indexes = image.indexes.filter((index) => index !== image.digest).slice(0, INDEXES_MAX);
  const { signature, fault } = await judge(opened, registry, { ...image, indexes }, nowMs);
  const repository = repositoryAt(registry, image.repository);
  const { checkedAtMs: _never, ...unchecked } = signature;
  return {
    signature: {
      ...(fault === undefined ? signature : unchecked),
      ...(indexes.length === 0 ? {} : { indexes }),
      ...{ registry: registry.id, repository, revision: judgeRevision(registry) },
    },
    ...(fault === undefined ? {} : { fault }),
  };
}

async function judge(
  { client, host }: OpenedRegistry,
  { signaturePolicy, signingKeys = [] }: Registry,
  { repository, digest, indexes }: LookedAt,
  nowMs: number,
): Promise<LookedFor> {
  const unknown = (reason: string): ImageSignature => ({
    ...{ state: 'unknown', signers: [], reason: reason.slice(0, 512), checkedAtMs: nowMs },
  });
  const policy = signaturePolicy === undefined ? undefined : openRegistryPolicy(signaturePolicy);
  // It was opened when it was set; one that does not open any more judges nobody.
  if (policy?.ok === false) return { signature: unknown(policy.error.detail) };
  const wanted = policy === undefined ? mayBeSignature : isSignature;
  const digests = [...new Set([digest, ...indexes])];
  const signatures: SignaturesToJudge['signatures'][number][] = [];
  const missing: string[] = [];
  let interrupted: Failure | undefined;
  for (const subject of digests) {
    const found = await fetchAttached(client, { repository, digest: subject }, wanted);
    if (!found.ok) {
      const { code, detail } = found.error;
      return { signature: unknown(`${code} ${detail}`), fault: found.error };
    }
    signatures.push(...found.value.pieces.map((signature) => ({ digest: subject, signature })));
    missing.push(...found.value.missing);
    interrupted ??= found.value.interrupted;
  }
  const found = { signatures, missing, nowMs };
  const name = imageName(host, repository);
  const signature =
    policy === undefined
      ? judgeSignatures({ ...found, keys: signingKeys })
      : judgeByPolicy({ ...found, policy: policy.value, name, digests });
  // A signature that holds does so, whatever else there is.
  if (interrupted === undefined || signature.state !== 'unknown') return { signature };
  return { signature, fault: interrupted };
}
