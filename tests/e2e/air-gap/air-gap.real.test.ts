// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CLI = resolve(import.meta.dirname, '../../../apps/cli/src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'bartizan-air-gap-'));
/** Two machines: one that builds packs, and one in a network namespace without any route. */
const connected = join(folder, 'connected');
const isolated = join(folder, 'isolated');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (where: string, args: readonly string[]): Run => {
  const node = [process.execPath, CLI, '--lang', 'en', ...args];
  const command = where === isolated ? ['unshare', process.getuid?.() === 0 ? '-n' : '-rn', ...node] : node;
  const { status, stdout, stderr } = spawnSync(command[0] ?? '', command.slice(1), {
    cwd: where,
    encoding: 'utf8',
    env: { ...process.env, BARTIZAN_INSTANCE: 'air-gap' },
    timeout: 60_000,
  });
  return { status, stdout, stderr };
};
const json = (where: string, args: readonly string[]): Record<string, unknown> => {
  const { status, stdout, stderr } = run(where, [...args, '-o', 'json']);
  if (stdout === '') throw new Error(`${args.join(' ')}: ${status} ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
};
const carry = (file: string): void => copyFileSync(join(connected, file), join(isolated, file));

/** Made-up advisories about `left-pad`: nothing in them is a real flaw. */
const writeFeeds = (ids: readonly string[]): void => {
  const feeds = join(connected, 'feeds');
  mkdirSync(feeds, { recursive: true });
  const lines = ids.map((id) =>
    JSON.stringify({
      id,
      ecosystem: 'npm',
      package: 'left-pad',
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.3.1' }] }],
      source: 'made up',
    }),
  );
  writeFileSync(join(feeds, 'npm.jsonl'), `${lines.join('\n')}\n`);
};

const scanned = (): unknown[] => {
  const report = json(isolated, ['scan', 'dir', 'root', '--pack', 'advisories.pack']);
  return report['findings'] as unknown[];
};

describe('a site without a network', () => {
  let keyId = '';

  beforeAll(() => {
    mkdirSync(connected);
    mkdirSync(join(isolated, 'root/node_modules/left-pad'), { recursive: true });
    writeFileSync(
      join(isolated, 'root/node_modules/left-pad/package.json'),
      JSON.stringify({ name: 'left-pad', version: '1.3.0' }),
    );
    writeFeeds(['CVE-2026-90001']);
    json(connected, ['db', 'import', 'feeds', '--to', 'first.pack']);
    keyId = String(json(connected, ['db', 'key', 'site.key'])['id']);
    json(connected, ['db', 'export', 'first.bundle', '--pack', 'first.pack', '--key', 'site.key']);
    carry('first.bundle');
  }, 120_000);

  it('has no way out', () => {
    const probe = spawnSync('unshare', [process.getuid?.() === 0 ? '-n' : '-rn', 'cat', '/proc/net/route'], {
      encoding: 'utf8',
    });
    expect(probe.status).toBe(0);
    expect(probe.stdout.trim().split('\n')).toHaveLength(1);
  });

  it('keeps the signing key to its owner', () => {
    expect(statSync(join(connected, 'site.key')).mode & 0o777).toBe(0o600);
    expect(keyId).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes nothing from a key that nobody compared', { timeout: 60_000 }, () => {
    const refused = run(isolated, ['db', 'import', 'first.bundle', '--to', 'advisories.pack']);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`E_PACK_UNTRUSTED`);
    expect(refused.stderr).toContain(keyId);
  });

  it('takes the bundle once its key was compared, and finds with it', { timeout: 60_000 }, () => {
    const taken = json(isolated, [
      'db',
      'import',
      'first.bundle',
      '--to',
      'advisories.pack',
      '--trust',
      keyId,
    ]);
    expect(taken).toMatchObject({ rows: 1, signedBy: keyId, signer: 'site' });
    expect(scanned()).toMatchObject([{ vulnerability: { id: 'CVE-2026-90001' }, fixedVersion: '1.3.1' }]);
    expect(json(isolated, ['db', 'status', 'advisories.pack'])).toMatchObject({ header: { rows: 1 } });
  });

  it('follows by a delta, with a trust root of its own', { timeout: 120_000 }, () => {
    writeFeeds(['CVE-2026-90001', 'CVE-2026-90002']);
    json(connected, ['db', 'import', 'feeds', '--to', 'second.pack']);
    const changed = json(connected, ['db', 'diff', 'first.pack', 'second.pack']);
    expect(changed).toMatchObject({ changed: 1, packages: [{ ecosystem: 'npm', name: 'left-pad' }] });
    const since = ['--since', 'first.pack'];
    json(connected, ['db', 'export', 'step.delta', '--pack', 'second.pack', '--key', 'site.key', ...since]);
    carry('step.delta');
    const publicKey = json(connected, ['db', 'key', 'other.key']);
    expect(publicKey['id']).not.toBe(keyId);
    const take = ['db', 'import', 'step.delta', '--to', 'advisories.pack', '--trust', keyId];
    expect(json(isolated, take)).toMatchObject({ rows: 2, signedBy: keyId });
    expect(scanned()).toHaveLength(2);
  });

  it('refuses a bundle that was touched on the way, and goes on with what it has', {
    timeout: 60_000,
  }, () => {
    const bytes = readFileSync(join(isolated, 'first.bundle'));
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 40) ^ 1, bytes.length - 40);
    writeFileSync(join(isolated, 'touched.bundle'), bytes);
    const refused = run(isolated, [
      'db',
      'import',
      'touched.bundle',
      '--to',
      'advisories.pack',
      '--trust',
      keyId,
      '--force',
      '--allow-unsigned',
    ]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/E_PACK_(?:INVALID|SIGNATURE)/);
    expect(scanned()).toHaveLength(2);
  });
});
