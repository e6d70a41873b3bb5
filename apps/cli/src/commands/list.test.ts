// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueAuthority, issueServer } from '@bartizan/adapters/pki';
import type { Finding, ResponseOf } from '@bartizan/contracts';
import { parseFilter } from '@bartizan/engine';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.ts';

type Status = ResponseOf<'system.status'>;

let folder = '';
let server: Server;
let findings: Finding[] = [];
const STATE = { hasScanned: true, hasPack: true, isSample: false, nodes: 1, matchedWith: '' };
let state = STATE;

const words = (en: string) => ({ en, ja: en });
const aFinding = (changes: Partial<Finding> & { readonly namespace?: string } = {}): Finding => {
  const { namespace = 'web', ...rest } = changes;
  return {
    ...{ id: 'f-1', cluster: 'c', tenant: 't', kind: 'posture', title: words('root'), severity: 'low' },
    subject: { workload: 'w-1', kind: 'Deployment', namespace, name: 'shop' },
    ...{ evidence: [], why: [], fix: { state: 'unknown', action: words('none') } },
    ...{ owasp: { '2022': ['K01'], '2025': [] }, attack: [], state: 'open', groupKey: 'g' },
    ...{ firstSeenAtMs: 1, lastSeenAtMs: 1 },
    ...rest,
  };
};

const status = (): Status => ({
  ...{ version: '0.1.0', instance: 'test', startedAtMs: 1, state: 'ready', conditions: [] },
  counts: {
    ...{ nodes: state.nodes, workloads: 1, containersRunning: 1, packages: 0, events24h: 0 },
    openFindings: Object.fromEntries(findings.map(({ severity }) => [severity, '1'])),
  },
  advisories: { present: state.hasPack, sample: state.isSample, rows: 0, ecosystems: [], noData: [] },
  store: { state: 'ok', sizeBytes: 1, retention: [] },
  ingest: { recordsTotal: 0, rejectedTotal: 0, lostTotal: 0 },
  firstScanDone: state.hasScanned,
});

const images = (): ResponseOf<'image.list'>['items'] => [
  {
    image: {
      ...{ digest: 'sha256:1', cluster: 'c', tenant: 't', references: [], usedBy: [] },
      scan: { state: 'done', reasons: [], matchedWith: state.matchedWith },
    },
    openFindings: {},
    fixable: 0,
  },
];

/** What a server answers to a list: the terms of this test are severity, state and namespace. */
function listed(filter: string): Finding[] {
  const terms = parseFilter(filter);
  if (!terms.ok) throw new Error(terms.error.detail);
  const fieldOf = (one: Finding, field: string): string => {
    if (field === 'counted') return String(one.countedAt === undefined);
    if (field === 'namespace') return one.subject.namespace ?? '';
    return field === 'severity' ? one.severity : one.state;
  };
  return findings.filter((one) =>
    terms.value.every(({ field, values }) => values.includes(fieldOf(one, field))),
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-list-'));
  const validity = { nowMs: Date.now(), lifetimeMs: 3_600_000 };
  const authority = await issueAuthority('test', validity);
  const leaf = await issueServer(authority, ['127.0.0.1'], validity);
  writeFileSync(join(folder, 'ca.pem'), authority.certificatePem);
  server = createServer({ key: leaf.keyPem, cert: leaf.certificatePem }, (request, response) => {
    const url = new URL(request.url ?? '', 'https://localhost');
    response.setHeader('content-type', 'application/json');
    const items = (): Finding[] =>
      listed(url.searchParams.get('filter') ?? '').slice(0, Number(url.searchParams.get('limit')));
    const answers: Readonly<Record<string, () => unknown>> = {
      system: status,
      images: () => ({ items: images(), asOfMs: 1 }),
      risks: () => ({ items: [], asOfMs: 1, unreadable: ['ClusterRoleBinding'] }),
    };
    const answer = answers[url.pathname.split('/').at(-1) ?? ''] ?? (() => ({ items: items(), asOfMs: 1 }));
    response.end(JSON.stringify(answer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  findings = [];
  state = STATE;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const list = (words: readonly string[], language: 'en' | 'ja' = 'en') =>
  ask(['finding', 'list', ...words], language);
const ask = (words: readonly string[], language: 'en' | 'ja' = 'en') => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const env = {
    BARTIZAN_SERVER: `https://127.0.0.1:${port}`,
    BARTIZAN_TOKEN: 'token',
    BARTIZAN_CA_FILE: join(folder, 'ca.pem'),
  };
  return runCommand(words, { env, language });
};

describe('finding list --fail-on', () => {
  it('passes when all was scanned and nothing is as bad', async () => {
    findings = [aFinding({ severity: 'low' })];
    const { exitCode, stderr } = await list(['--fail-on', 'high']);
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  it('fails for what is beyond the shown page', async () => {
    findings = [aFinding({ id: 'a', severity: 'low' }), aFinding({ id: 'b', severity: 'critical' })];
    expect((await list(['--limit', '1', '--fail-on', 'high'])).exitCode).toBe(3);
  });

  it('judges what the filter chooses, and nothing else', async () => {
    findings = [aFinding({ severity: 'critical', namespace: 'other' })];
    expect((await list(['--filter', 'namespace:x', '--fail-on', 'high'])).exitCode).toBe(0);
    expect((await list(['--filter', 'namespace:other', '--fail-on', 'high'])).exitCode).toBe(3);
  });

  it('counts a finding once, but judges a place that a filter names', async () => {
    findings = [aFinding({ severity: 'critical', countedAt: 'w', namespace: 'other' })];
    expect((await list(['--fail-on', 'high'])).exitCode).toBe(0);
    expect((await list(['--filter', 'namespace:other', '--fail-on', 'high'])).exitCode).toBe(3);
  });

  it.each([
    ['en', 'Not scanned is not clean'],
    ['ja', '未スキャンは「問題なし」ではありません'],
  ] as const)('fails with a reason while no scan is done (%s)', async (language, remedy) => {
    state = { ...state, hasScanned: false };
    const { exitCode, stderr } = await list(['--fail-on', 'high'], language);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('E_SCAN_PENDING');
    expect(stderr).toContain(remedy);
  });

  it('fails with a reason when no advisories are loaded', async () => {
    state = { ...state, hasPack: false, hasScanned: false };
    const { exitCode, stderr } = await list(['--fail-on', 'high']);
    expect([exitCode, stderr.includes('E_PACK_MISSING')]).toEqual([1, true]);
  });

  it('does not pass by the sample of advisories', async () => {
    state = { ...state, isSample: true };
    const { exitCode, stderr } = await list(['--fail-on', 'high']);
    expect([exitCode, stderr.includes('E_PACK_MISSING'), stderr.includes('sample')]).toEqual([1, true, true]);
  });

  it('waits for no host where there is none, once an image was judged', async () => {
    state = { ...state, hasScanned: false, nodes: 0, matchedWith: 'sha256:1' };
    expect((await list(['--fail-on', 'high'])).exitCode).toBe(0);
    state = { ...state, matchedWith: '' };
    expect((await list(['--fail-on', 'high'])).exitCode).toBe(1);
    state = { ...state, matchedWith: 'sha256:1', nodes: 1 };
    expect((await list(['--fail-on', 'high'])).exitCode).toBe(1);
  });
});

describe('a list about access', () => {
  it('names what the server has not read for it', async () => {
    const { exitCode, stderr } = await ask(['access', 'risks']);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('could not be read: ClusterRoleBinding')]);
  });
});
