// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const packFolder = (root: string, target: string): void => {
  execFileSync('tar', ['-C', root, '-cf', target, '.'], { timeout: 60_000 });
};
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Runs a program to its end, bounded; gives what it printed. */
export const run = async (
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const { stdout } = await execute(program, [...words], {
    timeout: 120_000,
    maxBuffer: 16 * 1024 * 1024,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/root', ...environment },
  });
  return stdout.trim();
};

/** A container engine for one test: its own state, its own socket, gone after `close`. */
export interface Engine {
  readonly kind: 'containerd' | 'docker' | 'podman';
  readonly socket: string;
  /** File it is set up by, where it has one. */
  readonly config?: string;
  /** Starts `sleep` in a container with the name; gives its id. `environment`: one more variable. */
  readonly start: (
    name: string,
    labels: Readonly<Record<string, string>>,
    environment?: string,
  ) => Promise<string>;
  readonly runBriefly: (name: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Short, because a socket's path is at most 107 bytes. */
const makeFolder = (kind: string): string => mkdtempSync(`/tmp/bzt-${kind}-`);

const busyboxRoot = (folder: string): string => {
  const root = join(folder, 'rootfs');
  for (const name of ['bin', 'proc', 'sys', 'dev', 'tmp', 'etc', 'run', 'var'])
    mkdirSync(join(root, name), { recursive: true });
  copyFileSync('/usr/bin/busybox', join(root, 'bin/busybox'));
  chmodSync(join(root, 'bin/busybox'), 0o755);
  for (const applet of ['sh', 'sleep', 'id', 'cat']) symlinkSync('busybox', join(root, 'bin', applet));
  return root;
};

/** Waits for a daemon; fails with the end of its log. */
const untilAnswers = async (daemon: Daemon, ask: () => Promise<unknown>): Promise<void> => {
  let last: unknown;
  for (let attempt = 0; attempt < 300; attempt += 1) {
    try {
      await ask();
      return;
    } catch (thrown) {
      last = thrown;
      if (daemon.child.exitCode !== null) break;
      await wait(200);
    }
  }
  throw new Error(`the daemon does not answer: ${String(last)}\n${daemon.log().slice(-3000)}`);
};

interface Daemon {
  readonly child: ChildProcess;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

const startDaemon = (program: string, words: readonly string[]): Daemon => {
  const child = spawn(program, [...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: '/root' },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-50_000);
    });
  }
  child.on('error', (cause) => {
    log += cause.message;
  });
  return {
    child,
    log: () => log,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await gone;
      clearTimeout(timer);
    },
  };
};

const CGROUPS = '/sys/fs/cgroup';

/** Folders of the first level of each hierarchy: engines leave the parents of their containers there. */
const cgroupFolders = (): string[] =>
  [
    '',
    ...readdirSync(CGROUPS, { withFileTypes: true })
      .filter((one) => one.isDirectory())
      .map((one) => one.name),
  ].flatMap((hierarchy) =>
    readdirSync(join(CGROUPS, hierarchy), { withFileTypes: true })
      .filter((one) => one.isDirectory())
      .map((one) => join(CGROUPS, hierarchy, one.name)),
  );

/** Removes a tree of control groups as far as nothing runs in it. */
const removeCgroup = (folder: string): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeCgroup(join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch {
    // Something still runs in it: it is not ours.
  }
};

/** What was there before this test made anything. */
const FOUND_CGROUPS = cgroupFolders();

const ENGINE_CGROUPS = /\/(docker|libpod_parent|bartizan-test|conmon|k8s\.io)$/;

/** Removes control groups of engines that were not there before. */
const removeNewCgroups = (before: readonly string[]): void => {
  for (const folder of cgroupFolders())
    if (!before.includes(folder) && ENGINE_CGROUPS.test(folder)) removeCgroup(folder);
};

