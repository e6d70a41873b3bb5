// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setImmediate as others } from 'node:timers/promises';
import { type ImageFacts, isUnknown, type Unknown } from '@bartizan/engine/admission';
import type { ImageJudge } from '@bartizan/engine/admission-native';

/** A policy that asks images only, and its closure. */
export interface ImageQuestion {
  readonly policy: string;
  readonly judge: ImageJudge;
}
/** Refused digests with the policies that refuse them, as the objects of the cluster hold them. */
export type VerdictShard = Readonly<Record<string, readonly string[]>>;
export interface ImageVerdicts {
  readonly shards: readonly VerdictShard[];
  readonly refused: number;
  /** Refused digests that found no room. */
  readonly overflow: number;
  /** Refused digests by policy, among those that found room. */
  readonly counts: ReadonlyMap<string, number>;
}

/** etcd takes 1.5 MiB; a shard that hashing makes a little larger than the others stays below. */
const SHARD_BYTES = 700_000;
const SHARDS = [1, 2, 4, 8] as const;
const SHARDS_MAX = 8;
/** Images judged before others get their turn. */
const TURN = 128;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** Quotes, colon, commas and brackets of one entry in JSON. */
const ENTRY_BYTES = 7;

interface Refused {
  readonly digest: string;
  readonly policies: readonly string[];
  readonly atMs: number;
}

const sizeOf = ({ digest, policies }: Refused): number =>
  policies.reduce((sum, one) => sum + one.length + 3, digest.length + ENTRY_BYTES);

/** The last four bits of a digest are as good as a hash of it. */
const shardOf = (digest: string, count: number): number => Number.parseInt(digest.slice(-1), 16) % count;

/**
 * Judges every image that is known by every question. Only what is refused is written: a digest that is not there passes.
 * Where not all find room, the images seen last are kept, and the rest is counted.
 */
export async function imageVerdicts(
  images: Iterable<readonly [string, ImageFacts | Unknown]>,
  questions: readonly ImageQuestion[],
  nowMs: number,
  shardBytes = SHARD_BYTES,
): Promise<ImageVerdicts> {
  const refused: Refused[] = [];
  let turn = 0;
  for (const [digest, facts] of images) {
    if (!DIGEST.test(digest)) continue;
    turn += 1;
    if (turn % TURN === 0) await others();
    const policies = questions.filter(({ judge }) => judge(facts, nowMs)).map(({ policy }) => policy);
    if (policies.length === 0) continue;
    const atMs = isUnknown(facts) ? nowMs : (facts.scannedAtMs ?? facts.createdAtMs ?? 0);
    refused.push({ digest, policies: policies.sort(), atMs });
  }
  return sharded(refused, shardBytes);
}

function sharded(refused: Refused[], shardBytes: number): ImageVerdicts {
  refused.sort((one, two) => two.atMs - one.atMs || (one.digest < two.digest ? -1 : 1));
  let bytes = 0;
  const kept = refused.filter((one) => {
    bytes += sizeOf(one);
    return bytes <= SHARDS_MAX * shardBytes;
  });
  const total = kept.reduce((sum, one) => sum + sizeOf(one), 0);
  const count = SHARDS.find((many) => total <= many * shardBytes) ?? SHARDS_MAX;
  const shards: Record<string, readonly string[]>[] = Array.from({ length: count }, () => ({}));
  const counts = new Map<string, number>();
  for (const { digest, policies } of kept) {
    const shard = shards[shardOf(digest, count)];
    if (shard !== undefined) shard[digest] = policies;
    for (const policy of policies) counts.set(policy, (counts.get(policy) ?? 0) + 1);
  }
  return { shards, refused: refused.length, overflow: refused.length - kept.length, counts };
}
