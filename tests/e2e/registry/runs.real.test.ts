// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Descriptor, RegistryClient, staticCredential } from '@bartizan/adapters/registry';
import type { Image, Registry, RegistryTrial, Result } from '@bartizan/contracts';
import { BUNDLE_TYPE, openSigningKey, signClaim } from '@bartizan/scan/signatures';
import { ControllerProcess } from '@bartizan/testkit/attack';
import { type BuiltImage, builtImage, tarOf } from '@bartizan/testkit/registry';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CountingProxy } from './counting-proxy.ts';
import { makeNotationSigner, Shelf } from './images.ts';
import { RegistryServer } from './server.ts';
import { skopeoPush } from './skopeo.ts';
import { TokenServer } from './token-server.ts';

const RUN_MS = 120_000;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const BASE = { 'etc/os-release': 'ID=debian\nVERSION_ID="12"\n' };
const withPackage = (name: string, version: string, more: Record<string, string> = {}): BuiltImage =>
  builtImage([
    BASE,
    { [`app/node_modules/${name}/package.json`]: JSON.stringify({ name, version }), ...more },
  ]);
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
/** Threads and processes start slowly on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });
let controller: ControllerProcess;

beforeAll(async () => {
  controller = new ControllerProcess();
  await controller.start();
}, 120_000);
afterAll(() => controller?.close());

const given = <T>(result: Result<T, { code: string; detail: string }>): T => {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
};
const settings = (host: string, more: object = {}) => ({
  name: 'of the test',
  kind: 'docker',
  host,
  plainHttp: true,
  username: 'tester',
  includes: [],
  excludes: [],
  platforms: [],
  schedule: { kind: 'manual' },
  concurrency: 2,
  ...more,
});
const add = async (host: string, more: object): Promise<string> =>
  ((await controller.call('POST', '/registries', settings(host, more))) as Registry).id;
const tryOut = async (host: string, more: object): Promise<RegistryTrial> =>
  (await controller.call('POST', '/registry-trials', { settings: settings(host, more) })) as RegistryTrial;

/** One run to its end, and the states it went through. */
async function run(id: string): Promise<Registry['run'] & { readonly states: readonly string[] }> {
  let { run: now } = (await controller.call('POST', `/registries/${id}/runs`, {})) as Registry;
  const states = [now.state as string];
  const endMs = Date.now() + RUN_MS;
  while (now.state === 'listing' || now.state === 'scanning') {
    if (Date.now() > endMs) throw new Error(`the run does not end: ${JSON.stringify(now)}`);
    await sleep(50);
    now = ((await controller.call('GET', `/registries/${id}`)) as Registry).run;
    if (states.at(-1) !== now.state) states.push(now.state);
  }
  return { ...now, states };
}

/** An image as the list shows it. */
async function imageAt(digest: string): Promise<Image | undefined> {
  const { items } = (await controller.call('GET', '/images?limit=1000')) as { items: readonly object[] };
  const images = items.map((item) => ('image' in item ? item.image : item) as Image);
  return images.find((image) => image.digest === digest);
}

