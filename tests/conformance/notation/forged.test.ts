// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { hasShared } from '../outside.ts';
import { mutations, seeded } from '../sigstore/mutate.ts';
import { bytesAt, verifyEnvelope } from './material.ts';

/** What nobody signed: the name of the program that made it, and a countersignature that is not asked for. */
const UNSIGNED = /signingAgent|SigningAgent/;
const JSON_ENVELOPES = ['ca_valid_sig_env.json', 'sa_valid_sig_env.json'];

describe.skipIf(!hasShared('fixtures/notation'))('changed copies of good Notary Project envelopes', () => {
  it('are not verified in the form of JSON', () => {
    const random = seeded(5);
    const survivors: string[] = [];
    let tried = 0;
    for (const name of JSON_ENVELOPES) {
      const bytes = bytesAt(`notation/envelopes/${name}`);
      expect(verifyEnvelope(bytes).outcome).toBe('verified');
      for (const { what, json } of mutations(JSON.parse(bytes.toString()), 40, random)) {
        if (UNSIGNED.test(what) || what.startsWith('header with more')) continue;
        tried += 1;
        if (verifyEnvelope(Buffer.from(JSON.stringify(json))).outcome === 'verified')
          survivors.push(`${name}: ${what}`);
      }
    }
    process.stdout.write(`notation mutations (JWS): ${tried - survivors.length} of ${tried} refused\n`);
    expect(tried).toBeGreaterThan(300);
    expect(survivors).toEqual([]);
  });

  it('are not verified in the form of COSE, whichever byte is another', { timeout: 120_000 }, () => {
    const file = 'notation/timestamp/sigEnv/coseWithTimestamp.sig';
    const always = { verifyTimestamp: 'always' } as const;
    const bytes = bytesAt(file);
    expect(verifyEnvelope(bytes, always).outcome).toBe('verified');
    const agent = bytes.indexOf('io.cncf.notary.signingAgent');
    const agentEnd = agent + 'io.cncf.notary.signingAgent'.length + 1 + 'Notation/1.0.0'.length;
    const random = seeded(6);
    const survivors: number[] = [];
    let tried = 0;
    for (let at = 0; at < bytes.length; at += at < 1200 || at > bytes.length - 700 ? 1 : 7) {
      if (at >= agent && at < agentEnd) continue;
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << random(8));
      tried += 1;
      if (verifyEnvelope(changed, always).outcome === 'verified') survivors.push(at);
    }
    process.stdout.write(`notation mutations (COSE): ${tried - survivors.length} of ${tried} refused\n`);
    expect(tried).toBeGreaterThan(1500);
    expect(survivors).toEqual([]);
  });
});