const removeFolder = async (folder: string): Promise<void> => {
  const mounts = await run('cat', ['/proc/self/mounts']);
  const own = mounts
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(folder));
  for (const path of own.reverse()) await run('umount', ['-l', path]).catch(() => undefined);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  removeNewCgroups(FOUND_CGROUPS);
};

const labelWords = (labels: Readonly<Record<string, string>>): string[] =>
  Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);

const variableWords = (environment: string | undefined): string[] =>
  environment === undefined ? [] : ['--env', environment];

/** A real containerd; containers by its own `ctr`, the image from a busybox archive. `more`: further settings in TOML. */
export const startContainerd = async (more = ''): Promise<Engine> => {
  const folder = makeFolder('cd');
  const socket = join(folder, 'containerd.sock');
  writeFileSync(
    join(folder, 'config.toml'),
    `version = 2\nroot = "${folder}/root"\nstate = "${folder}/state"\ndisabled_plugins = ["io.containerd.internal.v1.opt"]\n[grpc]\naddress = "${socket}"\n[plugins."io.containerd.grpc.v1.cri"]\nrestrict_oom_score_adj = true\n${more}`,
  );
  const daemon = startDaemon('containerd', ['--config', join(folder, 'config.toml')]);
  const ctr = (...words: string[]): Promise<string> =>
    run('ctr', ['--address', socket, '--namespace', 'bartizan-test', ...words]);
  await untilAnswers(daemon, () => ctr('version'));
  const image = 'localhost/bartizan/busybox:1';
  writeImage(folder, busyboxRoot(folder), image);
  await run('tar', ['-C', join(folder, 'image'), '-cf', join(folder, 'image.tar'), '.']);
  await ctr('images', 'import', '--snapshotter', 'native', join(folder, 'image.tar'));
  const start = async (name: string, seconds: string, ...more: string[]): Promise<void> => {
    const words = ['run', '--snapshotter', 'native', ...more, image, name, 'sleep', seconds];
    await ctr(...words);
  };
  return {
    kind: 'containerd',
    socket,
    config: join(folder, 'config.toml'),
    start: async (name, labels, environment) => {
      await start(name, '600', '--detach', ...labelWords(labels), ...variableWords(environment));
      return name;
    },
    runBriefly: async (name) => {
      await start(name, '0.05');
      await ctr('containers', 'delete', name);
    },
    remove: async (name) => {
      await ctr('tasks', 'kill', '--signal', 'SIGKILL', name);
      for (let attempt = 0; attempt < 50; attempt += 1) {
        if (!(await ctr('tasks', 'list')).includes('RUNNING')) break;
        await wait(100);
      }
      await ctr('tasks', 'delete', name).catch(() => undefined);
      await ctr('containers', 'delete', name);
    },
    close: async () => {
      for (const name of (await ctr('tasks', 'list', '--quiet').catch(() => ''))
        .split('\n')
        .filter(Boolean)) {
        await ctr('tasks', 'kill', '--signal', 'SIGKILL', name).catch(() => undefined);
        await wait(300);
        await ctr('tasks', 'delete', '--force', name).catch(() => undefined);
      }
      for (const name of (await ctr('containers', 'list', '--quiet').catch(() => ''))
        .split('\n')
        .filter(Boolean)) {
        await ctr('containers', 'delete', name).catch(() => undefined);
      }
      await daemon.stop();
      await removeFolder(folder);
    },
  };
};

