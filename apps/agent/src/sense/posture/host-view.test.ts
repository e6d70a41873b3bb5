// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkloadRef } from '@bartizan/contracts';
import { openProcfs } from '@bartizan/host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostView, NO_VIEW } from './host-view.ts';
import { surveyPosture } from './survey.ts';

const SUBJECT: WorkloadRef = { workload: 'w-1', kind: 'Host', namespace: '', name: 'n' };
/** 0.0.0.0:2375 and 127.0.0.1:80, listening (proc_pid_net(5)). */
const LISTENS = [
  'sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '0: 00000000:0947 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1',
  '1: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1',
].join('\n');
const LOOSE_TMP = '36 24 8:2 / /tmp rw,relatime - ext4 /dev/sda2 rw\n';

let folder = '';
const proc = (): string => join(folder, 'proc');
const put = (path: string, content: string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
};

/** A process as procfs shows it: what it runs, and whose root, mounts and network it has. */
function runs(
  pid: number,
  words: readonly string[],
  of: { root: string; network: string; tcp?: string; mounts?: string; environ?: string; uid?: number },
): void {
  const at = join(proc(), String(pid));
  mkdirSync(join(at, 'ns'), { recursive: true });
  mkdirSync(join(at, 'net'));
  mkdirSync(join(at, 'fd'));
  mkdirSync(join(folder, of.root), { recursive: true });
  symlinkSync(join(folder, of.root), join(at, 'root'));
  symlinkSync(`net:[${of.network}]`, join(at, 'ns/net'));
  symlinkSync(words[0] ?? '', join(at, 'exe'));
  writeFileSync(join(at, 'cmdline'), `${words.join('\0')}\0`);
  writeFileSync(join(at, 'net/tcp'), of.tcp ?? LISTENS.split('\n').slice(0, 1).join('\n'));
  writeFileSync(join(at, 'mountinfo'), of.mounts ?? '24 1 8:1 / / rw - ext4 /dev/sda1 rw\n');
  writeFileSync(join(at, 'environ'), of.environ ?? '');
  const id = of.uid ?? 0;
  writeFileSync(join(at, 'status'), `Uid:\t${id}\t${id}\t${id}\t${id}\nGid:\t0\t0\t0\t0\n`);
}

/** A node as an agent in a pod with the process ids of the host sees it; `root` is where the files of the node are mounted. */
function node(): void {
  const host = { root: 'host', network: '1', tcp: LISTENS, mounts: LOOSE_TMP };
  runs(1, ['/usr/lib/systemd/systemd'], host);
  runs(20, ['/usr/bin/dockerd', '-H', 'tcp://0.0.0.0:2375'], { ...host, environ: 'DB_PASSWORD=x\0' });
  runs(21, ['/usr/sbin/chronyd'], host);
  runs(22, ['/usr/sbin/rsyslogd'], host);
  symlinkSync('socket:[4711]', join(proc(), '20/fd/3'));
  runs(process.pid, [process.execPath], { root: 'pod', network: '2', environ: 'AGENT_TOKEN=x\0' });
}

