// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { hasShared } from '../outside.ts';
import { bundleCases, bundleOf, verifyCase } from './cases.ts';
import { mutations, seeded } from './mutate.ts';

const SEED = 20_261_125;
/** Places in each value that are changed, from the first to the last byte. */
const REGIONS = 6;

/**
 * What a bundle may lose and still be a good one, by the client specification: nothing in it says that there was more.
 * In version 0.1 the promise of the log is enough; a hint helps to find a key and proves nothing; a timestamp is one
 * more where the log vouches for the time, or where a key needs none.
 */
const STILL_GOOD = [
  'happy-path-v0.1: verificationMaterial.tlogEntries.0.inclusionProof removed',
  'happy-path-v0.1: verificationMaterial.tlogEntries.0.inclusionProof.checkpoint removed',
  'intoto-with-custom-trust-root: verificationMaterial.timestampVerificationData removed',
  'intoto-with-custom-trust-root: verificationMaterial.timestampVerificationData.rfc3161Timestamps removed',
  'intoto-with-custom-trust-root: verificationMaterial.timestampVerificationData.rfc3161Timestamps.0 removed',
  'managed-key-and-trusted-root: verificationMaterial.publicKey.hint removed',
  'managed-key-and-trusted-root: verificationMaterial.publicKey.hint emptied',
  'managed-key-happy-path: verificationMaterial.publicKey.hint removed',
  'managed-key-happy-path: verificationMaterial.publicKey.hint emptied',
  'managed-key-happy-path: verificationMaterial.timestampVerificationData removed',
  'managed-key-happy-path: verificationMaterial.timestampVerificationData.rfc3161Timestamps removed',
  'managed-key-happy-path: verificationMaterial.timestampVerificationData.rfc3161Timestamps.0 removed',
  'trust-root-tlog-validity-end-inclusive: verificationMaterial.tlogEntries.0.inclusionProof removed',
  'trust-root-tlog-validity-end-inclusive: verificationMaterial.tlogEntries.0.inclusionProof.checkpoint removed',
];

/** The checkpoint without the lines of witnesses, whose keys no trust root lists. */
function withoutWitnesses(json: unknown): string {
  return JSON.stringify(json, (_key, value: unknown) => {
    const entry = value as {
      logId?: { keyId?: string };
      inclusionProof?: { checkpoint?: { envelope?: string } };
    };
    const note = entry?.inclusionProof?.checkpoint?.envelope;
    if (typeof note !== 'string') return value;
    const hint = Buffer.from(String(entry.logId?.keyId), 'base64').subarray(0, 4);
    const lines = note.split('\n').filter(
      (line) =>
        !line.startsWith('— ') ||
        Buffer.from(line.split(' ')[2] ?? '', 'base64')
          .subarray(0, 4)
          .equals(hint),
    );
    return { ...entry, inclusionProof: { ...entry.inclusionProof, checkpoint: lines } };
  });
}

/** Whether two bundles say the same: protobuf leaves out zero, empty texts and empty lists. */
const meaning = (json: unknown): string =>
  withoutWitnesses(json)
    .replaceAll('"keyid":"",', '')
    .replaceAll(',"keyid":""', '')
    .replaceAll('"hashes":[],', '')
    .replaceAll(/"logIndex":"0",("rootHash"|"treeSize")/g, '$1');

describe.skipIf(!hasShared('fixtures/sigstore'))('changed copies of the good bundles', () => {
  it('are not verified, but for what a bundle may lose', { timeout: 600_000 }, () => {
    const random = seeded(SEED);
    const survivors: string[] = [];
    let tried = 0;
    for (const { id } of bundleCases().filter((one) => one.expect === 'pass')) {
      const bundle: unknown = JSON.parse(bundleOf(id).toString());
      expect(verifyCase(id, 'bytes').outcome).toBe('verified');
      for (const { what, json } of mutations(bundle, REGIONS, random)) {
        if (meaning(json) === meaning(bundle)) continue;
        tried += 1;
        if (verifyCase(id, 'bytes', Buffer.from(JSON.stringify(json))).outcome === 'verified')
          survivors.push(`${id}: ${what}`);
      }
    }
    process.stdout.write(
      `sigstore mutations: ${tried - survivors.length} of ${tried} refused, ${survivors.length} lost only what is optional\n`,
    );
    expect(tried).toBeGreaterThan(4000);
    expect(survivors.filter((one) => !STILL_GOOD.includes(one))).toEqual([]);
    expect(survivors).toHaveLength(STILL_GOOD.length);
  });
});
