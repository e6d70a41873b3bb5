// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { componentsOf, readPostureObjects } from '@bartizan/engine/cluster-posture';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../ports.ts';
import { Advisories } from '../advisory-desk.ts';
import { PackClient } from '../pack-client.ts';
import { ComponentJudge } from './component-judge.ts';

/** Two flaws of the kubelet, as the feed of Kubernetes tells of them; nothing of the API server. */
const row = (id: string, fixes: readonly (readonly [from: string, fixed: string])[]): string =>
  JSON.stringify({
    ...{ id, ecosystem: 'Kubernetes', package: 'k8s.io/kubelet', source: 'feed', license: 'facts' },
    ranges: fixes.map(([introduced, fixed]) => ({ type: 'SEMVER', events: [{ introduced }, { fixed }] })),
    fixed: fixes.map(([, fixed]) => fixed),
    severity: { score: 8.8, label: 'high', source: 'feed' },
  });
const FEED = [
  row('CVE-2023-5528', [
    ['1.27.0', '1.27.8'],
    ['1.28.0', '1.28.4'],
  ]),
  row('CVE-2024-5321', [
    ['1.28.0', '1.28.12'],
    ['1.29.0', '1.29.7'],
  ]),
];
const NOW_MS = Date.UTC(2026, 10, 28);
const quiet = () => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const cluster = (kubelet: string) =>
  componentsOf(
    readPostureObjects([
      { kind: 'Node', metadata: { name: 'n1' }, status: { nodeInfo: { kubeletVersion: kubelet } } },
    ]),
    kubelet,
    { lifecycle: undefined, nowMs: NOW_MS },
  );

describe('parts of a cluster, held against a real pack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-components-'));
  const client = new PackClient(log);
  const advisories = new Advisories({
    ...{ client, log, clock: { nowMs: () => NOW_MS }, onChange: quiet, rejudged: quiet },
    folder: join(folder, 'own'),
  });
  let changes = 0;
  const judge = new ComponentJudge({
    ...{ advisories, log, owner: { cluster: 'local', tenant: 'default' } },
    onChange: () => {
      changes += 1;
    },
  });

  beforeAll(async () => {
    const feeds = join(folder, 'feeds');
    mkdirSync(feeds);
    writeFileSync(join(feeds, 'kubernetes.jsonl'), FEED.map((line) => `${line}\n`).join(''));
    expect(await advisories.load(feeds)).toMatchObject({ ok: true });
  });
  afterAll(async () => {
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are told with what speaks against them, and each version is asked about once', async () => {
    const first = judge.judge(cluster('v1.28.3'));
    expect(first.every((one) => one.advisories === undefined)).toBe(true);
    await vi.waitFor(() => expect(changes).toBe(1), { timeout: 15_000 });
    const [server, kubelet] = judge.judge(cluster('v1.28.3'));
    expect(kubelet?.advisories).toContainEqual(
      expect.objectContaining({ id: 'CVE-2023-5528', severity: 'high', fixedIn: '1.28.4' }),
    );
    // Of the API server the pack has nothing, which is not none.
    expect(server).not.toHaveProperty('advisories');
    expect(changes).toBe(1);
    // The fix of that flaw is in, that of a later one is not.
    judge.judge(cluster('v1.28.4'));
    await vi.waitFor(() => expect(changes).toBe(2), { timeout: 15_000 });
    const ids = judge.judge(cluster('v1.28.4'))[1]?.advisories?.map(({ id }) => id);
    expect(ids).not.toContain('CVE-2023-5528');
    expect(ids).toContain('CVE-2024-5321');
  });

  it('are not judged where a distribution keeps the version, or while there is no pack', () => {
    expect(judge.judge(cluster('v1.28.3-eks-1')).every((one) => one.advisories === undefined)).toBe(true);
    const none = new ComponentJudge({
      advisories: {
        digest: () => undefined,
        match: () => Promise.reject(new Error('asked without a pack')),
      },
      ...{ log, owner: { cluster: 'local', tenant: 'default' }, onChange: quiet, rejudged: quiet },
    });
    expect(none.judge(cluster('v1.28.3')).every((one) => one.advisories === undefined)).toBe(true);
  });
});
