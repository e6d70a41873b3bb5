// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { KubeClient } from '@bartizan/adapters/kube';
import { CUSTOM_POD_PATHS, compileAdmissionPolicy, EMPTY_CONTEXT } from '@bartizan/engine/admission';
import { type FakeApiServer, startFakeApiServer } from '@bartizan/testkit/kube';
import { anAdmissionRule, openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../ports.ts';
import { ClusterState } from '../../sense/kubernetes/cluster-state.ts';
import type { StartOptions } from '../../settings.ts';
import { type AdmissionRole, buildAdmission } from './build-admission.ts';

const DAY_MS = 24 * 3_600_000;
const VALIDATING = 'validatingwebhookconfigurations';
const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
/** The port is asked every 5 s; what is wrong with its certificate is repaired then. */
const REPAIRED_MS = 6_000;

let fake: FakeApiServer;
let client: KubeClient;
let test: TestStore;
let role: AdmissionRole | undefined;
/** How far the clock of the controller is from the one that API servers have. */
let skewMs = 0;
const policyListeners = new Set<() => void>();
let rules = setOf([]);

function setOf(resources: readonly string[]) {
  const rule = anAdmissionRule({ match: { resources: ['workloads', ...resources], operations: ['CREATE'] } });
  const compiled = compileAdmissionPolicy({ rules: [rule], podPaths: CUSTOM_POD_PATHS });
  if (!compiled.ok) throw new Error(compiled.error.detail);
  return compiled.value;
}

beforeEach(async () => {
  [skewMs, rules, role] = [0, setOf([]), undefined];
  policyListeners.clear();
  fake = await startFakeApiServer([VALIDATING, 'mutatingwebhookconfigurations']);
  client = new KubeClient({
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(fake.token),
  });
  test = await openTestStore();
});
afterEach(async () => {
  await role?.close();
  await client.close();
  await fake.close();
  await test.remove();
});

const options: StartOptions = {
  ...{ instance: 'main', dataDir: '', host: '127.0.0.1', port: 0, agentHost: '127.0.0.1', agentPort: 0 },
  ...{ consoleDir: '', contentDir: '', localRootToken: '', bootstrapAdminPassword: '', logLevel: 'silent' },
  dataKey: randomBytes(32).toString('base64'),
};
async function start(): Promise<AdmissionRole> {
  const built = await buildAdmission(
    {
      ...{ options, store: test.store, clock: { nowMs: () => Date.now() + skewMs }, log: quiet },
      ...{ owner: { cluster: 'local', tenant: 'default' }, rules: () => rules, context: EMPTY_CONTEXT },
      onPolicy: (listener) => void policyListeners.add(listener),
      isBuiltIn: () => false,
      ownerOf: () => undefined,
      onRestored: () => undefined,
      kindsKnown: Promise.resolve(),
      known: { client, state: new ClusterState({ client, log: quiet }) },
    },
    { host: '127.0.0.1', port: 0, name: '127.0.0.1' },
  );
  if (!built.ok) throw new Error(built.error.detail);
  role = built.value;
  return built.value;
}

interface Registered {
  readonly failurePolicy: string;
  readonly clientConfig: { readonly caBundle: string; readonly url: string };
  readonly rules: readonly { readonly resources: readonly string[] }[];
}
function registered(): readonly Registered[] {
  const live = fake.store.get(VALIDATING, undefined, 'bartizan-main-validate');
  return (live?.['webhooks'] ?? []) as Registered[];
}
/** Asks as an API server does: by what is registered, and by the time of this machine. */
function asked(): Promise<number> {
  const { caBundle = '' } = registered()[0]?.clientConfig ?? {};
  const ca = Buffer.from(caBundle, 'base64').toString('utf8');
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: role?.port, path: '/healthz', ca, agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

describe('the webhook port', () => {
  it.each([
    ['its certificate', 100 * DAY_MS],
    ['its certificate and its authority', 4 * 365 * DAY_MS],
  ])(
    'whose clock was wrong until %s ended is trusted again when the clock is right, without waiting for the hour',
    async (_, agoMs) => {
      skewMs = -agoMs;
      await start();
      await expect(asked()).rejects.toThrow('certificate has expired');
      skewMs = 0;
      await vi.waitFor(async () => expect(await asked()).toBe(200), {
        timeout: 5 * REPAIRED_MS,
        interval: 100,
      });
      expect(registered().map(({ failurePolicy }) => failurePolicy)).toEqual(['Ignore', 'Fail', 'Ignore']);
    },
    60_000,
  );

  it('that cannot be repaired holds up no namespace that fails closed for longer than half a minute, and then does again', async () => {
    skewMs = -100 * DAY_MS;
    await start();
    const policies = () => registered().map(({ failurePolicy }) => failurePolicy);
    expect(policies()).toEqual(['Ignore', 'Fail', 'Ignore']);
    const startedAt = performance.now();
    await vi.waitFor(() => expect(policies()).toEqual(['Ignore', 'Ignore']), {
      timeout: 120_000,
      interval: 100,
    });
    const tookMs = Math.round(performance.now() - startedAt);
    process.stdout.write(`a port that nobody trusts fails open after ${tookMs} ms (promised: 30000 ms)\n`);
    expect(tookMs).toBeGreaterThan(20_000);
    skewMs = 0;
    await vi.waitFor(() => expect(policies()).toEqual(['Ignore', 'Fail', 'Ignore']), {
      timeout: 5 * REPAIRED_MS,
      interval: 100,
    });
    expect(await asked()).toBe(200);
  }, 180_000);

  it('that was away for longer than its certificate lives has a new one from the start', async () => {
    skewMs = -100 * DAY_MS;
    await (await start()).close();
    skewMs = 0;
    await start();
    expect(await asked()).toBe(200);
  }, 60_000);

  it('is asked about what rules name, as soon as they do and as long', async () => {
    await start();
    const names = () => registered()[0]?.rules.flatMap(({ resources }) => resources) ?? [];
    expect(names()).toContain('rollouts');
    expect(names()).not.toContain('widgets');
    const change = async (resources: readonly string[], check: () => void): Promise<void> => {
      rules = setOf(resources);
      for (const listener of policyListeners) listener();
      await vi.waitFor(check, { timeout: 5_000, interval: 20 });
    };
    await change(['example.com/widgets'], () => expect(names()).toContain('widgets'));
    const version = fake.store.version;
    for (const listener of policyListeners) listener();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(fake.store.version).toBe(version);
    await change([], () => expect(names()).not.toContain('widgets'));
    expect(role?.webhooks().every(({ restoredTotal }) => restoredTotal === 0)).toBe(true);
  }, 60_000);
});
