// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync } from 'node:crypto';
import { openCertificateAuthority } from '@bartizan/adapters/pki';
import { createSealer, type SettingRepository } from '@bartizan/adapters/store';
import { ok } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { pinsHold } from './trust.ts';

const kept = new Map<string, string>();
const settings: SettingRepository = {
  get: async (_scope, name) => ok(kept.get(name)),
  put: async (_scope, name, value) => {
    kept.set(name, value);
    return ok(undefined);
  },
  remove: async (_scope, name) => ok(kept.delete(name)),
  names: async () => ok([...kept.keys()]),
};
const opened = await openCertificateAuthority({
  settings,
  sealer: createSealer(Buffer.alloc(32, 7)),
  clock: { nowMs: () => Date.now() },
});
if (!opened.ok) throw new Error(opened.error.detail);
const authority = opened.value;
const caSha256 = authority.caSha256();

/** Certificates of a PEM text as a peer sends them. */
const chainOf = (pem: string): Buffer[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)].map(([, body]) =>
    Buffer.from(body ?? '', 'base64'),
  );

describe('the pins of a controller', () => {
  it('hold for the certificate that its authority gave it', async () => {
    const server = await authority.serverCertificate(['127.0.0.1']);
    if (!server.ok) throw new Error(server.error.detail);
    const chain = chainOf(server.value.certificatePem);
    expect(pinsHold(chain, { caSha256 })).toBe(true);
    expect(pinsHold(chain, { fingerprint: server.value.fingerprint })).toBe(true);
    expect(pinsHold(chain, { caSha256: '0'.repeat(64) })).toBe(false);
  });

  it('do not hold for the certificate of a node, which the same authority gave', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const node = await authority.issueNodeCertificate(
      { tenant: 'default', cluster: 'local', node: 'n-1' },
      publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    );
    if (!node.ok) throw new Error(node.error.detail);
    expect(pinsHold(chainOf(`${node.value.certificatePem}${authority.caPem()}`), { caSha256 })).toBe(false);
  });
});
