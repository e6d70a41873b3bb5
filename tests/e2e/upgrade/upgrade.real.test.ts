// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readRecord, readStatus } from '@bartizan/cli';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryFiles } from '../../architecture/repository.ts';
import { CHECKOUT, eventually, Product } from '../first-run/product.ts';
import { type Ended, must, run } from '../first-run/run.ts';

const TAG = `bzup${process.pid % 10_000}`;
const PASSPHRASE = 'a passphrase of the test';
const product = new Product(TAG, { BARTIZAN_PASSPHRASE: PASSPHRASE });
const other = new Product(`${TAG}b`, { BARTIZAN_PASSPHRASE: PASSPHRASE });
let folder = '';
let copy = '';

/** The launcher of the copied checkout, which stands for newer code. */
const newer = (...words: string[]): Promise<Ended> =>
  run(join(copy, 'bartizan'), words, {
    cwd: copy,
    env: { ...product.env, BARTIZAN_DEPENDENCIES: 'as-is' },
    timeoutMs: 600_000,
  });

/** Installed packages. Caches beside them begin with a dot, and tests that run meanwhile write to those. */
const isInstalled = (name: string): boolean => !name.startsWith('.') || name === '.store' || name === '.bin';

/**
 * Links what a checkout is made of, its own files and the installed packages, into an empty folder. Results, caches and
 * built consoles stay out: they come and go while other tests run, and `up` makes its release of none of them.
 */
function linkCheckout(target: string): void {
  mkdirSync(target);
  const files = repositoryFiles(CHECKOUT);
  const folders = new Set([
    '.',
    ...files.filter((path) => path.endsWith('/package.json')).map((path) => dirname(path)),
  ]);
  const packages = [...folders]
    .map((folder) => join(folder, 'node_modules'))
    .filter((folder) => existsSync(join(CHECKOUT, folder)))
    .flatMap((folder) =>
      readdirSync(join(CHECKOUT, folder))
        .filter(isInstalled)
        .map((name) => join(folder, name)),
    );
  must('cp', ['-al', '--parents', '-t', target, '--', ...files, ...packages], { cwd: CHECKOUT });
}

/** Replaces a file of the copy; its hard link to the real checkout is cut first. */
function change(path: string, edit: (text: string) => string): void {
  const text = readFileSync(join(CHECKOUT, path), 'utf8');
  rmSync(join(copy, path));
  writeFileSync(join(copy, path), edit(text));
}

const UP = ['up', '--yes', '--port', '0', '--no-agent'];

async function auditActions(): Promise<string[]> {
  const list = await product.command('audit', 'list', '-o', 'json', '--limit', '500');
  if (list.code !== 0) throw new Error(list.stderr);
  const records: { action: string }[] = JSON.parse(list.stdout);
  return records.map((record) => record.action);
}

