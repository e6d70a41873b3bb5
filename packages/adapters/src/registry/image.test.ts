// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answers, FakeRegistry } from '../testing/fake-registry.ts';
import { type AttachedPieces, fetchAttached } from './attached.ts';
import { RegistryClient } from './client.ts';
import { RegistryFault } from './fault.ts';
import { RegistryBlobs } from './registry-blobs.ts';

const running: FakeRegistry[] = [];
afterEach(async () => {
  for (const registry of running.splice(0)) await registry.stop();
});

const NAME = 'acme/app';
const SIGNATURE = 'application/x-signature';
const sha = (bytes: string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const answer =
  (body: string, status = 200, headers: Readonly<Record<string, string>> = {}): Answers[string] =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
const descriptor = (body: string, mediaType = 'x') => ({ mediaType, digest: sha(body), size: body.length });

async function open(answers: Answers): Promise<{ client: RegistryClient; registry: FakeRegistry }> {
  const registry = await FakeRegistry.start(answers);
  running.push(registry);
  return { registry, client: await RegistryClient.open({ host: registry.host, plainHttp: true }) };
}

/** A registry with blobs and manifests under their digests, and names for some of them. */
const shelf = (
  blobs: readonly string[],
  manifests: readonly string[],
  names: Readonly<Record<string, string>> = {},
): Answers => ({
  ...Object.fromEntries(blobs.map((body) => [`GET /v2/${NAME}/blobs/${sha(body)}`, answer(body)])),
  ...Object.fromEntries(manifests.map((body) => [`GET /v2/${NAME}/manifests/${sha(body)}`, answer(body)])),
  ...Object.fromEntries(
    Object.entries(names).map(([name, body]) => [`GET /v2/${NAME}/manifests/${name}`, answer(body)]),
  ),
});

describe('an image of a registry', () => {
  const layer = 'the layer';
  const config = '{"os":"linux"}';
  const manifest = JSON.stringify({ config: descriptor(config), layers: [descriptor(layer)] });
  const index = JSON.stringify({ manifests: [descriptor(manifest)] });
  const blobsOf = async (answers: Answers): Promise<RegistryBlobs> => {
    const { client } = await open(answers);
    const opened = await RegistryBlobs.open(client, NAME, 'v1');
    if (!opened.ok) throw new Error(opened.error.code);
    return opened.value.blobs;
  };

  it('is read from its name down: index, manifest, configuration, layer', async () => {
    const blobs = await blobsOf(shelf([layer, config], [manifest], { v1: index }));
    expect((await blobs.read(sha(index), 1e6))?.toString()).toBe(index);
    expect((await blobs.read(sha(manifest), 1e6))?.toString()).toBe(manifest);
    expect((await blobs.read(sha(config), 1e6))?.toString()).toBe(config);
    const chunks: Buffer[] = [];
    for await (const chunk of await blobs.open(sha(layer))) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe(layer);
    expect(blobs.fault).toBeUndefined();
  });

  it('gives nothing that no manifest named, and nothing that is too large', async () => {
    const blobs = await blobsOf(shelf([layer, config], [manifest], { v1: manifest }));
    expect(await blobs.read(sha('else'), 1e6)).toBeUndefined();
    expect(await blobs.read(sha(config), 3)).toBeUndefined();
    await expect(blobs.open(sha('else'))).rejects.toThrow(RegistryFault);
  });

  it('remembers what went wrong in the middle of a layer', async () => {
    const lying = {
      ...shelf([config], [], { v1: manifest }),
      [`GET /v2/${NAME}/blobs/${sha(layer)}`]: answer('the lair!'),
    };
    const blobs = await blobsOf(lying);
    const stream = await blobs.open(sha(layer));
    await expect(async () => {
      for await (const _chunk of stream);
    }).rejects.toThrow('E_REGISTRY_DIGEST');
    expect(blobs.fault?.code).toBe('E_REGISTRY_DIGEST');
  });

  it('tells a registry that is not there from an image that is not there', async () => {
    const { client, registry } = await open({});
    expect(await RegistryBlobs.open(client, NAME, 'v1')).toMatchObject({
      ok: false,
      error: { code: 'E_REGISTRY_MISSING' },
    });
    await registry.stop();
    running.pop();
    expect(await RegistryBlobs.open(client, NAME, 'v1')).toMatchObject({
      ok: false,
      error: { code: 'E_REGISTRY_UNREACHABLE' },
    });
  });
});

describe('what lies beside an image', () => {
  const digest = sha('image');
  const artifact = (...pieces: readonly string[]): string =>
    JSON.stringify({
      layers: [...pieces.map((one) => descriptor(one, SIGNATURE)), descriptor('no signature')],
    });
  const referrers = (manifests: readonly object[]): Answers => ({
    [`GET /v2/${NAME}/referrers/${digest}`]: answer(JSON.stringify({ manifests })),
  });
  const fetchFrom = async (answers: Answers): Promise<AttachedPieces> => {
    const { client } = await open(answers);
    const found = await fetchAttached(client, { repository: NAME, digest }, (type) => type === SIGNATURE);
    if (!found.ok) throw new Error(found.error.code);
    return found.value;
  };
  const textsOf = ({ pieces }: AttachedPieces): string[] => pieces.map(({ bytes }) => bytes.toString());

  it('is fetched by referrers and by the tags of older signatures, and nothing else is', async () => {
    const [one, two] = [artifact('one'), artifact('two')];
    const found = await fetchFrom({
      ...referrers([descriptor(one)]),
      ...shelf(['one', 'two'], [one], { [`${digest.replace(':', '-')}.att`]: two }),
    });
    expect([textsOf(found), found.missing]).toEqual([['one', 'two'], []]);
  });

  it('has a gap, and says so, where a piece is gone, changed or too large', async () => {
    const [one, two] = [artifact('one', 'gone'), artifact('two')];
    const large = JSON.stringify({ layers: [{ ...descriptor('x', SIGNATURE), size: 64 * 1024 * 1024 }] });
    const found = await fetchFrom({
      ...referrers([descriptor(one), descriptor(two), descriptor(large), descriptor('absent')]),
      ...shelf(['one'], [one, two, large]),
      [`GET /v2/${NAME}/blobs/${sha('two')}`]: answer('tow'),
    });
    expect(textsOf(found)).toEqual(['one']);
    expect(found.missing.map((text) => text.split(':')[0])).toEqual([
      'E_REGISTRY_MISSING',
      'E_REGISTRY_DIGEST',
      'E_REGISTRY_ANSWER',
      'E_REGISTRY_MISSING',
    ]);
  });

  it('is fetched from the second page of a list as well', async () => {
    const [bill, signature] = [artifact(), artifact('one')];
    const next = `/v2/${NAME}/referrers/${digest}?last=40`;
    const manifests = Array.from({ length: 40 }, () => descriptor(bill));
    const found = await fetchFrom({
      [`GET /v2/${NAME}/referrers/${digest}`]: answer(JSON.stringify({ manifests }), 200, {
        link: `<${next}>; rel="next"`,
      }),
      [`GET ${next}`]: answer(JSON.stringify({ manifests: [descriptor(signature)] })),
      ...shelf(['one'], [bill, signature]),
    });
    expect([textsOf(found), found.missing]).toEqual([['one'], []]);
  });

  it('is not fetched without end', async () => {
    const many = artifact(...Array.from({ length: 70 }, (_, at) => `piece ${at}`));
    const pieces = Array.from({ length: 70 }, (_, at) => `piece ${at}`);
    const found = await fetchFrom({ ...referrers([descriptor(many)]), ...shelf(pieces, [many]) });
    expect([found.pieces.length, found.missing]).toEqual([
      64,
      ['more than 64 signatures lie beside the image'],
    ]);
    const crowd = await fetchFrom({
      ...referrers(Array.from({ length: 80 }, () => descriptor(artifact()))),
      ...shelf([], [artifact()]),
    });
    expect(crowd.missing).toEqual(['more than 64 artifacts refer to the image']);
  });

  it('is unknown when the registry does not say', async () => {
    const { client } = await open({ [`GET /v2/${NAME}/referrers/${digest}`]: answer('', 500) });
    expect(await fetchAttached(client, { repository: NAME, digest }, () => true)).toMatchObject({
      ok: false,
    });
  });
});
