// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueAuthority, issueServer } from '@bartizan/adapters/pki';
import type { Node, SecurityEvent } from '@bartizan/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.ts';
import { eventFrames } from './follow.ts';

async function framesOf(parts: readonly string[]): Promise<{ event: string; data: string }[]> {
  async function* stream(): AsyncGenerator<Buffer> {
    for (const part of parts) yield Buffer.from(part);
  }
  const frames: { event: string; data: string }[] = [];
  for await (const frame of eventFrames(stream())) frames.push(frame);
  return frames;
}

describe('server-sent events', () => {
  it('are read wherever the stream is cut', async () => {
    const text = ': hello\n\nid: 1\nevent: security\ndata: {"a":\ndata: 1}\n\ndata: 脆弱\r\n\r\n';
    const bytes = Buffer.from(text);
    for (let at = 1; at < bytes.length; at += 1) {
      async function* stream(): AsyncGenerator<Buffer> {
        yield bytes.subarray(0, at);
        yield bytes.subarray(at);
      }
      const frames: { event: string; data: string }[] = [];
      for await (const frame of eventFrames(stream())) frames.push(frame);
      expect(frames).toEqual([
        { event: 'security', data: '{"a":\n1}' },
        { event: 'message', data: '脆弱' },
      ]);
    }
  });

  it('never grow without end', async () => {
    expect(await framesOf(['data: ', 'x'.repeat(2 * 1024 * 1024), '\n\ndata: y\n\n'])).toEqual([
      { event: 'message', data: 'y' },
    ]);
  });
});

const words = (en: string) => ({ en, ja: en });
const event = (rule: string, changes: Partial<SecurityEvent> = {}): SecurityEvent => ({
  ...{ id: `n-1:boot:security:1`, cluster: 'local', tenant: 'default', node: 'n-1', bootId: 'boot' },
  ...{ stream: 'security', sequence: 1, bootUs: 1, occurredAtMs: 1001, severity: 'low', attack: ['T1059'] },
  workload: { workload: 'w-1', kind: 'Container', namespace: 'shop', name: 'web' },
  owasp: { 2022: ['K05'], 2025: ['K10'] },
  aggregation: { count: 1, firstAtMs: 1, lastAtMs: 1 },
  ...{ kind: 'security', rule, title: words('A shell'), message: words('bash in web'), source: 'sensor' },
  decision: { verdict: 'alert', reasons: [], nearest: [], enforcementPoint: 'agent', elapsedUs: 1 },
  ...{ connections: [], files: ['/etc/shadow'], fix: words('stop it') },
  ...changes,
});

const WORKER: Node = {
  ...{ id: 'n-2', cluster: 'local', tenant: 'default', name: 'worker-3', state: 'ready', conditions: [] },
  ...{ agentVersion: '0.1.0', bootId: 'boot', kernel: '6.12.0', distribution: 'debian 12', cpuCount: 2 },
  ...{ architecture: 'x86_64', memoryBytes: 1024, cgroupMode: 'v2', levels: [], runtimes: [] },
  sensor: {
    ...{ state: 'running', programs: [], eventsTotal: 0, lostInKernelTotal: 0, shedTotal: 0 },
    malformedTotal: 0,
  },
  uplink: { state: 'connected', bufferedRecords: 0, bufferedBytes: 0, shedTotal: 0, acknowledgedTotal: 0 },
  ...{ firstSeenAtMs: 1, lastSeenAtMs: 1 },
};

describe('event list --follow', () => {
  let folder = '';
  let server: Server;
  let frames = '';
  let asked = 0;
  const frameOf = (name: string, data: unknown): string =>
    `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-follow-'));
    const validity = { nowMs: Date.now(), lifetimeMs: 3_600_000 };
    const authority = await issueAuthority('test', validity);
    const leaf = await issueServer(authority, ['127.0.0.1'], validity);
    writeFileSync(join(folder, 'ca.pem'), authority.certificatePem);
    server = createServer({ key: leaf.keyPem, cert: leaf.certificatePem }, (request, response) => {
      asked += 1;
      if (request.url?.startsWith('/api/v1/nodes') === true) {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ items: [WORKER], asOfMs: 1 }));
        return;
      }
      response.setHeader('content-type', 'text/event-stream');
      response.end(frames);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    asked = 0;
    frames = [
      frameOf('security', event('runtime.quiet')),
      frameOf('security', event('runtime.loud', { severity: 'critical', node: 'n-2' })),
    ].join('');
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const follow = (flags: readonly string[], language: 'en' | 'ja' = 'en') => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const env = {
      BARTIZAN_SERVER: `https://127.0.0.1:${port}`,
      BARTIZAN_TOKEN: 'token',
      BARTIZAN_CA_FILE: join(folder, 'ca.pem'),
    };
    return runCommand(['event', 'list', '--follow', ...flags], { env, language });
  };
  const rulesOf = async (filter: string): Promise<string[]> =>
    (await follow(['-o', 'json', '--filter', filter])).stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as SecurityEvent).rule);

  it.each([
    ['', ['runtime.quiet', 'runtime.loud']],
    ['severity:critical', ['runtime.loud']],
    ['-severity:critical', ['runtime.quiet']],
    ['namespace:shop node:n-2', ['runtime.loud']],
    ['node:worker-*', ['runtime.loud']],
    ['-node:worker-3', ['runtime.quiet']],
    ['namespace:other', []],
    ['owasp:K05,K09 attack:T1059 file:*shadow', ['runtime.quiet', 'runtime.loud']],
    ['owasp:2025:K05', []],
    ['owasp:2025:K10 verdict:alert rule:runtime.*', ['runtime.quiet', 'runtime.loud']],
    ['loud', ['runtime.loud']],
  ])('shows what the filter %j chooses, and nothing else', async (filter, expected) => {
    expect(await rulesOf(filter)).toEqual(expected);
  });

  it('refuses a field that the list does not have, before it waits', async () => {
    const ended = await follow(['--filter', 'severty:critical']);
    expect([ended.exitCode, ended.stderr.includes('E_FILTER'), asked]).toEqual([2, true, 0]);
  });

  it.each([
    ['--sort', 'severity'],
    ['--limit', '5'],
    ['-o', 'csv'],
    ['-o', 'yaml'],
  ])('refuses %s %s: what has no end has no order, no first few and no table of values', async (...flags) => {
    for (const language of ['en', 'ja'] as const) {
      const ended = await follow(flags, language);
      expect([ended.exitCode, ended.stdout, asked]).toEqual([2, '', 0]);
      expect(ended.stderr).toContain('--follow');
    }
  });

  it.each([
    ['en', 'dropped', 7, 'too slowly'],
    ['ja', 'dropped', 7, '読み取りが追いつかない'],
    ['en', 'ended', 4, 'login has ended'],
    ['ja', 'ended', 4, 'ログインが無効'],
  ] as const)('says in %s why the server ended it: %s', async (language, name, code, said) => {
    frames += frameOf(name, { reason: 'x' });
    const ended = await follow([], language);
    expect([ended.exitCode, ended.stderr.includes(said)]).toEqual([code, true]);
    expect(ended.stdout).toContain('runtime.loud');
  });
});
