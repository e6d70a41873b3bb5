// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.ts';

const TYPE = 'application/vnd.oci.image.manifest.v1+json';
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const layer = Buffer.alloc(1024);
const config = Buffer.from(
  JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  }),
);
const describedAs = (mediaType: string, bytes: Buffer) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});
const manifest = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: TYPE,
    config: describedAs('application/vnd.oci.image.config.v1+json', config),
    layers: [describedAs('application/vnd.oci.image.layer.v1.tar', layer)],
  }),
);

/** A registry with one image that nobody signed. */
const CONTENT: ReadonlyMap<string, Buffer> = new Map([
  ['/v2/acme/app/manifests/v1', manifest],
  [`/v2/acme/app/manifests/${digestOf(manifest)}`, manifest],
  ...[config, layer].map((bytes) => [`/v2/acme/app/blobs/${digestOf(bytes)}`, bytes] as const),
]);
let server: Server;
let folder = '';
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-scan-policy-'));
  const { publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(at('k.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(
    at('policy.yaml'),
    "version: 1\npolicies:\n  - { name: ours, images: ['**'], require: { signature: { key: k.pub } } }\n",
  );
  server = createServer(({ url = '' }, response) => {
    const bytes = CONTENT.get(url);
    if (bytes === undefined) return void response.writeHead(404).end('{}');
    return void response.writeHead(200, { 'content-type': TYPE }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

describe('an image that its policy refuses', () => {
  it.each([['secret'], ['hygiene'], ['secret,hygiene']])(
    'ends with 3 and is in the reports when it is searched for %s alone',
    async (scanners) => {
      const { port } = server.address() as AddressInfo;
      const words = ['scan', 'image', `127.0.0.1:${port}/acme/app:v1`, '--plain-http', '-o', 'json'];
      const { exitCode, stdout, stderr } = await runCommand([
        ...[...words, '--scanners', scanners, '--policy', at('policy.yaml')],
        ...['--report', `junit=${at('a.xml')}`, '--report', `sarif=${at('a.sarif')}`],
      ]);
      expect(stderr).toContain('REFUSED');
      expect(exitCode).toBe(3);
      expect(JSON.parse(stdout)).toMatchObject({ signaturePolicy: { outcome: 'refused' } });
      for (const file of ['a.xml', 'a.sarif'])
        expect(readFileSync(at(file), 'utf8')).toContain('signature.refused');
    },
  );

  // The guide names these forms.
  it.each([
    ['json', true],
    ['yaml', true],
    ['sarif', true],
    ['junit', true],
    ['gitlab', true],
    ['gitlab-quality', true],
    ['github', true],
    ['table', false],
    ['csv', false],
  ])('is in a report %s: %s; standard error tells it beside', async (form, isTold) => {
    const { port } = server.address() as AddressInfo;
    const { exitCode, stdout, stderr } = await runCommand([
      ...['scan', 'image', `127.0.0.1:${port}/acme/app:v1`, '--plain-http', '--scanners', 'secret'],
      ...['--policy', at('policy.yaml'), '-o', form],
    ]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('REFUSED');
    expect(/refuse/i.test(stdout)).toBe(isTold);
  });
});
