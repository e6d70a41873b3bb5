// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packPolicy } from './signature-policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-policy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const policy = (key: string): string =>
  `version: 1\npolicies:\n  - name: ours\n    images: ['**']\n    require: { signature: { key: ${key} } }\n`;

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
