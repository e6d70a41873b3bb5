// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type KnownContainer, openProcfs, type RuntimeMount } from '@bartizan/host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aRuntimeContainer } from '../../testing/parts.ts';
import { surveyPosture } from './survey.ts';

const PID = 40;
/** A node: / and /home on disks, /run, /proc, /sys and /dev, a volume of a pod, the memory that containers of a pod share. */
const HOST = [
  '24 1 8:1 / / rw - ext4 /dev/sda1 rw',
  '25 24 8:2 / /home rw - ext4 /dev/sda2 rw',
  '26 24 0:24 / /run rw - tmpfs tmpfs rw',
  '27 24 0:20 / /proc rw - proc proc rw',
  '28 24 0:21 / /sys rw - sysfs sysfs rw',
  '29 28 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
  '30 24 0:23 / /dev rw - devtmpfs udev rw',
  '31 24 0:60 / /var/lib/kubelet/pods/u/volumes/kubernetes.io~secret/s rw - tmpfs tmpfs rw',
  '32 26 0:61 / /run/containerd/io.containerd.grpc.v1.cri/sandboxes/p/shm rw - tmpfs shm rw',
];
/** What every container has: nothing of it is the host's to write. */
const OWN = [
  '50 1 0:90 / / rw - overlay overlay rw',
  '51 50 0:91 / /proc rw - proc proc rw',
  '52 51 0:91 /sys /proc/sys ro - proc proc rw',
  '53 50 0:92 / /sys ro - sysfs sysfs ro',
  '54 53 0:22 /../.. /sys/fs/cgroup ro - cgroup2 cgroup rw',
  '55 50 0:93 / /dev rw - tmpfs tmpfs rw',
  '56 51 0:23 /null /proc/kcore rw - devtmpfs udev rw',
  '57 50 8:1 /var/lib/kubelet/pods/u/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw',
  '58 50 8:1 /var/lib/docker/containers/c/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw',
  '59 50 0:60 / /var/run/secrets rw - tmpfs tmpfs rw',
  '60 55 0:61 / /dev/shm rw - tmpfs shm rw',
  '61 50 8:1 /srv/data /data rw - ext4 /dev/sda1 rw',
];

