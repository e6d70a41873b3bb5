// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, failure, ok } from '@bartizan/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import type { RegistryImage } from './registry-session.ts';
import { PolicyJudge, packPolicy, readSignaturePolicy } from './signature-policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-policy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const policy = (key: string): string =>
  `version: 1\npolicies:\n  - name: ours\n    images: ['**']\n    require: { signature: { key: ${key} } }\n`;

describe('a policy', () => {
  it.each(['ghcr.io', 'GHCR.IO', 'ghcr.io:443'])(
    'judges an image of %s by the rule of its registry',
    async (host) => {
      const { publicKey } = generateKeyPairSync('ed25519');
      writeFileSync(join(folder, 'k.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
      const rule = "  - { name: ours, images: ['ghcr.io/acme/*'], require: { signature: { key: k.pub } } }";
      writeFileSync(join(folder, 'open.yaml'), `version: 1\nunmatched: allow\npolicies:\n${rule}\n`);
      const read = readSignaturePolicy(join(folder, 'open.yaml'));
      if (!read.ok) throw new Error(read.error.detail);
      const digest = `sha256:${'ab'.repeat(32)}`;
      const absent = () => Promise.resolve(err(failure('E_REGISTRY_MISSING', '404')));
      const client = { referrers: () => Promise.resolve(ok([])), manifest: absent };
      const image = { client, host, repository: 'acme/app', digest } as unknown as RegistryImage;
      expect(await new PolicyJudge(read.value).judge(image)).toMatchObject({
        ok: true,
        value: { outcome: 'refused', image: 'ghcr.io/acme/app' },
      });
    },
  );
});

describe('a policy for a registry', () => {
  it('goes with the files it names, and with no other', () => {
    mkdirSync(join(folder, 'keys'));
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    writeFileSync(join(folder, 'keys/ours.pub'), pem);
    writeFileSync(join(folder, 'keys/other.pub'), 'nobody asks for it');
    writeFileSync(join(folder, 'policy.yaml'), policy('./keys/ours.pub'));
    const packed = packPolicy(join(folder, 'policy.yaml'));
    if (!packed.ok) throw new Error(packed.error.detail);
    expect(JSON.parse(packed.value.document)).toMatchObject({ version: 1, policies: [{ name: 'ours' }] });
    expect(packed.value.files).toEqual([
      { path: 'keys/ours.pub', content: Buffer.from(pem).toString('base64') },
    ]);
  });

  it('is refused here when it cannot judge anybody', () => {
    writeFileSync(join(folder, 'absent.yaml'), policy('absent.pub'));
    expect(packPolicy(join(folder, 'absent.yaml'))).toMatchObject({
      ok: false,
      error: { code: 'E_SIGNATURE_POLICY', detail: expect.stringContaining('absent.pub') },
    });
  });
});
