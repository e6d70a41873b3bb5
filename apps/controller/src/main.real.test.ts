// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-main-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const options = (changes: object = {}) => ({
  instance: 'main-test',
  dataDir: join(folder, 'data'),
  host: '127.0.0.1',
  port: 0,
  agentHost: '127.0.0.1',
  agentPort: 0,
  consoleDir: '',
  contentDir: join(ROOT, 'content'),
  dataKey: randomBytes(32).toString('base64'),
  localRootToken: `bzl_${'x'.repeat(43)}`,
  bootstrapAdminPassword: 'a-secret-one-time-word',
  logLevel: 'debug',
  ...changes,
});

/** Starts the program; resolves with its first line, and a way to end it. */
function start(input: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], { stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<number | null>((done) => {
    child.on('close', done);
  });
  const first = new Promise<Record<string, unknown>>((done) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes('\n')) done(JSON.parse(stdout.split('\n')[0] ?? ''));
    });
  });
  child.stdin.end(input);
  return {
    first,
    end: async (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
  };
}

describe('the program', { timeout: 60_000 }, () => {
  it('says in one line that it is ready, logs no secret, and ends in order', async () => {
    const given = options();
    const running = start(JSON.stringify(given));
    expect(await running.first).toMatchObject({
      ready: true,
      port: expect.any(Number),
      agentPort: expect.any(Number),
      fingerprint: expect.stringMatching(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/u),
      caSha256: expect.stringMatching(/^[0-9a-f]{64}$/u),
    });
    expect(await running.end()).toBe(0);
    expect(running.stdout().trim().split('\n')).toHaveLength(1);
    for (const line of running.stderr().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    for (const secret of [given.localRootToken, given.dataKey, given.bootstrapAdminPassword])
      expect(running.stderr()).not.toContain(secret);
  });

  it('keeps its certificate and authority over a start', async () => {
    const given = options();
    const facts = async () => {
      const running = start(JSON.stringify(given));
      const { fingerprint, caSha256 } = await running.first;
      await running.end('SIGINT');
      return { fingerprint, caSha256 };
    };
    expect(await facts()).toEqual(await facts());
  });

  // Six starts, each with the time that one has above.
  it('says with a code why it cannot start', { timeout: 6 * 60_000 }, async () => {
    const blocker = createServer();
    await new Promise<void>((done) => blocker.listen(0, '127.0.0.1', done));
    const address: AddressInfo | string | null = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const cases: readonly (readonly [string, string])[] = [
      [JSON.stringify(options({ port })), 'E_PORT_TAKEN'],
      [JSON.stringify(options({ agentPort: port, dataDir: join(folder, 'two') })), 'E_PORT_TAKEN'],
      [JSON.stringify(options({ dataKey: 'c2hvcnQ=' })), 'E_KEY_MISSING'],
      [JSON.stringify(options({ contentDir: '/nonexistent' })), 'E_CONTENT'],
      ['{', 'E_BODY_INVALID'],
      [JSON.stringify({ ...options(), surprise: 1 }), 'E_BODY_INVALID'],
    ];
    for (const [input, code] of cases) {
      const running = start(input);
      expect(await running.first).toMatchObject({ ready: false, code });
      expect(await running.ended).toBe(1);
    }
    blocker.close();
  });
});
