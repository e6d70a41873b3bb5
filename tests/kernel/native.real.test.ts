// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { readLevels } from '@bartizan/host/sensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtSensor } from './built-sensor.ts';
import { EXPECTED_PATHS, tryPaths, watchedIn } from './path-tries.ts';
import { until, type Watching, watch } from './watching.ts';

const folder = mkdtempSync('/tmp/bartizan-kernel-');
let seen: Watching;

beforeAll(async () => {
  seen = await watch([{ path: `${folder}/watched/`, access: 'both' }]);
}, 300_000);

afterAll(async () => {
  await seen?.sensor.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The control group that the sensor keys by, from /proc. */
function ownCgroupId(): string {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').split('\n');
  const line =
    lines.find((row) => /^\d+:([^:]*,)?memory(,[^:]*)?:/.test(row)) ??
    lines.find((row) => row.startsWith('0::'));
  const path = line?.split(':').slice(2).join(':') ?? '/';
  const root = line?.startsWith('0::')
    ? existsSync('/sys/fs/cgroup/unified')
      ? '/sys/fs/cgroup/unified'
      : '/sys/fs/cgroup'
    : '/sys/fs/cgroup/memory';
  return String(statSync(join(root, path)).ino);
}

describe('the sensor on the kernel of this machine', { timeout: 120_000 }, () => {
  it('tells which programs the kernel refused, each with a reason', () => {
    const { programs } = seen.sensor.stats();
    expect(programs.filter((program) => program.loaded).map((program) => program.name)).toEqual(
      expect.arrayContaining([
        'on_exec',
        'on_fork',
        'on_exit',
        'on_existing',
        'on_socket_state',
        'on_cgroup_mkdir',
      ]),
    );
    for (const program of programs) expect(program.loaded || program.reason.length > 5).toBe(true);
  });

  it('keeps only the capabilities to read /proc', () => {
    const status = readFileSync(`/proc/${seen.sensor.stats().pid}/status`, 'utf8');
    // CAP_DAC_READ_SEARCH (2) and CAP_SYS_PTRACE (19).
    expect(/CapEff:\s*([0-9a-f]+)/.exec(status)?.[1]).toBe('0000000000080004');
    expect(/NoNewPrivs:\s*(\d)/.exec(status)?.[1]).toBe('1');
  });

  it('tells this process as one that ran before', () => {
    const own = seen.all('existing').find((event) => event.process.pid === process.pid);
    expect(own?.process.executable).toBe(process.execPath);
    expect(own?.process.cgroupId).toBe(ownCgroupId());
  });

  it('sees exec, fork and exit of a program, with redacted arguments and its place in the tree', async () => {
    const mark = `mark-${process.pid}`;
    const shell = spawnSync('/bin/sh', ['-c', `/bin/echo ${mark} --password hunter2; exit 3`], {
      cwd: folder,
    });
    const exec = await seen.find(
      'exec',
      (event) => event.process.executable.endsWith('/echo') && event.process.arguments.includes(mark),
    );
    expect(exec.process).toMatchObject({
      parentPid: shell.pid,
      arguments: ['/bin/echo', mark, '--password', '[redacted]'],
      argumentsRedacted: true,
      cwd: folder,
      cgroupId: ownCgroupId(),
      inContainer: false,
      fileless: false,
      known: true,
    });
    expect(exec.ancestors.slice(0, 2).map((ancestor) => ancestor.pid)).toEqual([shell.pid, process.pid]);
    const fork = await seen.find('fork', (event) => event.process.pid === exec.process.pid);
    expect(fork.process.startBootUs).toBe(exec.process.startBootUs);
    const exit = await seen.find('exit', (event) => event.process.pid === shell.pid);
    expect(exit).toMatchObject({ status: 3, signal: 0 });
    expect(JSON.stringify(seen.events)).not.toContain('hunter2');
  });

  it('tells a sibling made with CLONE_PARENT as the program that made it', async () => {
    // The shell is the parent of both. Nobody may wait for a sibling: the pipe tells its end.
    const code = [
      'import ctypes, os, signal',
      'end, held = os.pipe()',
      'if ctypes.CDLL(None).syscall(56, 0x8000 | signal.SIGCHLD, 0, 0, 0, 0) == 0: os._exit(7)',
      'os.close(held)',
      'os.read(end, 1)',
    ].join('\n');
    const shell = spawnSync('/bin/sh', ['-c', '/usr/bin/python3 -c "$1"; :', 'sh', code]);
    const exit = await seen.find(
      'exit',
      (event) => event.status === 7 && event.process.parentPid === shell.pid,
    );
    const fork = await seen.find('fork', (event) => event.process.pid === exit.process.pid);
    const maker = await seen.find(
      'exec',
      (event) => event.process.parentPid === shell.pid && event.process.arguments.includes(code),
    );
    expect(fork.process.pid).not.toBe(maker.process.pid);
    for (const { process } of [fork, exit]) {
      expect(process).toMatchObject({ parentPid: shell.pid, executable: maker.process.executable });
      expect(process.arguments).toEqual(maker.process.arguments);
    }
    expect(maker.process.executable).toContain('python');
  });

  it('sees connect, accept, listen and close over loopback with addresses and bytes', async () => {
    const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const client = connect(port, '127.0.0.1');
    client.resume().write('abc');
    await new Promise((resolve) => client.once('close', resolve));
    server.close();
    const made = await seen.find('connect', (event) => event.remotePort === port);
    expect(made).toMatchObject({
      remoteAddress: '127.0.0.1',
      family: 4,
      protocol: 'tcp',
      state: 'established',
    });
    const taken = await seen.find('accept', (event) => event.localPort === port);
    expect(taken.remotePort).toBe(made.localPort);
    await seen.find('listen', (event) => event.localPort === port);
    const ended = await seen.find('close', (event) => event.socketId === made.socketId);
    expect([ended.bytesSent, ended.bytesReceived]).toEqual([3, 5]);
    for (const event of [made, taken, ended]) {
      expect(event.process).toMatchObject({ pid: process.pid, known: true, cgroupId: ownCgroupId() });
    }
  });

  it('tells a refused connection with its error number', async () => {
    const client = connect(1, '127.0.0.1');
    await new Promise((resolve) => client.once('error', resolve));
    const failed = await seen.find('connect', (event) => event.remotePort === 1);
    expect(failed).toMatchObject({ error: 111, state: 'closed', process: { pid: process.pid } });
  });

  it('sees opens of watched paths only, through links, with read and write told apart', async () => {
    mkdirSync(join(folder, 'watched/deep'), { recursive: true });
    mkdirSync(join(folder, 'other/watched-not'), { recursive: true });
    writeFileSync(join(folder, 'other/x'), 'x');
    writeFileSync(join(folder, 'watched/deep/secret'), 'x');
    execFileSync('/bin/ln', ['-s', join(folder, 'watched/deep/secret'), join(folder, 'link')]);
    readFileSync(join(folder, 'link'));
    const path = join(folder, 'watched/deep/secret');
    const read = await seen.find('open', (event) => event.read);
    expect(read).toMatchObject({ path, write: false, process: { pid: process.pid } });
    expect(await seen.find('open', (event) => event.write)).toMatchObject({ path, read: false });
    expect(new Set(seen.all('open').map((event) => event.path))).toEqual(new Set([path]));
  });

  it('replaces watched paths and refuses those it cannot hold, keeping what was', async () => {
    const refused = await seen.sensor.setWatchedPaths([{ path: 'relative', access: 'read' }]);
    expect(refused.ok ? '' : refused.error.detail).toContain('not absolute');
    expect((await seen.sensor.setWatchedPaths([{ path: `${folder}/other/x`, access: 'read' }])).ok).toBe(
      true,
    );
    readFileSync(join(folder, 'other/x'));
    await seen.find('open', (event) => event.path.endsWith('/other/x'));
  });

  it('sees a change of user and capabilities with what was before', async () => {
    execFileSync('/usr/bin/setpriv', ['--reuid=12345', '--clear-groups', '/bin/true']);
    const changed = await seen.find(
      'credentials',
      (event) => event.after.uid === 12_345 && event.before.uid === 0,
    );
    expect(changed.before).toMatchObject({ uid: 0, euid: 0 });
    expect(changed.after).toMatchObject({ euid: 12_345, capsEffective: '0000000000000000' });
    expect(changed.process.executable).toBe('/usr/bin/setpriv');
  });

  it('sees a program without a file', async () => {
    const code =
      'import os; f=os.memfd_create("ghost"); os.write(f, open("/bin/true","rb").read()); os.execv(f"/proc/self/fd/{f}", ["ghost"])';
    if (spawnSync('/usr/bin/python3', ['-c', code]).status !== 0) throw new Error('python3 did not run');
    const ghost = await seen.find('exec', (event) => event.process.executable === 'memfd:ghost');
    expect(ghost.process).toMatchObject({ fileless: true, filesystem: 'tmpfs' });
  });

  it('tells paths from the root of the mount namespace, whatever a process calls them', async () => {
    const place = mkdtempSync('/tmp/bartizan-paths-');
    const watching = await watch(watchedIn(place));
    try {
      expect(await tryPaths(watching, place)).toEqual(EXPECTED_PATHS);
    } finally {
      await watching.sensor.stop();
      rmSync(place, { recursive: true, force: true });
    }
  });

  it('tells control groups when they come and go', async () => {
    const root = existsSync('/sys/fs/cgroup/memory') ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
    const path = `/bartizan-test-${process.pid}`;
    mkdirSync(root + path);
    const id = String(statSync(root + path).ino);
    rmdirSync(root + path);
    const made = await seen.find('cgroup-created', (event) => event.id === id);
    expect(made).toMatchObject({ path, process: { pid: process.pid } });
    await seen.find('cgroup-removed', (event) => event.id === id);
  });

  it('reports every level with the reason found by trying', async () => {
    const levels = await readLevels(builtSensor());
    if (!levels.ok) throw new Error(levels.error.detail);
    expect(levels.value.map((row) => row.action)).toEqual(
      expect.arrayContaining(['exec', 'open-read', 'connect']),
    );
    expect(levels.value.find((row) => row.action === 'exec')?.reason).toMatchObject({
      en: expect.stringContaining('self-test'),
      ja: expect.stringContaining('自己試験'),
    });
    for (const { reason } of levels.value)
      expect(reason).toMatchObject({ ja: expect.stringMatching(/[ぁ-んァ-ヶ]/) });
  });

  it('loses none of 5,000 execs, or counts those it lost', async () => {
    const before = seen.sensor.stats().lastHeartbeat?.kernelDropped ?? 0;
    const script = 'i=0; while [ $i -lt 5000 ]; do /bin/true; i=$((i+1)); done';
    // Not waited for in one piece: whoever reads nothing for as long as this takes is told less.
    const shell = spawn('/bin/sh', ['-c', script], { stdio: 'ignore' });
    expect(await once(shell, 'exit')).toEqual([0, null]);
    const count = (): number =>
      seen.all('exec').filter((event) => event.process.parentPid === shell.pid).length;
    const dropped = (): number => (seen.sensor.stats().lastHeartbeat?.kernelDropped ?? 0) - before;
    await until(() => count() + dropped() >= 5000, 'all execs to be seen or counted as lost', 60_000);
    console.log(`5,000 execs: ${count()} seen, ${dropped()} counted as lost`);
    expect(count()).toBe(5000 - dropped());
    expect(seen.sensor.stats()).toMatchObject({ missing: 0, malformedFrames: 0 });
  });

  it('comes back by itself after it is killed', async () => {
    const first = seen.sensor.stats().pid ?? 0;
    process.kill(first, 'SIGKILL');
    await until(() => seen.sensor.stats().restarts === 1 && seen.sensor.stats().snapshotDone, 'the restart');
    expect(seen.sensor.stats().pid).not.toBe(first);
    expect(seen.sensor.stats().lastFailure?.code).toBe('E_SENSOR_EXIT');
    execFileSync('/bin/echo', [`again-${process.pid}`]);
    await seen.find('exec', (event) => event.process.arguments.includes(`again-${process.pid}`));
  });
});
