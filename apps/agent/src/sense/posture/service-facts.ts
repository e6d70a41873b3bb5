// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { openProcfs, type Procfs, readObject, SOCKET_LISTEN, type SocketLine } from '@bartizan/host';
import { type FactSheet, fileText, folderNames, plainLines, rightsOf, rightsText } from './fact-sheet.ts';

const OTHERS_WRITE = 0o002;
const DESCRIPTORS_MAX = 4096;
const ENVIRONMENT_NAMES_MAX = 200;

/** A process of the host as facts need it. */
export interface HostProcess {
  readonly pid: number;
  readonly name: string;
  readonly arguments: readonly string[];
}

/** Processes of the host: those that see its root and are in no known container. */
export const hostProcesses = (procfs: Procfs): HostProcess[] => {
  const own = procfs.rootIdentity(process.pid);
  return procfs.pids().flatMap((pid) => {
    const root = procfs.rootIdentity(pid);
    const executable = procfs.executable(pid);
    if (!executable.ok || !root.ok || !own.ok || root.value !== own.value) return [];
    const words = procfs.commandLine(pid);
    const name =
      executable.value
        .replace(/ \(deleted\)$/, '')
        .split('/')
        .at(-1) ?? '';
    return [{ pid, name, arguments: words.ok ? words.value : [] }];
  });
};

const isOpenToAll = (socket: SocketLine): boolean => {
  const isListening = socket.protocol === 'tcp' ? socket.state === SOCKET_LISTEN : socket.remotePort === 0;
  return isListening && (socket.localAddress === '0.0.0.0' || socket.localAddress === '::');
};

const listeners = (procfs: Procfs, processes: readonly HostProcess[]): string[] | undefined => {
  const sockets = procfs.sockets(process.pid);
  if (!sockets.ok) return undefined;
  const open = sockets.value.filter(isOpenToAll);
  const wanted = new Set(open.map((one) => one.inode));
  const names = new Map<string, string>();
  for (const one of processes) {
    const inodes = procfs.socketInodes(one.pid, DESCRIPTORS_MAX);
    for (const inode of inodes.ok ? inodes.value : []) if (wanted.has(inode)) names.set(inode, one.name);
  }
  return [
    ...new Set(open.map((one) => `${one.protocol}/${one.localPort} ${names.get(one.inode) ?? '?'}`)),
  ].sort();
};

const collectRuntimeSockets = (sheet: FactSheet, root: string, more: readonly string[]): void => {
  const known = [
    '/run/docker.sock',
    '/run/containerd/containerd.sock',
    '/run/crio/crio.sock',
    '/run/podman/podman.sock',
    '/run/k3s/containerd/containerd.sock',
  ];
  const present = [...new Set([...known, ...more])].flatMap((path) => {
    const rights = rightsOf(root, path);
    return rights && !rights.isFolder ? [{ path, rights }] : [];
  });
  sheet.set(
    'runtime-sockets.present',
    present.map((one) => rightsText(one.path, one.rights)),
  );
  const isLoose = ({ rights }: (typeof present)[number]): boolean =>
    (rights.mode & OTHERS_WRITE) !== 0 || rights.uid !== 0;
  sheet.set(
    'runtime-sockets.loose',
    present.filter(isLoose).map((one) => rightsText(one.path, one.rights)),
  );
};

const flagsOf = (words: readonly string[], name: string): string[] =>
  words.flatMap((word, index) =>
    word === name
      ? [words[index + 1] ?? '']
      : word.startsWith(`${name}=`)
        ? [word.slice(name.length + 1)]
        : [],
  );

const DOCKER_FACTS = [
  'docker.tcp-listeners',
  'docker.inter-container-traffic',
  'docker.user-remapping',
  'docker.no-new-privileges',
  'docker.insecure-registries',
];

const collectDocker = (sheet: FactSheet, root: string, processes: readonly HostProcess[]): void => {
  const daemon = processes.find((one) => one.name === 'dockerd');
  const json = fileText(root, '/etc/docker/daemon.json');
  const isPresent =
    daemon !== undefined || json !== undefined || rightsOf(root, '/run/docker.sock') !== undefined;
  sheet.set('docker.present', isPresent);
  if (!isPresent) {
    for (const fact of DOCKER_FACTS) sheet.setUnknown(fact, 'Docker is not here');
    return;
  }
  const settings = readObject(json ?? '{}');
  if (!settings) {
    for (const fact of DOCKER_FACTS) sheet.setUnknown(fact, 'daemon.json cannot be parsed');
    return;
  }
  const words = daemon?.arguments ?? [];
  const verifies =
    settings.flag('tlsverify') === true || words.some((word) => /^--tlsverify(=true)?$/.test(word));
  const hosts = [...settings.texts('hosts', 64), ...flagsOf(words, '-H'), ...flagsOf(words, '--host')];
  sheet.set('docker.tcp-listeners', verifies ? [] : hosts.filter((one) => one.startsWith('tcp://')));
  const icc = flagsOf(words, '--icc').at(-1);
  sheet.set(
    'docker.inter-container-traffic',
    icc === undefined ? (settings.flag('icc') ?? true) : icc !== 'false',
  );
  const remap = flagsOf(words, '--userns-remap').at(-1) ?? settings.text('userns-remap');
  sheet.set('docker.user-remapping', remap !== '');
  const isNoNew =
    settings.flag('no-new-privileges') === true ||
    words.some((word) => /^--no-new-privileges(=true)?$/.test(word));
  sheet.set('docker.no-new-privileges', isNoNew);
  const insecure = [...settings.texts('insecure-registries', 64), ...flagsOf(words, '--insecure-registry')];
  sheet.set('docker.insecure-registries', insecure);
};

