// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, sign } from 'node:crypto';
import { openRegistry, DEFAULT_LIMITS as TRANSPORT_LIMITS } from '@bartizan/adapters/registry';
import { failure, type Image, type ImageSignature, ok, type Registry } from '@bartizan/contracts';
import { CATALOGUE_VERSION, DEFAULT_LIMITS } from '@bartizan/scan';
import { builtImage, digestOf, indexOf, MemoryRegistry } from '@bartizan/testkit/registry';
import { anImage, aRegistry, OWNER } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgeRevision } from '../../decide/signature-verdicts.ts';
import { FairQueue } from './fair-queue.ts';
import { RegistryScan, type RunParts } from './registry-run.ts';
import { RunProgress } from './run-progress.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const PAIR = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const KEY = PAIR.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let server: MemoryRegistry;
/** References that were settled, with the number of images they lead to. */
let settled: Map<string, number>;
/** Digests of images that were read to the end before. */
let known: Set<string>;
/** What is said of signatures, by digest. */
let signatures: Map<string, Image['signature']>;
/** Digests that turned out to be no image. */
let discarded: string[];
/** The last state that was told of an image. */
let states: Map<string, string>;
/** What was said of known images before. */
let before: Partial<Image>;
beforeEach(async () => {
  server = await MemoryRegistry.start();
  settled = new Map();
  known = new Set();
  signatures = new Map();
  before = {};
  discarded = [];
  states = new Map();
});
afterEach(() => server.stop());

/** One run whose images are listed but not read. */
async function ran(changes: Partial<Registry> = {}): Promise<RunProgress> {
  const { scan, progress } = runOf(changes);
  expect(await scan.run()).toEqual(ok(undefined));
  return progress;
}

const EMPTY = { platform: '', labels: {}, layers: [], cachedLayers: 0, packages: [], distribution: '' };

function runOf(
  changes: Partial<Registry> = {},
  more: Partial<RunParts> = {},
): { readonly scan: RegistryScan; readonly progress: RunProgress; readonly queue: FairQueue } {
  const queue = new FairQueue(1);
  const progress = new RunProgress(
    NOW_MS,
    () => NOW_MS,
    () => Promise.resolve(),
  );
  const intake: RunParts['intake'] = {
    put: (_owner, { image }) => {
      signatures.set(image.digest, image.signature);
      return Promise.resolve(ok(undefined));
    },
    known: (_owner, digest) =>
      Promise.resolve(
        ok(
          known.has(digest)
            ? { image: anImage({ digest, ...before }), catalogueVersion: CATALOGUE_VERSION, isComplete: true }
            : undefined,
        ),
      ),
    mark: (_owner, digest, scan, entry) => {
      states.set(digest, scan.state);
      signatures.set(digest, entry?.signature);
      return Promise.resolve(ok(undefined));
    },
    discard: (_owner, digest) => {
      discarded.push(digest);
      return Promise.resolve(ok(undefined));
    },
    unjudge: () => Promise.resolve(ok(undefined)),
    settle: (_owner, reference, digests) => {
      settled.set(reference, digests.length);
      return Promise.resolve(ok(0));
    },
  };
  const scan = new RegistryScan({
    registry: aRegistry({
      ...{ ...OWNER, kind: 'docker', host: server.host, plainHttp: true, includes: [] },
      signingKeys: [KEY],
      ...changes,
    }),
    access: { kind: 'docker', host: changes.host ?? server.host, plainHttp: true },
    open: (access) => openRegistry(access, { wait: () => Promise.resolve() }),
    read: () => Promise.resolve({ kind: 'artifact' }),
    request: {
      limits: DEFAULT_LIMITS,
      transport: TRANSPORT_LIMITS,
      layerCache: { folder: '/nonexistent', maxBytes: 0 },
    },
    intake,
    queue,
    platforms: () => Promise.resolve({ names: ['linux/amd64'], from: 'settings' }),
    created: new Map(),
    progress,
    signal: new AbortController().signal,
    clock: { nowMs: () => NOW_MS },
    log: LOG,
    ...more,
  });
  return { scan, progress, queue };
}

describe('a tag whose index cannot be read', () => {
  it('keeps what it led to, and the others are settled', async () => {
    const image = builtImage([{ a: 'a' }]);
    const index = indexOf([image]);
    server.push('app', 'single', image);
    server.pushManifest('app', 'v1', index);
    const [single, v1] = [`${server.host}/app:single`, `${server.host}/app:v1`];
    expect((await ran()).run).toMatchObject({ failed: 0, images: 1 });
    expect(Object.fromEntries(settled)).toEqual({ [single]: 1, [v1]: 1 });
    settled.clear();
    server.bad.set(index.digest, 'cut');
    expect((await ran()).run).toMatchObject({ failed: 1, images: 1 });
    expect(Object.fromEntries(settled)).toEqual({ [single]: 1 });
  });

  it('is settled to nothing when its index has no image that is wanted', async () => {
    const image = builtImage([{ a: 'a' }], { architecture: 's390x' });
    server.pushManifest('app', undefined, image);
    server.pushManifest('app', 'v1', indexOf([image]));
    expect((await ran()).run).toMatchObject({ failed: 0, skipped: 1 });
    expect(Object.fromEntries(settled)).toEqual({ [`${server.host}/app:v1`]: 0 });
  });
});

