// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { openRegistry, DEFAULT_LIMITS as TRANSPORT_LIMITS } from '@bartizan/adapters/registry';
import { ok } from '@bartizan/contracts';
import { DEFAULT_LIMITS } from '@bartizan/scan';
import { builtImage, indexOf, MemoryRegistry } from '@bartizan/testkit/registry';
import { aRegistry, OWNER } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.ts';
import { RegistryScan, type RunParts } from './registry-run.ts';
import { RunProgress } from './run-progress.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let server: MemoryRegistry;
/** References that were settled, with the number of images they lead to. */
let settled: Map<string, number>;
beforeEach(async () => {
  server = await MemoryRegistry.start();
  settled = new Map();
});
afterEach(() => server.stop());

/** One run whose images are listed but not read. */
async function ran(): Promise<RunProgress> {
  const progress = new RunProgress(
    NOW_MS,
    () => NOW_MS,
    () => Promise.resolve(),
  );
  const intake: RunParts['intake'] = {
    put: () => Promise.resolve(ok(undefined)),
    known: () => Promise.resolve(ok(undefined)),
    mark: () => Promise.resolve(ok(undefined)),
    settle: (_owner, reference, digests) => {
      settled.set(reference, digests.length);
      return Promise.resolve(ok(0));
    },
  };
  const scan = new RegistryScan({
    registry: aRegistry({ ...OWNER, kind: 'docker', host: server.host, plainHttp: true, includes: [] }),
    access: { kind: 'docker', host: server.host, plainHttp: true },
    open: (access) => openRegistry(access, { wait: () => Promise.resolve() }),
    read: () => Promise.resolve({ kind: 'artifact' }),
    request: {
      limits: DEFAULT_LIMITS,
      transport: TRANSPORT_LIMITS,
      layerCache: { folder: '/nonexistent', maxBytes: 0 },
    },
    intake,
    queue: new FairQueue(1),
    platforms: () => Promise.resolve({ names: ['linux/amd64'], from: 'settings' }),
    created: new Map(),
    progress,
    signal: new AbortController().signal,
    clock: { nowMs: () => NOW_MS },
    log: LOG,
  });
  expect(await scan.run()).toEqual(ok(undefined));
  return progress;
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