/** An image archive in the form of `docker save`. */
const writeImage = (folder: string, root: string, reference: string): void => {
  const image = join(folder, 'image');
  mkdirSync(join(image, 'layer'), { recursive: true });
  const tar = join(image, 'layer/layer.tar');
  packFolder(root, tar);
  const digest = sha256(tar);
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['sleep', '600'], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  writeFileSync(join(image, 'config.json'), JSON.stringify(config));
  writeFileSync(
    join(image, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', RepoTags: [reference], Layers: ['layer/layer.tar'] }]),
  );
};

/** A Docker-compatible engine behind its command line. */
const dockerLike = (
  kind: 'docker' | 'podman',
  parts: {
    readonly folder: string;
    readonly socket: string;
    readonly daemon: Daemon;
    readonly cli: (...words: string[]) => Promise<string>;
    readonly more: readonly string[];
  },
): Engine => {
  const { cli, more } = parts;
  const image = 'localhost/bartizan/busybox:1';
  return {
    kind,
    socket: parts.socket,
    start: (name, labels, environment) =>
      cli(
        'run',
        '--detach',
        '--network',
        'none',
        '--name',
        name,
        '--env',
        'API_TOKEN=canary-9b2c',
        ...variableWords(environment),
        ...more,
        ...labelWords(labels),
        image,
        '/bin/sleep',
        '600',
      ),
    runBriefly: async (name) => {
      await cli('run', '--rm', '--network', 'none', '--name', name, ...more, image, '/bin/sleep', '0.05');
    },
    remove: async (name) => {
      await cli('rm', '--force', name);
    },
    close: async () => {
      const ids = (await cli('ps', '--all', '--quiet').catch(() => '')).split('\n').filter(Boolean);
      if (ids.length > 0) await cli('rm', '--force', ...ids).catch(() => undefined);
      await parts.daemon.stop();
      await removeFolder(parts.folder);
    },
  };
};

const importImage = async (folder: string, cli: (...words: string[]) => Promise<string>): Promise<void> => {
  const archive = join(folder, 'rootfs.tar');
  packFolder(busyboxRoot(folder), archive);
  await cli('import', archive, 'localhost/bartizan/busybox:1');
};

/** A real Docker engine. `settings`: what its file says. */
export const startDocker = async (settings?: object): Promise<Engine> => {
  const folder = makeFolder('dk');
  const socket = join(folder, 'docker.sock');
  const config = join(folder, 'daemon.json');
  if (settings !== undefined)
    writeFileSync(config, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o644 });
  const daemon = startDaemon('dockerd', [
    ...(settings === undefined ? [] : ['--config-file', config]),
    '--data-root',
    join(folder, 'data'),
    '--exec-root',
    join(folder, 'exec'),
    '-H',
    `unix://${socket}`,
    '--pidfile',
    join(folder, 'pid'),
    '--iptables=false',
    '--ip6tables=false',
    '--bridge=none',
    '--storage-driver',
    'overlay2',
  ]);
  const cli = (...words: string[]): Promise<string> => run('docker', ['-H', `unix://${socket}`, ...words]);
  await untilAnswers(daemon, () => cli('version'));
  await importImage(folder, cli);
  const engine = dockerLike('docker', { folder, socket, daemon, cli, more: [] });
  return settings === undefined ? engine : { ...engine, config };
};

/** Podman with a service that can be made to answer nothing: its command line works without it. */
export interface PodmanEngine extends Engine {
  readonly freeze: () => void;
  readonly wake: () => void;
}

/** A real Podman service. */
export const startPodman = async (): Promise<PodmanEngine> => {
  const folder = makeFolder('pm');
  const socket = join(folder, 'podman.sock');
  const global = [
    '--root',
    join(folder, 'root'),
    '--runroot',
    join(folder, 'run'),
    '--storage-driver',
    'vfs',
    '--cgroup-manager',
    'cgroupfs',
    '--events-backend',
    'file',
  ];
  const daemon = startDaemon('podman', [...global, 'system', 'service', '--time', '0', `unix://${socket}`]);
  const cli = (...words: string[]): Promise<string> => run('podman', [...global, ...words]);
  await untilAnswers(daemon, () =>
    existsSync(socket) ? cli('version') : Promise.reject(new Error('no socket yet')),
  );
  await importImage(folder, cli);
  const more = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=4096:4096'];
  const engine = dockerLike('podman', { folder, socket, daemon, cli, more });
  const wake = (): void => void daemon.child.kill('SIGCONT');
  return {
    ...engine,
    freeze: () => void daemon.child.kill('SIGSTOP'),
    wake,
    close: async () => {
      wake();
      await engine.close();
    },
  };
};