/** Pushes an image with something attached to it, as anybody may who can push to its repository. */
function pushWith(repository: string, attached: Buffer): string {
  const image = builtImage([{ a: repository }]);
  server.push(repository, 'v1', image);
  server.pushBlob(digestOf(attached), attached);
  const layer = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    digest: digestOf(attached),
    size: attached.length,
  };
  const hostile = { ...layer, digest: { toString: 1, valueOf: 1 } };
  const artifact = Buffer.from(JSON.stringify({ schemaVersion: 2, layers: [hostile, layer] }));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  server.pushManifest(repository, undefined, { digest: digestOf(artifact), mediaType, manifest: artifact });
  const referrers = Buffer.from(
    JSON.stringify({
      manifests: [
        { ...layer, digest: { toString: 1, valueOf: 1 } },
        { mediaType, digest: digestOf(artifact), size: artifact.length },
      ],
    }),
  );
  server.pushManifest(repository, image.digest.replace(':', '-'), {
    ...{ digest: digestOf(referrers), manifest: referrers },
    mediaType: 'application/vnd.oci.image.index.v1+json',
  });
  return image.digest;
}

describe('an image with something attached that breaks its reader', () => {
  it('has a bad signature, and the repositories after it are run over', async () => {
    const bytes = Buffer.from(JSON.stringify({ mediaType: { toString: 1, valueOf: 1 } }));
    const digests = ['a', 'b'].map((repository) => pushWith(repository, bytes));
    for (const digest of digests) known.add(digest);
    expect((await ran()).run).toMatchObject({ failed: 0, images: 2, unchanged: 2 });
    expect(digests.map((digest) => signatures.get(digest)?.state)).toEqual(['invalid', 'invalid']);
    expect(settled.size).toBe(2);
  });
});

describe('a known image whose signatures were looked at of late', () => {
  const said: ImageSignature = { state: 'signed', signers: ['us'], checkedAtMs: NOW_MS };
  const judgedAs = async (signatures_: Image['signatures']): Promise<string | undefined> => {
    const image = builtImage([{ a: 'a' }]);
    server.push('app', 'v1', image);
    known.add(image.digest);
    before = { signature: said, ...(signatures_ === undefined ? {} : { signatures: signatures_ }) };
    await ran();
    return signatures.get(image.digest)?.state;
  };
  const registry = () => aRegistry({ host: server.host, signingKeys: [KEY] });

  it('is not looked at again by the registry that did so', async () => {
    const revision = judgeRevision(registry());
    expect(
      await judgedAs([{ ...said, registry: registry().id, repository: 'app', revision }]),
    ).toBeUndefined();
  });

  it('is looked at by another registry, and by the same with other keys', async () => {
    const revision = judgeRevision(registry());
    expect(await judgedAs(undefined)).toBe('unsigned');
    expect(await judgedAs([{ ...said, registry: 'another', repository: 'app', revision }])).toBe('unsigned');
    expect(await judgedAs([{ ...said, registry: registry().id, repository: 'b', revision }])).toBe(
      'unsigned',
    );
    expect(
      await judgedAs([{ ...said, registry: registry().id, repository: 'app', revision: 'before' }]),
    ).toBe('unsigned');
  });
});

/** Signs something the way of cosign 2. Returns the digest of the manifest that holds the signature. */
function signed(repository: string, digest: string): string {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': `${server.host}/${repository}` },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
  server.pushBlob(digestOf(payload), payload);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const layer = {
    mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
    ...{ digest: digestOf(payload), size: payload.length },
    annotations: {
      'dev.cosignproject.cosign/signature': sign('sha256', payload, PAIR.privateKey).toString('base64'),
    },
  };
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, layers: [layer] }));
  const tag = `${digest.replace(':', '-')}.sig`;
  server.pushManifest(repository, tag, { mediaType, manifest, digest: digestOf(manifest) });
  return digestOf(manifest);
}

describe('an image whose registry stumbles', () => {
  it('was not looked at, and that is told to who asked', async () => {
    const image = builtImage([{ a: 'a' }]);
    server.push('app', 'v1', image);
    const signature = signed('app', image.digest);
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const referrers = Buffer.from(JSON.stringify({ manifests: [] }));
    const list = { digest: digestOf(referrers), manifest: referrers, mediaType };
    server.pushManifest('app', image.digest.replace(':', '-'), list);
    const { digest } = image;
    const place = { repository: 'app', references: [`${server.host}/app:v1`], indexes: [] };
    const look = () => runOf().scan.look({ isComplete: true, image: anImage({ digest }) }, place, true);
    expect(await look()).toEqual(ok(undefined));
    expect(signatures.get(digest)).toMatchObject({ state: 'signed', checkedAtMs: NOW_MS });
    // The list of what lies beside it, and then the signature itself, break off.
    for (const cut of [list.digest, signature]) {
      server.bad.clear();
      server.bad.set(cut, 'cut');
      expect(await look()).toMatchObject({ ok: false, error: { code: 'E_REGISTRY_UNREACHABLE' } });
      expect(signatures.get(digest)).toMatchObject({ state: 'unknown', reason: expect.any(String) });
      expect(signatures.get(digest)).not.toHaveProperty('checkedAtMs');
    }
  });
});