function survey(root = join(folder, 'host')) {
  const { facts } = surveyPosture(
    {
      kind: 'posture',
      subject: SUBJECT,
      root,
      container: undefined,
      pendingSecurity: undefined,
      sensorIsRunning: false,
      runtimeSockets: [],
      containerPids: [],
    },
    () => undefined,
    hostView(root, openProcfs(proc())),
  );
  const value = (name: string): unknown => JSON.parse(facts.facts[name] ?? 'null');
  return { value, unknown: facts.unknown };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-view-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('an agent in a pod', () => {
  it('tells what the host runs and where it listens, not what its own pod does', () => {
    node();
    const { value } = survey();
    expect(value('listeners.all-interfaces')).toEqual(['tcp/2375 dockerd']);
    expect(value('docker.tcp-listeners')).toEqual(['tcp://0.0.0.0:2375']);
    expect(value('time.services')).toEqual(['chronyd']);
    expect(value('environment.secret-names')).toEqual(['DB_PASSWORD']);
    expect(value('logs.persistent')).toBe(true);
    expect(value('mounts.shared-folders-loose')).toEqual(['/tmp rw,relatime']);
  });

  it('does not tell the network settings of its own pod as those of the host', () => {
    node();
    put('proc/sys/net/ipv4/tcp_syncookies', '1\n');
    const { value, unknown } = survey();
    expect(value('sysctl.net.ipv4.tcp_syncookies')).toBeNull();
    expect(unknown['sysctl.net.ipv4.tcp_syncookies']).toContain('network of its own');
  });

  it('with the network of the host tells the settings of that', () => {
    node();
    rmSync(join(proc(), String(process.pid)), { recursive: true });
    runs(process.pid, [process.execPath], { root: 'pod', network: '1' });
    put('proc/sys/net/ipv4/tcp_syncookies', '1\n');
    expect(survey().value('sysctl.net.ipv4.tcp_syncookies')).toBe(1);
  });

  it('without the process ids of the host leaves unknown what it cannot see', () => {
    runs(1, ['/pause'], { root: 'pod', network: '2' });
    runs(process.pid, [process.execPath], { root: 'pod', network: '2' });
    mkdirSync(join(folder, 'host'));
    const { unknown } = survey();
    const about = [
      'listeners.all-interfaces',
      'docker.present',
      'docker.tcp-listeners',
      'sshd.running',
      'time.services',
      'audit.recorders',
      'logs.remote',
      'environment.secret-names',
      'sysctl.net.ipv4.tcp_syncookies',
    ];
    expect(about.map((name) => unknown[name])).toEqual(about.map(() => NO_VIEW));
    expect(unknown['mounts.shared-folders-loose']).toContain('mounts');
    expect(unknown['logs.persistent']).toContain('mounts');
  });
});

describe('an agent that may not look at the first process', () => {
  const own = (mounts: string): void => {
    const of = { root: 'host', network: '1', mounts: LOOSE_TMP };
    runs(1, ['/init'], of);
    rmSync(join(proc(), '1/root'));
    runs(process.pid, [process.execPath], { ...of, mounts });
  };

  it('speaks for the host where it has the same mounts', () => {
    own(LOOSE_TMP);
    expect(hostView('/', openProcfs(proc())).pid).toBe(process.pid);
  });

  it('does not where it has others, or the host is mounted elsewhere', () => {
    own('24 1 0:40 / / rw - overlay overlay rw\n');
    expect(hostView('/', openProcfs(proc())).pid).toBeUndefined();
    expect(hostView(join(folder, 'host'), openProcfs(proc())).pid).toBeUndefined();
  });
});

describe('the engine of Docker', () => {
  const engine = (words: readonly string[], json?: string): unknown => {
    runs(1, ['/init'], { root: 'host', network: '1' });
    runs(20, ['/usr/bin/dockerd', ...words], { root: 'host', network: '1' });
    if (json !== undefined) put('host/etc/docker/daemon.json', json);
    return survey().value('docker.tcp-listeners');
  };

  it.each([
    [['-H', '0.0.0.0:2375'], ['0.0.0.0:2375']],
    [['-H', ':2375'], [':2375']],
    [['-Htcp://0.0.0.0:2375'], ['tcp://0.0.0.0:2375']],
    [['-DH=:2375'], [':2375']],
    [['--host=10.0.0.1'], ['10.0.0.1']],
    [['-H', 'fd://', '-H', 'unix:///run/docker.sock', '--containerd=/run/containerd/containerd.sock'], []],
    [['-H', 'tcp://0.0.0.0:2376', '--tlsverify'], []],
  ])('started with %j listens on TCP at %j', (words, told) => {
    expect(engine(words)).toEqual(told);
  });

  it('listens where its settings say, also those in another file', () => {
    expect(engine([], '{"hosts": ["0.0.0.0:2375", "unix:///x"]}')).toEqual(['0.0.0.0:2375']);
    rmSync(proc(), { recursive: true });
    put('host/opt/d.json', '{"hosts": [":1"]}');
    expect(engine(['--config-file=/opt/d.json'])).toEqual([':1']);
  });
});

describe('what a Docker engine keeps elsewhere', () => {
  it.each([
    [['--data-root=/srv/a'], 0, ['/srv/b/su', '/srv/c/su']],
    [['--data-root', '/srv/a', '--data-root', '/srv/b/'], 0, ['/srv/a/su', '/srv/c/su']],
    [['--config-file=/opt/d.json'], 0, ['/srv/a/su', '/srv/b/su']],
    [['--data-root=/srv/a'], 1000, ['/srv/a/su', '/srv/b/su', '/srv/c/su']],
  ])('is not taken for files of the host: %j of %i', (words, uid, told) => {
    for (const one of ['a', 'b', 'c']) {
      put(`host/srv/${one}/su`, '');
      chmodSync(join(folder, `host/srv/${one}/su`), 0o4755);
    }
    put('host/var/lib/dpkg/info/x.list', '/usr/bin/x\n');
    put('host/opt/d.json', '{"data-root": "/srv/c"}');
    runs(1, ['/init'], { root: 'host', network: '1' });
    runs(20, ['/usr/bin/dockerd', ...words], { root: 'host', network: '1', uid });
    const files = survey().value('files.setuid-unowned') as string[];
    expect(files.map((one) => one.split(' ')[0]).sort()).toEqual(told);
  });
});

describe('settings of interfaces', () => {
  /** `all` and the interfaces: redirects are sent, accepted, packets forwarded. */
  const settings = (
    of: Readonly<Record<string, readonly [send: number, accept: number, forwards: number]>>,
  ) => {
    runs(1, ['/init'], { root: 'host', network: '1' });
    runs(process.pid, ['/agent'], { root: 'host', network: '1' });
    for (const family of ['ipv4', 'ipv6'])
      for (const [name, [send, accept, forwards]] of Object.entries(of)) {
        const at = `proc/sys/net/${family}/conf/${name}`;
        put(`${at}/send_redirects`, `${send}\n`);
        put(`${at}/accept_redirects`, `${accept}\n`);
        put(`${at}/forwarding`, `${forwards}\n`);
      }
    const { value } = survey();
    return [
      value('sysctl.net.ipv4.conf.all.send_redirects'),
      value('sysctl.net.ipv4.conf.all.accept_redirects'),
      value('sysctl.net.ipv6.conf.all.accept_redirects'),
    ];
  };

  it.each([
    [
      'an interface does what "all" does not',
      { all: [0, 0, 0], default: [0, 0, 0], eth0: [1, 1, 0] },
      [1, 1, 1],
    ],
    ['later interfaces will', { all: [0, 0, 0], default: [1, 1, 0], eth0: [0, 0, 0] }, [1, 1, 1]],
    ['"all" does', { all: [1, 1, 0], default: [0, 0, 0], eth0: [0, 0, 0] }, [1, 1, 0]],
    ['one that forwards takes none unless both say so', { all: [0, 0, 1], eth0: [0, 1, 1] }, [0, 0, 0]],
    ['only the loopback does', { all: [0, 0, 0], default: [0, 0, 0], lo: [1, 1, 0] }, [0, 0, 0]],
  ] as const)('count together: %s', (_how, of, told) => {
    expect(settings(of)).toEqual(told);
  });

  it('that cannot be read are unknown', () => {
    expect(settings({})).toEqual([null, null, null]);
  });
});