describe.runIf(process.getuid?.() === 0)('upgrade, backup and keys', { timeout: 600_000 }, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), `${TAG}-`));
    copy = join(folder, 'checkout');
    linkCheckout(copy);
    const up = await product.command(...UP);
    if (up.code !== 0) throw new Error(up.stderr);
    expect((await product.command('node', 'token')).code).toBe(0);
  }, 600_000);

  afterAll(async () => {
    await product.close();
    await other.close();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it('runs newer code with the data as it was', async () => {
    const before = readRecord(product.paths);
    change('apps/cli/src/index.ts', (text) => `${text}\n`);
    const up = await newer(...UP);
    expect([up.code, up.stdout.includes('upgraded')]).toEqual([0, true]);
    const after = readRecord(product.paths);
    expect(before.ok && after.ok && after.value.previousRelease === before.value.release).toBe(true);
    expect(await auditActions()).toContain('join-token.create');
    expect(readdirSync(product.paths.releases)).toHaveLength(2);
    expect(readdirSync(product.paths.backups).filter((name) => name.startsWith('upgrade-'))).toHaveLength(1);
  });

  it('goes back to the release and the data before when newer code does not start', async () => {
    const before = readRecord(product.paths);
    change(
      'apps/controller/src/main.ts',
      () =>
        'process.stdout.write(\'{"ready":false,"code":"E_STORE_MIGRATION","detail":"step 7"}\\n\');\nprocess.exit(1);\n',
    );
    const up = await newer(...UP);
    expect(up.code).toBe(1);
    expect(up.stderr).toContain('E_UPGRADE_ROLLED_BACK');
    expect(up.stderr).toContain('E_STORE_MIGRATION');
    expect(readRecord(product.paths)).toEqual(before);
    expect(readStatus(product.paths)?.controller.state).toBe('running');
    expect(await auditActions()).toContain('join-token.create');
    expect((await product.command('audit', 'verify')).code).toBe(0);
  });

  it('goes back as well when Ctrl-C ends the wait for newer code that hangs', async () => {
    const before = readRecord(product.paths);
    change('apps/controller/src/main.ts', () => 'setInterval(() => undefined, 1000);\n');
    const child = spawn(join(copy, 'bartizan'), UP, {
      cwd: copy,
      env: { ...process.env, ...product.env, BARTIZAN_DEPENDENCIES: 'as-is' },
      detached: true,
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    await eventually(
      'the newer release',
      async () => {
        const record = readRecord(product.paths);
        return record.ok && before.ok && record.value.release !== before.value.release ? true : undefined;
      },
      300_000,
    );
    process.kill(-(child.pid ?? 0), 'SIGINT');
    const [code] = await ended;
    expect([1, 130]).toContain(code);
    expect(readRecord(product.paths)).toEqual(before);
    expect(readStatus(product.paths)?.controller.state).toBe('running');
    expect(await auditActions()).toContain('join-token.create');
  });

  it('restores a backup on an empty machine; a wrong passphrase changes nothing', async () => {
    const file = join(folder, 'x.backup');
    expect((await product.command('backup', file)).code).toBe(0);
    expect((await product.command('backup', file)).code).toBe(6);
    const up = await other.command(...UP);
    expect([up.code, up.stderr]).toEqual([0, up.stderr]);
    const password = join(other.paths.etc, 'one-time-password');
    expect(existsSync(password)).toBe(true);
    const wrong = await run(join(CHECKOUT, 'bartizan'), ['restore', file], {
      env: { ...other.env, BARTIZAN_PASSPHRASE: 'quite another passphrase' },
    });
    expect([wrong.code, wrong.stderr.includes('E_BACKUP_PASSPHRASE')]).toEqual([1, true]);
    const restored = await other.command('restore', file);
    expect([restored.code, restored.stderr.includes('E_')]).toEqual([0, false]);
    expect(existsSync(password)).toBe(false);
    const list = await other.command('audit', 'list', '-o', 'json', '--limit', '500');
    expect(list.stdout).toContain('join-token.create');
    expect(list.stdout).toContain('backup.restore');
    expect((await other.command('audit', 'verify')).code).toBe(0);
  });

  it('seals everything with a new key, and the old one is gone', async () => {
    const key = join(product.paths.etc, 'data.key');
    const old = readFileSync(key, 'utf8');
    const rotated = await product.command('key', 'rotate');
    expect([rotated.code, rotated.stderr.includes('E_')]).toEqual([0, false]);
    expect(readFileSync(key, 'utf8')).not.toBe(old);
    expect(existsSync(`${key}.next`)).toBe(false);
    expect(await auditActions()).toContain('key.rotate');
    expect((await product.command('audit', 'verify')).code).toBe(0);
  });

  it('starts with the new key when a rotation was cut off after it was committed', async () => {
    const { etc, controller, releases } = product.paths;
    const [key, next] = [join(etc, 'data.key'), join(etc, 'data.key.next')];
    const record = readRecord(product.paths);
    if (!record.ok) throw new Error(record.error.detail);
    expect((await product.command('down')).code).toBe(0);
    const newDataKey = randomBytes(32).toString('base64');
    writeFileSync(next, `${newDataKey}\n`, { mode: 0o600 });
    const program = join(releases, record.value.release, 'apps/controller/src/maintenance.js');
    const dataKey = readFileSync(key, 'utf8').trim();
    const user = [`--reuid=${record.value.user}`, `--regid=${record.value.user}`, '--clear-groups'];
    const rotated = await run('setpriv', [...user, record.value.node, program], {
      input: JSON.stringify({ operation: 'rotate-key', dataDir: controller, dataKey, newDataKey }),
    });
    expect([rotated.code, rotated.stderr]).toEqual([0, '']);
    const up = await product.command(...UP);
    expect([up.code, up.stderr]).toEqual([0, up.stderr]);
    expect([readFileSync(key, 'utf8').trim(), existsSync(next)]).toEqual([newDataKey, false]);
    expect((await product.command('audit', 'verify')).code).toBe(0);
  });

  it('runs again after Ctrl-C in the middle of a rotation', async () => {
    const next = join(product.paths.etc, 'data.key.next');
    // A group of its own, as a shell gives a command on a terminal: all of it gets the signal.
    const child = spawn(join(CHECKOUT, 'bartizan'), ['key', 'rotate'], {
      env: { ...process.env, ...product.env },
      detached: true,
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    await eventually('the key that waits', async () => (existsSync(next) ? true : undefined), 60_000, 5);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    const [code] = await ended;
    expect([0, 130]).toContain(code);
    await eventually('the controller', async () =>
      readStatus(product.paths)?.controller.state === 'running' ? true : undefined,
    );
    expect(existsSync(next)).toBe(false);
    expect((await product.command('audit', 'verify')).code).toBe(0);
  });

  it('resets a lost password as root, and leaves a record', async () => {
    const reset = await product.command('admin', 'reset-password');
    expect([reset.code, reset.stdout.trim().length >= 12]).toEqual([0, true]);
    expect(await auditActions()).toContain('user.reset-password');
  });

  it('keeps every secret out of logs, data and support bundle', async () => {
    const end = await product.command('doctor', '--folder', folder);
    const bundle = end.stdout.trim();
    must('mkdir', ['-p', join(folder, 'bundle')]);
    must('tar', ['-xzf', bundle, '-C', join(folder, 'bundle')]);
    for (const name of ['data.key', 'local-root.token']) {
      const secret = readFileSync(join(product.paths.etc, name), 'utf8').trim();
      const found = await run('grep', ['-rlF', '--', secret, product.paths.state, join(folder, 'bundle')]);
      expect([name, found.stdout]).toEqual([name, '']);
    }
  });
});
