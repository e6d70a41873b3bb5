// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { loadTrustStore } from '@bartizan/scan/signatures';
import { describe, expect, it } from 'vitest';
import { hasShared, report } from '../outside.ts';
import { bytesAt, doesLoad, type NotationCase, notationCases, storeOf, verifyEnvelope } from './material.ts';

/** What came out otherwise than upstream's tests say, and why that is so. */
const KNOWN_MISSES: Readonly<Record<string, string>> = {
  'notation/other/config/malformed-duplicate/signingkeys.json':
    'a list of signing keys, which Bartizan does not have',
  'notation/other/config/malformed-invalid-default/signingkeys.json':
    'a list of signing keys, which Bartizan does not have',
  'notation/envelopes/ca_compatible_pluginver_sig_env_0.0.9.json':
    'needs a plugin; Bartizan runs none and refuses',
  'notation/envelopes/ca_compatible_pluginver_sig_env_1.0.0-alpha.beta.json':
    'needs a plugin; Bartizan runs none and refuses',
  'notation/envelopes/ca_compatible_pluginver_sig_env_1.0.0-alpha.json':
    'needs a plugin; Bartizan runs none and refuses',
  'notation/envelopes/ca_compatible_pluginver_sig_env_1.0.0.json':
    'needs a plugin; Bartizan runs none and refuses',
};

const passes = (state: string): boolean => state === 'fulfilled';

/** A timestamp token put into an envelope that has none. */
function withToken(token: Buffer): Buffer {
  const envelope = JSON.parse(bytesAt('notation/timestamp/sigEnv/withoutTimestamp.sig').toString()) as {
    header: Record<string, unknown>;
  };
  envelope.header['io.cncf.notary.timestampSignature'] = token.toString('base64');
  return Buffer.from(JSON.stringify(envelope));
}

/** An envelope: each check that upstream expects something of. */
function envelopeHolds({ file, expect: wanted }: NotationCase): boolean {
  const verdict = verifyEnvelope(bytesAt(file));
  const { checks } = verdict;
  const holds: boolean[] = [];
  for (const [key, value] of Object.entries(wanted)) {
    if (key === 'integrity') holds.push(passes(checks.integrity) === (value === 'pass'));
    else if (key === 'authenticity')
      holds.push(passes(checks.authenticity) && String(value).startsWith('pass'));
    else if (key === 'expiry') holds.push(passes(checks.expiry) === (value === 'pass'));
    else if (key === 'needsPlugin')
      holds.push(
        verdict.outcome === 'refused' && verdict.reasons.some(({ detail }) => detail.includes(String(value))),
      );
    else if (key === 'verdict') holds.push((verdict.outcome === 'verified') === (value === 'pass'));
    else if (key === 'userMetadata') {
      const metadata = value as Record<string, string>;
      const mine = verifyEnvelope(bytesAt(file), { metadata });
      const other = verifyEnvelope(bytesAt(file), { metadata: { ...metadata, absent: 'x' } });
      holds.push(!mine.reasons.some(({ check }) => check === 'statement'));
      holds.push(other.reasons.some(({ check }) => check === 'statement'));
      holds.push(JSON.stringify(verdict.metadata) === JSON.stringify(metadata));
    } else if (key !== 'installedPlugin' && key !== 'minimumPluginVersion')
      throw new Error(`${file}: ${key}`);
  }
  return holds.length > 0 && holds.every(Boolean);
}

function timestampHolds({ file, expect: wanted }: NotationCase): boolean {
  const always = { verifyTimestamp: 'always' } as const;
  const state = (stores = [storeOf('tsa', 'test-timestamp')]): boolean =>
    passes(verifyEnvelope(bytesAt(file), { ...always, stores }).checks.timestamp);
  const expected = String(wanted['timestamp']);
  if (expected.includes('fail with tsa:test-mismatch'))
    return state() && !state([storeOf('tsa', 'test-mismatch')]);
  return state() === (expected === 'pass');
}

function holds(one: NotationCase): boolean {
  const { file, kind } = one;
  if (kind.startsWith('envelope')) return envelopeHolds(one);
  if (kind === 'timestamp envelope') return timestampHolds(one);
  if (kind === 'timestamp token' || file.endsWith('.p7s'))
    return (
      one.expect['verdict'] === 'fail' &&
      verifyEnvelope(withToken(bytesAt(file)), { verifyTimestamp: 'always' }).checks.timestamp === 'failed'
    );
  if (kind === 'trust store') return doesLoad(file) === (one.expect['load'] === 'pass');
  if (file.endsWith('bad-cert.pem'))
    return !loadTrustStore('ca', 'one', [{ name: file, kind: 'file', bytes: bytesAt(file) }]).ok;
  return false;
}

describe.skipIf(!hasShared('fixtures/notation'))('the material of the Notary Project', () => {
  it('gives the answers that upstream expects', () => {
    const cases = notationCases();
    const misses = cases.filter((one) => !holds(one)).map(({ file }) => file);
    for (const miss of misses)
      process.stdout.write(`notation: miss ${miss}: ${KNOWN_MISSES[miss] ?? 'not explained'}\n`);
    report('notation', cases.length - misses.length, cases.length);
    expect(misses).toEqual(Object.keys(KNOWN_MISSES).filter((file) => misses.includes(file)));
  });
});
