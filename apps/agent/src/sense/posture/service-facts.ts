// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Mount, type Procfs, SOCKET_LISTEN, type SocketLine } from '@bartizan/host';
import { collectDocker } from './docker-facts.ts';
import { type FactSheet, fileText, folderNames, plainLines, rightsOf } from './fact-sheet.ts';
import { type HostProcess, type HostView, hostMounts, hostProcesses, NO_VIEW } from './host-view.ts';
import { collectRuntimeSockets } from './runtime-sockets.ts';

const DESCRIPTORS_MAX = 4096;
const ENVIRONMENT_NAMES_MAX = 200;

const isOpenToAll = (socket: SocketLine): boolean => {
  const isListening = socket.protocol === 'tcp' ? socket.state === SOCKET_LISTEN : socket.remotePort === 0;
  return isListening && (socket.localAddress === '0.0.0.0' || socket.localAddress === '::');
};

const listeners = (
  { procfs, pid }: HostView,
  processes: readonly HostProcess[] | undefined,
): string[] | undefined => {
  const sockets = pid === undefined ? undefined : procfs.sockets(pid);
  if (!sockets?.ok) return undefined;
  const open = sockets.value.filter(isOpenToAll);
  const wanted = new Set(open.map((one) => one.inode));
  const names = new Map<string, string>();
  for (const one of processes ?? []) {
    const inodes = procfs.socketInodes(one.pid, DESCRIPTORS_MAX);
    for (const inode of inodes.ok ? inodes.value : []) if (wanted.has(inode)) names.set(inode, one.name);
  }
  return [
    ...new Set(open.map((one) => `${one.protocol}/${one.localPort} ${names.get(one.inode) ?? '?'}`)),
  ].sort();
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

const collectLogs = (
  sheet: FactSheet,
  root: string,
  processes: readonly HostProcess[] | undefined,
  mounts: readonly Mount[] | undefined,
): void => {
  const noMounts = 'mounts of the host cannot be read';
  const log = mounts?.filter((one) => one.target === '/var/log').at(-1);
  const isVolatile = log !== undefined && ['tmpfs', 'ramfs'].includes(log.filesystem);
  const hasLogger =
    rightsOf(root, '/var/log/journal') !== undefined || processes?.some((one) => LOGGERS.has(one.name));
  sheet.setOr(
    'logs.persistent',
    mounts && (isVolatile ? false : hasLogger),
    mounts === undefined ? noMounts : NO_VIEW,
  );
  const ships = sendsLogs(root) || processes?.some((one) => SHIPPERS.has(one.name));
  sheet.setOr('logs.remote', ships, NO_VIEW);
  const shared = ['/tmp', '/var/tmp', '/dev/shm'].flatMap((path) => {
    const mount = mounts?.filter((one) => one.target === path).at(-1);
    const isLoose = mount && !(mount.options.includes('nosuid') && mount.options.includes('nodev'));
    return isLoose ? [`${path} ${[...new Set(mount.options)].join(',').slice(0, 200)}`] : [];
  });
  sheet.setOr('mounts.shared-folders-loose', mounts && shared, noMounts);
};

const namesRunning = (processes: readonly HostProcess[], wanted: ReadonlySet<string>): string[] =>
  [...new Set(processes.map((one) => one.name).filter((name) => wanted.has(name)))].sort();

const secretNames = (
  procfs: Procfs,
  processes: readonly HostProcess[],
  containerPids: readonly number[],
): string[] => {
  const secrets = new Set<string>();
  for (const { pid } of processes) {
    if (containerPids.includes(pid)) continue;
    const names = procfs.environmentSecrets(pid);
    for (const name of names.ok ? names.value : []) secrets.add(name);
  }
  return [...secrets].sort().slice(0, ENVIRONMENT_NAMES_MAX);
};

/** Facts of what runs on the host: listeners, Docker, time, recorders, logs, secrets in environments. */
export const collectServices = (
  sheet: FactSheet,
  root: string,
  known: {
    readonly sensorIsRunning: boolean;
    readonly runtimeSockets: readonly string[];
    readonly containerPids: readonly number[];
  },
  view: HostView,
): void => {
  const processes = hostProcesses(view);
  sheet.setOr(
    'listeners.all-interfaces',
    listeners(view, processes),
    view.pid === undefined ? NO_VIEW : 'sockets cannot be read',
  );
  sheet.setOr(
    'sshd.running',
    processes?.some((one) => one.name === 'sshd' && one.arguments[0]?.includes('listener') !== false),
    NO_VIEW,
  );
  collectRuntimeSockets(sheet, root, known.runtimeSockets);
  collectDocker(sheet, root, processes);
  sheet.setOr('time.services', processes && namesRunning(processes, TIME_SERVICES), NO_VIEW);
  const own = known.sensorIsRunning ? ['bartizan-sensor'] : [];
  const recorders = processes ? namesRunning(processes, RECORDERS) : [];
  const isAnswer = processes !== undefined || own.length > 0;
  sheet.setOr('audit.recorders', isAnswer ? [...own, ...recorders] : undefined, NO_VIEW);
  collectLogs(sheet, root, processes, hostMounts(view));
  sheet.setOr(
    'environment.secret-names',
    processes && secretNames(view.procfs, processes, known.containerPids),
    NO_VIEW,
  );
};
