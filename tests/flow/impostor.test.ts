// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCertificateAuthority } from '@bartizan/adapters/pki';
import { createSealer, type SettingRepository } from '@bartizan/adapters/store';
import { ok } from '@bartizan/contracts';
import { openDiskBuffer, startUplink } from '@bartizan/host';
import { FakeController, type Holder, until } from '@bartizan/testkit/host';
import { aNode } from '@bartizan/testkit/store';
import { afterEach, beforeEach, expect, it } from 'vitest';

const TOKEN = 'bzj_state_0123456789';
const ignore = (): void => undefined;

let folder = '';
let closing: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-impostor-'));
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** The authority of a controller. */
async function anAuthority() {
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
  const sealer = createSealer(Buffer.alloc(32, 7));
  const opened = await openCertificateAuthority({ settings, sealer, clock: { nowMs: () => Date.now() } });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}
type Authority = Awaited<ReturnType<typeof anAuthority>>;

/** What a node that has joined holds. */
async function nodeHolder(authority: Authority): Promise<Holder> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const issued = await authority.issueNodeCertificate(
    { tenant: 'default', cluster: 'local', node: 'n-taken-over' },
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  );
  if (!issued.ok) throw new Error(issued.error.detail);
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { certificatePem: `${issued.value.certificatePem.trim()}\n`, keyPem };
}

/** What the controller holds. */
async function serverHolder(authority: Authority): Promise<Holder> {
  const made = await authority.serverCertificate(['127.0.0.1']);
  if (!made.ok) throw new Error(made.error.detail);
  return made.value;
}

/** An agent that wants to join at whoever listens with these certificates. */
async function joinAt(authority: Authority, holder: Holder) {
  const joined: string[] = [];
  const listener = await new FakeController({
    token: TOKEN,
    authority: {
      certificatePem: authority.caPem(),
      sha256: authority.caSha256(),
      server: () => holder,
      certify: (subject) => {
        joined.push(subject);
        return { certificatePem: holder.certificatePem, notAfterMs: Date.now() };
      },
    },
  }).start();
  const clock = {
    wallMs: () => Date.now(),
    bootUs: () => performance.now() * 1000,
    after: () => ignore,
    every: () => ignore,
  };
  const buffer = openDiskBuffer({
    folder: join(folder, 'buffer'),
    bootId: 'boot-1',
    maxBytes: 1024 * 1024,
    segmentBytes: 64 * 1024,
    wallMs: clock.wallMs,
  });
  const uplink = startUplink({
    endpoint: { host: '127.0.0.1', port: listener.port, caSha256: authority.caSha256() },
    folder,
    node: 'n-1',
    name: 'host-1',
    bootId: 'boot-1',
    agentVersion: '0',
    joinToken: () => TOKEN,
    buffer,
    clock,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    describe: () => aNode({ id: 'n-1' }),
    onConnected: ignore,
    onConfigure: ignore,
    onCommand: ignore,
    onChange: ignore,
    onIdentityLost: ignore,
  });
  closing.push(
    () => listener.stop(),
    () => uplink.stop(),
    () => buffer.close(),
  );
  await until('an end of the try', () => uplink.lastFailure() !== undefined, { timeoutMs: 10_000 });
  return { joined, failure: uplink.lastFailure() };
}

it('a node that poses as the controller with its own certificate is shown no token', async () => {
  const authority = await anAuthority();
  const { joined, failure } = await joinAt(authority, await nodeHolder(authority));
  expect(failure).toMatchObject({
    code: 'E_CERTIFICATE',
    told: { en: expect.stringContaining('gave to a controller') },
  });
  expect(joined).toEqual([]);
});

it('the controller is shown the token', async () => {
  const authority = await anAuthority();
  const { joined } = await joinAt(authority, await serverHolder(authority));
  expect(joined).toEqual(['n-1']);
});