const SHIPPERS = new Set([
  'systemd-journal-upload',
  'fluent-bit',
  'fluentd',
  'vector',
  'promtail',
  'filebeat',
  'otelcol',
]);
const LOGGERS = new Set(['rsyslogd', 'syslog-ng']);
const TIME_SERVICES = new Set([
  'chronyd',
  'systemd-timesyncd',
  'systemd-timesyn',
  'ntpd',
  'ntpd-rs',
  'openntpd',
  'ptp4l',
]);
const RECORDERS = new Set(['auditd', 'falco', 'tetragon', 'tracee', 'laurel']);

const sendsLogs = (root: string): boolean => {
  const rsyslog = [
    '/etc/rsyslog.conf',
    ...folderNames(root, '/etc/rsyslog.d').map((name) => `/etc/rsyslog.d/${name}`),
  ];
  const lines = rsyslog.flatMap((path) => plainLines(fileText(root, path) ?? ''));
  if (lines.some((line) => /\s@@?[\w.[(]/.test(line) || /\b(omfwd|omrelp)\b/.test(line))) return true;
  return /\b(network|syslog|tcp|udp)\s*\(\s*"[^"]+"/.test(
    fileText(root, '/etc/syslog-ng/syslog-ng.conf') ?? '',
  );
};

const collectLogs = (sheet: FactSheet, root: string, processes: readonly HostProcess[]): void => {
  const mounts = openProcfs().mounts(process.pid);
  const log = mounts.ok ? mounts.value.filter((one) => one.target === '/var/log').at(-1) : undefined;
  const isVolatile = log !== undefined && ['tmpfs', 'ramfs'].includes(log.filesystem);
  const hasLogger =
    processes.some((one) => LOGGERS.has(one.name)) || rightsOf(root, '/var/log/journal') !== undefined;
  sheet.setOr('logs.persistent', mounts.ok ? !isVolatile && hasLogger : undefined, 'mounts cannot be read');
  sheet.set('logs.remote', processes.some((one) => SHIPPERS.has(one.name)) || sendsLogs(root));
  const shared = ['/tmp', '/var/tmp', '/dev/shm'].flatMap((path) => {
    const mount = mounts.ok ? mounts.value.filter((one) => one.target === path).at(-1) : undefined;
    const isLoose = mount && !(mount.options.includes('nosuid') && mount.options.includes('nodev'));
    return isLoose ? [`${path} ${[...new Set(mount.options)].join(',').slice(0, 200)}`] : [];
  });
  sheet.setOr('mounts.shared-folders-loose', mounts.ok ? shared : undefined, 'mounts cannot be read');
};

const namesRunning = (processes: readonly HostProcess[], wanted: ReadonlySet<string>): string[] =>
  [...new Set(processes.map((one) => one.name).filter((name) => wanted.has(name)))].sort();

/** Facts of what runs on the host: listeners, Docker, time, recorders, logs, secrets in environments. */
export const collectServices = (
  sheet: FactSheet,
  root: string,
  known: {
    readonly sensorIsRunning: boolean;
    readonly runtimeSockets: readonly string[];
    readonly containerPids: readonly number[];
  },
): void => {
  const procfs = openProcfs();
  const processes = hostProcesses(procfs);
  sheet.setOr('listeners.all-interfaces', listeners(procfs, processes), 'sockets cannot be read');
  sheet.set(
    'sshd.running',
    processes.some((one) => one.name === 'sshd' && one.arguments[0]?.includes('listener') !== false),
  );
  collectRuntimeSockets(sheet, root, known.runtimeSockets);
  collectDocker(sheet, root, processes);
  sheet.set('time.services', namesRunning(processes, TIME_SERVICES));
  const own = known.sensorIsRunning ? ['bartizan-sensor'] : [];
  sheet.set('audit.recorders', [...own, ...namesRunning(processes, RECORDERS)]);
  collectLogs(sheet, root, processes);
  const secrets = new Set<string>();
  for (const { pid } of processes) {
    if (known.containerPids.includes(pid)) continue;
    const names = procfs.environmentSecrets(pid);
    for (const name of names.ok ? names.value : []) secrets.add(name);
  }
  sheet.set('environment.secret-names', [...secrets].sort().slice(0, ENVIRONMENT_NAMES_MAX));
};
