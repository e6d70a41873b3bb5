// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  type Descriptor,
  dockerConfig,
  RegistryClient,
  RegistryFault,
  staticCredential,
} from '@bartizan/adapters/registry';
import type { Result } from '@bartizan/contracts';
import {
  BUNDLE_TYPE,
  openSigningKey,
  SIMPLE_SIGNING,
  type SignatureVerdict,
  signClaim,
  verifyBundle,
  verifySimpleSignature,
} from '@bartizan/scan/signatures';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegistryServer } from './server.ts';

const REPOSITORY = 'acme/app';
const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const SIGNED = 'https://sigstore.dev/cosign/sign/v1';
/** A trust root that believes nobody: keys alone count here. */
const NOBODY = { digest: 'none', logs: [], certificateLogs: [], authorities: [], timestampAuthorities: [] };
const EMPTY = Buffer.from('{}');
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
let server: RegistryServer;
let client: RegistryClient;

const given = <T>(result: Result<T, { code: string; detail: string }>): T => {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
};
const clientWith = (password: string): Promise<RegistryClient> =>
  RegistryClient.open({
    host: server.host,
    plainHttp: true,
    credentials: staticCredential(server.host, { kind: 'password', name: 'tester', password }),
  });

beforeAll(async () => {
  server = await RegistryServer.start();
  client = await clientWith(server.password);
});
afterAll(() => server?.stop());

interface Image {
  readonly digest: string;
  readonly layer: Descriptor;
  readonly layerBytes: Buffer;
}