describe('an image in line', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const place = { repository: 'app', references: [], indexes: [] };
  const queued = {
    image: anImage({ digest, scan: { state: 'queued', reasons: [] } }),
    isComplete: false,
  } as const;

  it('that turns out to be none is forgotten', async () => {
    const { scan, queue } = runOf();
    await scan.again(queued, place);
    await queue.idle('r-1');
    expect(discarded).toEqual([digest]);
  });

  it('does not stay there when its registry gives no credential, or reading it breaks or is cut short', async () => {
    const open: RunParts['open'] = async (access) => {
      const opened = await openRegistry(access, { wait: () => Promise.resolve() });
      const refused = { ok: false, error: failure('E_REGISTRY_LOGIN', 'no') } as const;
      return opened.ok ? ok({ ...opened.value, credential: () => Promise.resolve(refused) }) : opened;
    };
    const ends: (Partial<RunParts> & { readonly state: string })[] = [
      { state: 'failed', open },
      { state: 'never', read: () => Promise.reject(new Error('a bug')) },
      { state: 'never', read: () => Promise.resolve({ kind: 'stopped' }) },
    ];
    for (const { state, ...more } of ends) {
      const { scan, queue } = runOf({}, more);
      expect(await scan.again(queued, place)).toEqual(ok(undefined));
      await queue.idle('r-1');
      expect(states.get(digest)).toBe(state);
    }
  });
});

describe('an image that is signed through its index', () => {
  const pushed = () => {
    const image = builtImage([{ a: 'a' }]);
    const other = builtImage([{ a: 'b' }], { architecture: 'arm64' });
    const index = indexOf([image, other]);
    server.pushManifest('app', undefined, image);
    server.pushManifest('app', 'v2', index);
    signed('app', index.digest);
    known.add(image.digest);
    return { image, other, index };
  };

  it('is signed, also below an index before that is not', async () => {
    const { image } = pushed();
    server.pushManifest('app', 'v1', indexOf([image]));
    await ran();
    expect(signatures.get(image.digest)?.state).toBe('signed');
  });

  it('stays so when it is read again, or found by its own digest', async () => {
    const { image, index } = pushed();
    await ran();
    const said = signatures.get(image.digest);
    expect(said).toMatchObject({ state: 'signed', indexes: [index.digest] });
    if (said === undefined) throw new Error('a verdict');
    const asRead = { kind: 'image', image: { ...EMPTY, digest: image.digest, incomplete: [] } } as const;
    const { scan, queue } = runOf({}, { read: () => Promise.resolve(asRead) });
    const place = { repository: 'app', references: [`${server.host}/app:v2`], indexes: [] };
    const kept = { isComplete: true, image: anImage({ digest: image.digest, signatures: [said] }) };
    signatures.clear();
    expect(await scan.again(kept, place)).toEqual(ok(undefined));
    await queue.idle('r-1');
    expect(signatures.get(image.digest)?.state).toBe('signed');
    const old = { ...said, checkedAtMs: 0 };
    signatures.clear();
    await scan.look({ ...kept, image: { ...kept.image, signatures: [old] } }, place);
    expect(signatures.get(image.digest)?.state).toBe('signed');
  });

  it('is looked at again when it was found without the index of late', async () => {
    const { image } = pushed();
    const { id } = aRegistry();
    const revision = judgeRevision({ host: server.host, signingKeys: [KEY] });
    const said: ImageSignature = { state: 'unsigned', signers: [], checkedAtMs: NOW_MS };
    before = { signatures: [{ ...said, registry: id, repository: 'app', revision }] };
    await ran();
    expect(signatures.get(image.digest)?.state).toBe('signed');
  });
});

describe('an image under a policy', () => {
  it('is judged by the rules of its registry, however the registry was entered', async () => {
    const image = builtImage([{ a: 'a' }]);
    server.push('app', 'v1', image);
    known.add(image.digest);
    const policies = [
      { name: 'ours', images: [`${server.host}/**`], require: { signature: { key: './our.pub' } } },
    ];
    const signaturePolicy = {
      document: JSON.stringify({ version: 1, policies }),
      files: [{ path: 'our.pub', content: Buffer.from(KEY).toString('base64') }],
    };
    await ran({ signaturePolicy, host: server.host.replace('127.0.0.1', '127.1') });
    expect(signatures.get(image.digest)?.state).toBe('unsigned');
  });
});