describe('a real registry with a password', () => {
  let server: RegistryServer;
  let proxy: CountingProxy;
  let login: { name: string; password: string };
  let id = '';
  const [v1, v2, api] = [
    withPackage('minimist', '1.2.5'),
    withPackage('minimist', '1.2.8'),
    withPackage('lodash', '4.17.20'),
  ];

  beforeAll(async () => {
    server = await RegistryServer.start();
    proxy = await CountingProxy.start(server.host);
    login = { name: 'tester', password: server.password };
    await skopeoPush(v1, `${server.host}/shop/web:v1`, login);
    await skopeoPush(v2, `${server.host}/shop/web:v2`, login);
    await skopeoPush(api, `${server.host}/other/api:v1`, login);
  }, 120_000);
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  it('is tried before it is kept: the wrong password fails', async () => {
    expect(await tryOut(proxy.host, { secret: login.password })).toMatchObject({ ok: true, repositories: 2 });
    expect(await tryOut(proxy.host, { secret: 'wrong' })).toMatchObject({
      ok: false,
      code: 'E_REGISTRY_LOGIN',
    });
  });

  it('is scanned: what skopeo pushed is known with its packages, and progress was shown', async () => {
    const signingKeys = [pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()];
    const includes = [{ repository: 'shop/*', tag: 'v*' }];
    id = await add(proxy.host, { secret: login.password, includes, signingKeys });
    const ended = await run(id);
    expect(ended).toMatchObject({
      state: 'done',
      repositories: 1,
      images: 2,
      scanned: 2,
      unchanged: 0,
      failed: 0,
    });
    expect(ended.states[0]).toBe('listing');
    expect(await imageAt(v1.digest)).toMatchObject({
      references: [`${proxy.host}/shop/web:v1`],
      platform: 'linux/amd64',
      distribution: 'debian 12',
      packages: 1,
      scan: { state: 'done' },
      signature: { state: 'unsigned' },
    });
    expect(await imageAt(api.digest)).toBeUndefined();
  });

  it('is not read twice: an unchanged image costs one HEAD', async () => {
    proxy.asked.length = 0;
    expect(await run(id)).toMatchObject({ state: 'done', images: 2, scanned: 0, unchanged: 2 });
    expect(
      proxy.asked.filter((line) => line.includes('/blobs/') || /^GET .*\/manifests\//.test(line)),
    ).toEqual([]);
    expect(proxy.asked.filter((line) => line.startsWith('HEAD '))).toHaveLength(2);
  });

  it('has one image read again when somebody asks for it', async () => {
    proxy.asked.length = 0;
    const before = (await imageAt(v2.digest))?.scan?.scannedAtMs ?? 0;
    const path = `/images/${encodeURIComponent(v2.digest)}/scans`;
    expect(await controller.call('POST', path, {})).toMatchObject({ queued: expect.any(Number) });
    const endMs = Date.now() + RUN_MS;
    while (((await imageAt(v2.digest))?.scan?.scannedAtMs ?? 0) <= before && Date.now() < endMs)
      await sleep(50);
    expect(await imageAt(v2.digest)).toMatchObject({ packages: 1, scan: { state: 'done' } });
    expect((await imageAt(v2.digest))?.scan?.scannedAtMs).toBeGreaterThan(before);
    expect(proxy.asked).toContain(`GET /v2/shop/web/manifests/${v2.digest}`);
  });

  it('is watched: the next run finds a moved tag and a new one; a layer that is known is not read again', async () => {
    const v3 = withPackage('minimist', '1.2.6');
    await skopeoPush(v3, `${server.host}/shop/web:v1`, login);
    await skopeoPush(v3, `${server.host}/shop/web:v3`, login);
    proxy.asked.length = 0;
    expect(await run(id)).toMatchObject({ images: 2, scanned: 1, unchanged: 1 });
    expect((await imageAt(v1.digest))?.references).toEqual([]);
    expect([...((await imageAt(v3.digest))?.references ?? [])].sort()).toEqual([
      `${proxy.host}/shop/web:v1`,
      `${proxy.host}/shop/web:v3`,
    ]);
    // Its configuration and its own layer; the layer below it is known by its digest.
    expect(proxy.asked.filter((line) => line.includes('/blobs/'))).toHaveLength(2);
  });

  it('tells who signed an image', async () => {
    const image = withPackage('minimist', '1.2.4');
    await skopeoPush(image, `${server.host}/shop/web:v4`, login);
    await sign(server.host, login, image.digest);
    expect(await run(id)).toMatchObject({ scanned: 1, failed: 0 });
    expect(await imageAt(image.digest)).toMatchObject({
      signature: { state: 'signed', signers: [expect.stringMatching(/^sha256:[0-9a-f]{64}$/)] },
    });
  });

  it('cannot pass off a layer that was changed on its disk', async () => {
    const image = withPackage('left-pad', '1.3.0', { 'app/only': 'here' });
    await skopeoPush(image, `${server.host}/shop/web:v5`, login);
    const layer = (JSON.parse(image.manifest.toString()) as { layers: Descriptor[] }).layers[1]?.digest ?? '';
    const hex = layer.slice('sha256:'.length);
    const blob = join(server.folder, 'data/docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
    const before = readFileSync(blob);
    writeFileSync(
      blob,
      gzipSync(tarOf({ 'app/node_modules/harmless/package.json': '{"name":"harmless","version":"1.0.0"}' })),
    );
    expect(await run(id)).toMatchObject({ state: 'done', scanned: 0, failed: 1 });
    const tampered = await imageAt(image.digest);
    expect(['failed', 'incomplete']).toContain(tampered?.scan?.state);
    expect(tampered?.scan?.reasons).toHaveLength(1);
    writeFileSync(blob, before);
    expect(await run(id)).toMatchObject({ scanned: 1, failed: 0 });
    expect(await imageAt(image.digest)).toMatchObject({ scan: { state: 'done' }, packages: 1 });
  });

  it('keeps its password out of every file and the log of the controller', async () => {
    const files = readdirSync(controller.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(controller.folder, name))
      .filter((path) => statSync(path).isFile());
    for (const path of files)
      expect([path, readFileSync(path).includes(server.password)]).toEqual([path, false]);
    expect(controller.log).not.toContain(server.password);
  });
});

describe('a real registry with a token server', () => {
  it('is listed and scanned with tokens; a stranger is refused', async () => {
    const tokens = await TokenServer.start();
    const server = await RegistryServer.start(tokens.settings);
    try {
      const image = withPackage('express', '4.17.1');
      const login = { name: 'tester', password: 'token password' };
      await skopeoPush(image, `${server.host}/acme/app:1`, login);
      const id = await add(server.host, { secret: login.password });
      expect(await run(id)).toMatchObject({
        state: 'done',
        repositories: 1,
        images: 1,
        scanned: 1,
        failed: 0,
      });
      expect(await imageAt(image.digest)).toMatchObject({ packages: 1, scan: { state: 'done' } });
      expect(tokens.asked).toContain('GET registry:catalog:*');
      expect(tokens.asked).toContain('GET repository:acme/app:pull');
      const stranger = await add(server.host, { secret: 'wrong' });
      expect(await run(stranger)).toMatchObject({ state: 'failed', code: 'E_REGISTRY_LOGIN' });
    } finally {
      await server.stop();
      await tokens.stop();
    }
  }, 120_000);
});

describe('a real registry with a signature policy', () => {
  it('tells who signed by the trust store of the Notary Project, and refuses a stranger', async () => {
    const server = await RegistryServer.start();
    const [ours, theirs] = ['ours', 'theirs'].map((name) => mkdtempSync(join(tmpdir(), `bartizan-${name}-`)));
    try {
      const shelf = await Shelf.open(server);
      const push = async (tag: string, folder = ''): Promise<string> => {
        const { digest } = await shelf.push({ 'etc/tag': tag }, { repository: 'acme/app', tag });
        if (folder !== '') await shelf.signNotation('acme/app', digest, makeNotationSigner(folder));
        return digest;
      };
      const signed = await push('signed', ours);
      const strange = await push('strange', theirs);
      const bare = await push('bare');
      const signature = {
        notation: { stores: { ca: 'ca' }, identities: ['x509.subject: C=JP, ST=Tokyo, O=Acme'] },
      };
      const document = JSON.stringify({
        version: 1,
        policies: [{ name: 'acme', images: [`${server.host}/acme/*`], require: { signature } }],
      });
      const content = readFileSync(join(ours ?? '', 'ca/root.pem')).toString('base64');
      const signaturePolicy = { document, files: [{ path: 'ca/root.pem', content }] };
      const id = await add(server.host, { secret: server.password, signaturePolicy });
      expect(await run(id)).toMatchObject({ state: 'done', scanned: 3, failed: 0 });
      const states = [];
      for (const digest of [signed, strange, bare]) states.push((await imageAt(digest))?.signature?.state);
      expect(states).toEqual(['signed', 'invalid', 'unsigned']);
      expect((await imageAt(signed))?.signature?.signers).toEqual([expect.stringContaining('CN=signer')]);
    } finally {
      await server.stop();
      for (const folder of [ours, theirs]) rmSync(folder ?? '', { recursive: true, force: true });
    }
  }, 120_000);
});

/** Puts a signature by our key beside an image, in the form of cosign 3. */
async function sign(host: string, login: { name: string; password: string }, digest: string): Promise<void> {
  const credentials = staticCredential(host, { kind: 'password', ...login });
  const client = await RegistryClient.open({ host, plainHttp: true, credentials });
  const key = given(openSigningKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()));
  const claim = given(
    signClaim(key, {
      name: `${host}/shop/web`,
      sha256: digest.slice('sha256:'.length),
      predicateType: 'https://sigstore.dev/cosign/sign/v1',
      predicate: {},
    }),
  );
  const bundle = given(await client.pushBlob('shop/web', Buffer.from(claim)));
  const empty = given(await client.pushBlob('shop/web', Buffer.from('{}')));
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: BUNDLE_TYPE,
    config: { ...empty, mediaType: 'application/vnd.oci.empty.v1+json' },
    layers: [{ ...bundle, mediaType: BUNDLE_TYPE }],
    subject: { mediaType: MANIFEST, digest, size: 1 },
  };
  given(await client.pushManifest('shop/web', MANIFEST, Buffer.from(JSON.stringify(manifest))));
}