/** Pushes an image with one layer. */
async function pushImage(tag: string, content: string): Promise<Image> {
  const layerBytes = gzipSync(content);
  const layer = given(await client.pushBlob(REPOSITORY, layerBytes));
  const config = given(
    await client.pushBlob(
      REPOSITORY,
      Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', tag })),
    ),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: IMAGE,
    config: { ...config, mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: [{ ...layer, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
  };
  const pushed = given(
    await client.pushManifest(REPOSITORY, IMAGE, Buffer.from(JSON.stringify(manifest)), tag),
  );
  return { digest: pushed.digest, layer, layerBytes };
}

/** Puts a bundle beside an image: an artifact that refers to it. */
async function attach(subject: string, bundle: string): Promise<void> {
  const blob = given(await client.pushBlob(REPOSITORY, Buffer.from(bundle)));
  const config = given(await client.pushBlob(REPOSITORY, EMPTY));
  const manifest = {
    schemaVersion: 2,
    mediaType: IMAGE,
    artifactType: BUNDLE_TYPE,
    config: { ...config, mediaType: 'application/vnd.oci.empty.v1+json' },
    layers: [{ ...blob, mediaType: BUNDLE_TYPE }],
    subject: { mediaType: IMAGE, digest: subject, size: 1 },
  };
  given(await client.pushManifest(REPOSITORY, IMAGE, Buffer.from(JSON.stringify(manifest))));
}

const bundleFor = (digest: string): string => {
  const key = given(openSigningKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()));
  const claim = {
    name: `${server.host}/${REPOSITORY}`,
    sha256: digest.slice('sha256:'.length),
    predicateType: SIGNED,
    predicate: {},
  };
  return given(signClaim(key, claim));
};

/** Fetches every bundle beside an image and verifies it for the image's digest. */
async function verdictsFor(digest: string, key: KeyObject): Promise<readonly SignatureVerdict[]> {
  const verdicts: SignatureVerdict[] = [];
  for (const referrer of given(await client.referrers(REPOSITORY, digest))) {
    if (referrer.artifactType !== BUNDLE_TYPE) continue;
    const manifest = given(await client.manifest(REPOSITORY, referrer.digest));
    const { layers } = JSON.parse(manifest.bytes.toString()) as { layers: readonly Descriptor[] };
    const [layer] = layers;
    if (layer === undefined) throw new Error('a signature without a bundle');
    verdicts.push(
      verifyBundle({
        bundle: given(await client.blobBytes(REPOSITORY, layer)),
        artifact: { kind: 'sha256', digest: Buffer.from(digest.slice('sha256:'.length), 'hex') },
        policy: { kind: 'key', key, logEntries: 0 },
        trustRoot: NOBODY,
        nowMs: Date.now(),
      }),
    );
  }
  return verdicts;
}

describe('a real registry', () => {
  it('takes an image and gives back the same manifest and layer', async () => {
    const { digest, layer, layerBytes } = await pushImage('v1', 'first');
    const manifest = given(await client.manifest(REPOSITORY, 'v1'));
    expect(manifest).toMatchObject({ digest, mediaType: IMAGE });
    expect(given(await client.manifest(REPOSITORY, digest)).bytes.equals(manifest.bytes)).toBe(true);
    expect(given(await client.blobBytes(REPOSITORY, layer)).equals(layerBytes)).toBe(true);
    expect(given(await client.tags(REPOSITORY))).toContain('v1');
  });

  it('lets nobody in without the right password; a Docker configuration will do', async () => {
    expect((await client.ping()).ok).toBe(true);
    for (const stranger of [
      await clientWith('wrong'),
      await RegistryClient.open({ host: server.host, plainHttp: true }),
    ])
      expect(await stranger.manifest(REPOSITORY, 'v1')).toMatchObject({
        ok: false,
        error: { code: 'E_REGISTRY_LOGIN' },
      });
    const auth = Buffer.from(`tester:${server.password}`).toString('base64');
    const credentials = given(dockerConfig(JSON.stringify({ auths: { [server.host]: { auth } } })));
    const configured = await RegistryClient.open({ host: server.host, plainHttp: true, credentials });
    expect((await configured.ping()).ok).toBe(true);
  });

  it('keeps a signature beside its image, and it verifies', async () => {
    const { digest } = await pushImage('signed', 'signed');
    expect(await verdictsFor(digest, pair.publicKey)).toEqual([]);
    await attach(digest, bundleFor(digest));
    const verdicts = await verdictsFor(digest, pair.publicKey);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['verified']);
    expect(verdicts[0]?.reasons.map(({ check }) => check)).toEqual(['signature', 'key']);
  });

  it('keeps a signature in the form of cosign 2 under its tag, and it verifies for its image only', async () => {
    const { digest } = await pushImage('cosign-2', 'signed the old way');
    const payload = Buffer.from(
      JSON.stringify({
        critical: {
          identity: {},
          image: { 'docker-manifest-digest': digest },
          type: 'cosign container image signature',
        },
        optional: null,
      }),
    );
    const annotations = {
      'dev.cosignproject.cosign/signature': sign('sha256', payload, pair.privateKey).toString('base64'),
    };
    const layer = {
      ...given(await client.pushBlob(REPOSITORY, payload)),
      mediaType: SIMPLE_SIGNING,
      annotations,
    };
    const config = {
      ...given(await client.pushBlob(REPOSITORY, EMPTY)),
      mediaType: 'application/vnd.oci.image.config.v1+json',
    };
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: IMAGE, config, layers: [layer] }),
    );
    const tag = `${digest.replace(':', '-')}.sig`;
    given(await client.pushManifest(REPOSITORY, IMAGE, bytes, tag));
    const found = JSON.parse(given(await client.manifest(REPOSITORY, tag)).bytes.toString()) as {
      layers: readonly Descriptor[];
    };
    const [stored] = found.layers;
    if (stored === undefined) throw new Error('no layer');
    const signature = {
      payload: given(await client.blobBytes(REPOSITORY, stored)),
      annotations: stored.annotations ?? {},
    };
    const matter = {
      policy: { kind: 'key', key: pair.publicKey, logEntries: 0 },
      trustRoot: NOBODY,
      nowMs: Date.now(),
    } as const;
    expect(verifySimpleSignature(signature, digest, matter).outcome).toBe('verified');
    expect(verifySimpleSignature(signature, `sha256:${'0'.repeat(64)}`, matter).outcome).toBe('refused');
  });

  it('cannot pass off a signature of another image or another key', async () => {
    const { digest } = await pushImage('moved', 'signed by nobody');
    const other = await pushImage('other', 'other');
    await attach(digest, bundleFor(other.digest));
    const verdicts = await verdictsFor(digest, pair.publicKey);
    expect(verdicts.map((one) => [one.outcome, one.reasons.at(-1)?.detail])).toEqual([
      ['refused', 'the statement is about another artifact'],
    ]);
    await attach(other.digest, bundleFor(other.digest));
    const stranger = generateKeyPairSync('ed25519').publicKey;
    expect((await verdictsFor(other.digest, stranger)).map(({ outcome }) => outcome)).toEqual(['refused']);
  });

  it('is caught when a layer, or a manifest, was changed behind its back', async () => {
    const { digest, layer } = await pushImage('tampered', 'before');
    const blobs = join(server.folder, 'data/docker/registry/v2/blobs/sha256');
    const pathOf = (of: string): string => join(blobs, of.slice(7, 9), of.slice(7), 'data');
    expect(readdirSync(blobs).length).toBeGreaterThan(0);
    writeFileSync(pathOf(layer.digest), gzipSync('after!'));
    const stream = given(await client.blob(REPOSITORY, layer));
    await expect(async () => {
      for await (const _chunk of stream);
    }).rejects.toThrow(RegistryFault);
    writeFileSync(pathOf(digest), '{"schemaVersion":2}');
    const manifest = await client.manifest(REPOSITORY, digest);
    expect(manifest.ok).toBe(false);
  });
});