let folder = '';
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bz-mounts-'));
  mkdirSync(join(folder, 'root'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

/** A socket of a runtime, at this path of the container. */
async function socket(path: string): Promise<void> {
  const full = join(folder, 'root', path);
  mkdirSync(dirname(full), { recursive: true });
  const server = createServer();
  servers.push(server);
  await new Promise<void>((done) => server.listen(full, done));
}

const mountinfo = (pid: number, lines: readonly string[]): void => {
  mkdirSync(join(folder, 'proc', String(pid)), { recursive: true });
  writeFileSync(join(folder, 'proc', String(pid), 'mountinfo'), `${lines.join('\n')}\n`);
};

/** The facts of a container; a fact that is unknown is its reason. */
function survey(
  of: {
    told?: readonly RuntimeMount[];
    kernel?: readonly string[];
    shares?: NonNullable<KnownContainer['kernel']>['hostNamespaces'];
    runtimeSockets?: readonly string[];
  } = {},
) {
  if (of.kernel) {
    mountinfo(1, HOST);
    mountinfo(PID, [...OWN, ...of.kernel]);
  }
  const container: KnownContainer = {
    id: 'c',
    teller: 'conmon',
    description: { ...aRuntimeContainer('c'), mounts: of.told },
    kernel: {
      pid: PID,
      startBootUs: 0,
      cgroupPath: undefined,
      cgroupId: undefined,
      networkNamespace: undefined,
      hostNamespaces: of.shares ?? [],
      capabilities: [],
      user: '0:0',
      addresses: [],
      environmentSecrets: [],
    },
    cgroupPath: undefined,
    cgroupId: undefined,
    isRunning: true,
    endedAtMs: undefined,
  };
  const { facts } = surveyPosture(
    {
      kind: 'posture',
      subject: { workload: 'w', kind: 'Container', namespace: '', name: 'c', container: 'c' },
      root: join(folder, 'root'),
      container,
      pendingSecurity: undefined,
      sensorIsRunning: true,
      runtimeSockets: of.runtimeSockets ?? [],
      containerPids: [],
    },
    () => undefined,
    { procfs: openProcfs(join(folder, 'proc')), pid: undefined },
  );
  const value = (name: string): unknown => {
    const json = facts.facts[`container.${name}`];
    return json === undefined ? facts.unknown[`container.${name}`] : JSON.parse(json);
  };
  return {
    writable: value('host-mounts-writable'),
    readable: value('host-mounts'),
    sockets: value('runtime-sockets'),
  };
}

describe('mounts of the host in a container', () => {
  it('that neither the kernel nor a runtime tells are unknown, not none', () => {
    const reason = expect.stringContaining('mounts');
    expect(survey()).toEqual({ writable: reason, readable: reason, sockets: reason });
  });

  it('that a runtime says are none are none', () => {
    expect(survey({ told: [] })).toEqual({ writable: [], readable: [], sockets: [] });
  });

  it('are not what every container has of its own', () => {
    expect(survey({ kernel: [] })).toEqual({ writable: [], readable: [], sockets: [] });
  });

  it('are seen in the kernel where nobody tells them, with what is mounted below named once', () => {
    const kernel = [
      '70 50 8:1 / /host rw - ext4 /dev/sda1 rw',
      '71 70 8:2 / /host/home rw - ext4 /dev/sda2 rw',
      '72 50 8:1 /etc /conf ro - ext4 /dev/sda1 rw',
    ];
    expect(survey({ kernel })).toMatchObject({
      writable: ['/ -> /host'],
      readable: ['/ -> /host', '/etc -> /conf'],
    });
  });

  it('are told by where they are, not by the link that a runtime was given', () => {
    const told = [{ source: '/opt/link', target: '/host', readOnly: false }];
    const { writable } = survey({ told, kernel: ['70 50 8:1 / /host rw - ext4 /dev/sda1 rw'] });
    expect(writable).toEqual(['/ -> /host']);
  });

  it('are writable below a folder that is not', () => {
    const kernel = ['70 50 8:1 / /host ro - ext4 /dev/sda1 rw', '71 70 0:24 / /host/run rw - tmpfs tmpfs rw'];
    expect(survey({ kernel })).toMatchObject({ writable: ['/run -> /host/run'], readable: ['/ -> /host'] });
  });

  it('are the /proc and /sys of the host only where these are not those of a namespace that it shares', () => {
    const kernel = ['70 50 0:20 / /proc rw - proc proc rw', '71 50 0:21 / /sys rw - sysfs sysfs rw'];
    expect(survey({ kernel }).writable).toEqual(['/proc -> /proc', '/sys -> /sys']);
    expect(survey({ kernel, shares: ['pid', 'network'] }).writable).toEqual([]);
  });
});

describe('sockets of runtimes in a container', () => {
  it.each([
    ['a folder of it, read-only', '0:24 /containerd /run/containerd ro', '/run/containerd/containerd.sock'],
    ['the folder of CRI-O', '0:24 /crio /opt/c rw', '/opt/c/crio.sock'],
    ['all of /run, read-only', '0:24 / /host/run ro', '/host/run/k3s/containerd/containerd.sock'],
    ['the socket by another name', '0:24 /cri-dockerd.sock /s.sock rw', '/s.sock'],
    ['one of a user', '0:24 /user/1000/podman /p rw', '/p/podman.sock'],
  ])('are seen behind %s', async (_how, mount, path) => {
    await socket(path);
    const [device, root, target, mode] = mount.split(' ');
    const { sockets } = survey({ kernel: [`70 50 ${device} ${root} ${target} ${mode} - tmpfs tmpfs rw`] });
    expect(sockets).toEqual([expect.stringMatching(new RegExp(` -> ${path}$`))]);
  });

  it('are those of the runtimes that are configured, too', async () => {
    await socket('/r/my.sock');
    const kernel = ['70 50 0:24 /mine /r ro - tmpfs tmpfs rw'];
    expect(survey({ kernel }).sockets).toEqual([]);
    const runtimeSockets = ['/var/run/mine/my.sock'];
    expect(survey({ kernel, runtimeSockets }).sockets).toEqual(['/run/mine/my.sock -> /r/my.sock']);
  });

  it('are not those of other programs, nor folders without one', async () => {
    await socket('/run/myapp/app.sock');
    const kernel = [
      '70 50 0:24 /myapp /run/myapp ro - tmpfs tmpfs rw',
      '71 50 0:24 /containerd /run/containerd ro - tmpfs tmpfs rw',
    ];
    expect(survey({ kernel }).sockets).toEqual([]);
  });

  it('that are found count although mounts are unknown', async () => {
    await socket('/run/docker.sock');
    expect(survey().sockets).toEqual(['? -> /run/docker.sock']);
  });
});
