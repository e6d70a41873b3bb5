// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readBounded } from './bounded-read.ts';
import { nodeIdOf, readMachine } from './machine.ts';
import { openProcfs } from './procfs.ts';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-procfs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('procfs of this machine', () => {
  const procfs = openProcfs();

  it('describes this process', () => {
    expect(procfs.pids()).toContain(process.pid);
    expect(procfs.stat(process.pid)).toMatchObject({
      ok: true,
      value: { pid: process.pid, parentPid: process.ppid },
    });
    expect(procfs.status(process.pid)).toMatchObject({ ok: true, value: { euid: process.geteuid?.() } });
    expect(procfs.namespace(process.pid, 'network')).toMatchObject({ ok: true });
    expect(procfs.executable(process.pid)).toEqual({ ok: true, value: process.execPath });
  });

  it('says that a process is gone when it ended, for everything that can be read', async () => {
    const child = spawn('true');
    const pid = child.pid ?? 0;
    await new Promise((resolve) => child.on('close', resolve));
    for (const read of [
      procfs.stat,
      procfs.status,
      procfs.cgroup,
      procfs.commandLine,
      procfs.executable,
      procfs.cwd,
      procfs.mounts,
      procfs.rootIdentity,
      procfs.environmentSecrets,
      procfs.addresses,
      procfs.sockets,
    ]) {
      expect(read(pid)).toMatchObject({ ok: false, error: { kind: 'gone' } });
    }
    expect(procfs.socketInodes(pid, 10)).toMatchObject({ ok: false, error: { kind: 'gone' } });
  });

  it('says malformed for content that is not of the form', () => {
    mkdirSync(join(folder, '7'));
    writeFileSync(join(folder, '7/stat'), 'nonsense');
    writeFileSync(join(folder, '7/status'), '');
    const broken = openProcfs(folder);
    expect(broken.pids()).toEqual([7]);
    expect(broken.stat(7)).toMatchObject({ ok: false, error: { kind: 'malformed' } });
    expect(broken.status(7)).toMatchObject({ ok: false, error: { kind: 'malformed' } });
  });
});

describe('bounded reading', () => {
  it('refuses a longer file, or cuts it where that is asked for', () => {
    const path = join(folder, 'long');
    writeFileSync(path, 'x'.repeat(100_000));
    expect(readBounded(path, 1000)).toMatchObject({ ok: false, error: { kind: 'too-large' } });
    const cut = readBounded(path, 70_000, true);
    expect(cut.ok && cut.value.length).toBe(70_000);
    expect(readBounded(join(folder, 'none'), 10)).toMatchObject({ ok: false, error: { kind: 'gone' } });
  });

  it('does not wait at a pipe, and takes neither that nor a device for a file', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // A read that waits would hold this process for ever: another one makes it, and is ended.
    const code = `import { readText } from ${JSON.stringify(join(import.meta.dirname, 'bounded-read.ts'))};
      process.stdout.write(JSON.stringify([readText(${JSON.stringify(pipe)}, 10), readText('/dev/zero', 10, true)]));`;
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', code], { timeout: 10_000 });
    expect(JSON.parse(told.toString())).toEqual([
      { ok: false, error: { kind: 'failed', path: pipe } },
      { ok: false, error: { kind: 'failed', path: '/dev/zero' } },
    ]);
  });

  it.each([0, 1, 65_535, 65_536, 65_537, 131_072, 131_073])('gives all of %i bytes, and no more', (size) => {
    const path = join(folder, 'sized');
    const bytes = Buffer.alloc(size, 'abcdefg');
    writeFileSync(path, bytes);
    const read = readBounded(path, size);
    expect(read.ok && read.value.equals(bytes)).toBe(true);
    expect(readBounded(path, size + 1)).toMatchObject({ ok: true });
    if (size > 0)
      expect(readBounded(path, size - 1)).toMatchObject({ ok: false, error: { kind: 'too-large' } });
  });

  it('gives bytes that the next reading leaves as they are', () => {
    writeFileSync(join(folder, 'one'), 'first');
    writeFileSync(join(folder, 'two'), 'other');
    const first = readBounded(join(folder, 'one'), 100);
    readBounded(join(folder, 'two'), 100);
    expect(first.ok && first.value.toString()).toBe('first');
  });
});

describe('the machine', () => {
  it('is described from its own files', () => {
    mkdirSync(join(folder, 'root/etc'), { recursive: true });
    writeFileSync(
      join(folder, 'root/etc/os-release'),
      'ID=testos\nVERSION_ID="7"\nPRETTY_NAME="Test OS 7"\n',
    );
    const machine = readMachine(join(folder, 'root'));
    expect(machine).toMatchObject({ distribution: 'testos 7', distributionName: 'Test OS 7' });
    expect(machine.cpuCount).toBeGreaterThan(0);
    expect(machine.memoryBytes).toBeGreaterThan(1_000_000);
    expect(machine.bootId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('has one id per instance, the same each time, and one without a machine id', () => {
    writeFileSync(join(folder, 'root/etc/machine-id'), 'abc\n');
    const root = join(folder, 'root');
    expect(nodeIdOf('main', root)).toBe(nodeIdOf('main', root));
    expect(nodeIdOf('main', root)).not.toBe(nodeIdOf('other', root));
    expect(nodeIdOf('main', '/nonexistent', 'host-a')).not.toBe(nodeIdOf('main', '/nonexistent', 'host-b'));
    expect(nodeIdOf('main', root)).toMatch(/^n-[0-9a-f]{16}$/);
  });
});
