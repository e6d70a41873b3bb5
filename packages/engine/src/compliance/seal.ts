// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Evidence, ExampleEvidence } from '@bartizan/contracts/compliance';
import { contentHash } from '../revision/index.ts';

/** Gives what was collected its ids and hashes: the same evidence has the same id in every run of a node. */
export function sealEvidence(
  collected: readonly ExampleEvidence[],
  collectedAt: number,
  node?: string,
): Evidence[] {
  const seen = new Map<string, number>();
  return collected.map((one) => {
    const name = `${one.collector}/${one.subject}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return {
      id: (count === 1 ? name : `${name}/${count}`).slice(0, 128),
      ...(node === undefined ? {} : { node }),
      ...one,
      sha256: contentHash(one.value ?? null),
      collectedAt,
    };
  });
}

/** Whether the hash that evidence carries is the hash of its value. */
export const isSealed = (evidence: Evidence): boolean =>
  evidence.sha256 === contentHash(evidence.value ?? null);
