// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { formatAddress } from './addresses.ts';
import type {
  InspectState,
  SensorAncestor,
  SensorEvent,
  SensorEventKind,
  SensorHeartbeat,
  SensorInspect,
  SensorProcess,
  StdioKind,
} from './events.ts';
import { filesystemName } from './filesystems.ts';
import {
  ANCESTOR_MAX,
  frameKind,
  PROCESS_ARGUMENTS_REDACTED,
  PROCESS_ARGUMENTS_TRUNCATED,
  PROCESS_FILELESS,
  PROCESS_IN_CONTAINER,
  PROCESS_LAYER_KNOWN,
  PROCESS_UNKNOWN,
  PROCESS_UPPER_LAYER,
} from './frame-constants.ts';
import {
  applicationField,
  cgroupField,
  credentialsField,
  execField,
  exitField,
  fileUseField,
  headerField,
  heartbeatField,
  networkField,
  openField,
  processField,
} from './frames.ts';

const stdioNames: readonly StdioKind[] = ['none', 'file', 'tty', 'pipe', 'socket'];

/** Permission to execute, for whomever. */
const ANY_EXECUTE = 0o111;

/** States of a TCP socket by the kernel's number (include/net/tcp_states.h). */
const tcpStates = [
  'unknown',
  'established',
  'syn-sent',
  'syn-received',
  'fin-wait-1',
  'fin-wait-2',
  'time-wait',
  'closed',
  'close-wait',
  'last-ack',
  'listen',
  'closing',
  'new-syn-received',
];

const eventKinds: readonly SensorEventKind[] = [
  'exec',
  'existing',
  'fork',
  'exit',
  'credentials',
  'connect',
  'accept',
  'listen',
  'close',
  'application',
  'open',
  'file-use',
  'cgroup-created',
  'cgroup-removed',
];

const kindNames: (SensorEventKind | undefined)[] = [];
for (const kind of eventKinds) kindNames[frameKind[kind]] = kind;

/** Kind of an event frame; undefined for a frame of the session itself. */
export function eventKindOf(frame: Buffer): SensorEventKind | undefined {
  return kindNames[headerField.kind(frame)];
}

function splitArguments(joined: string): string[] {
  if (joined.length === 0) return [];
  const end = joined.endsWith('\0') ? joined.length - 1 : joined.length;
  return joined.slice(0, end).split('\0');
}

function stdioName(value: number): StdioKind {
  return stdioNames[value] ?? 'none';
}

function buildProcess(frame: Buffer): SensorProcess {
  const flags = processField.flags(frame);
  return {
    pid: processField.pid(frame),
    startBootUs: processField.startBootUs(frame),
    parentPid: processField.parentPid(frame),
    parentStartBootUs: processField.parentStartBootUs(frame),
    nsPid: processField.nsPid(frame),
    uid: processField.uid(frame),
    euid: processField.euid(frame),
    gid: processField.gid(frame),
    capsEffective: processField.capsEffective(frame),
    cgroupId: headerField.cgroupId(frame),
    unifiedCgroupId: headerField.unifiedCgroupId(frame),
    mountNamespace: processField.mountNamespace(frame),
    pidNamespace: processField.pidNamespace(frame),
    inContainer: (flags & PROCESS_IN_CONTAINER) !== 0,
    executable: processField.executable(frame),
    arguments: splitArguments(processField.arguments(frame)),
    argumentsTruncated: (flags & PROCESS_ARGUMENTS_TRUNCATED) !== 0,
    argumentsRedacted: (flags & PROCESS_ARGUMENTS_REDACTED) !== 0,
    cwd: processField.cwd(frame),
    tty: processField.tty(frame),
    stdio: [
      stdioName(processField.stdio0(frame)),
      stdioName(processField.stdio1(frame)),
      stdioName(processField.stdio2(frame)),
    ],
    fileless: (flags & PROCESS_FILELESS) !== 0,
    upperLayer: (flags & PROCESS_LAYER_KNOWN) === 0 ? null : (flags & PROCESS_UPPER_LAYER) !== 0,
    filesystem: filesystemName(processField.filesystem(frame)),
    known: (flags & PROCESS_UNKNOWN) === 0,
  };
}

function buildAncestors(frame: Buffer): SensorAncestor[] {
  const count = Math.min(execField.ancestorCount(frame), ANCESTOR_MAX);
  return Array.from({ length: count }, (_, i) => ({
    pid: execField.ancestorPid(frame, i),
    startBootUs: execField.ancestorStartUs(frame, i),
    name: execField.ancestorName(frame, i),
  }));
}

function buildCredentials(frame: Buffer) {
  return {
    before: {
      uid: credentialsField.beforeUid(frame),
      euid: credentialsField.beforeEuid(frame),
      gid: credentialsField.beforeGid(frame),
      capsEffective: credentialsField.beforeCaps(frame),
    },
    after: {
      uid: credentialsField.afterUid(frame),
      euid: credentialsField.afterEuid(frame),
      gid: credentialsField.afterGid(frame),
      capsEffective: credentialsField.afterCaps(frame),
    },
    cause: credentialsField.cause(frame) === 2 ? ('exec' as const) : ('call' as const),
    call: credentialsField.call(frame),
  };
}

function protocolName(protocol: number): 'tcp' | 'udp' | 'other' {
  if (protocol === 6) return 'tcp';
  return protocol === 17 ? 'udp' : 'other';
}

function buildNetwork(frame: Buffer, kind: SensorEventKind) {
  const family: 4 | 6 = networkField.family(frame) === 6 ? 6 : 4;
  return {
    family,
    protocol: protocolName(networkField.protocol(frame)),
    localAddress: formatAddress(family, networkField.localAddress(frame)),
    localPort: networkField.localPort(frame),
    remoteAddress: kind === 'listen' ? '' : formatAddress(family, networkField.remoteAddress(frame)),
    remotePort: networkField.remotePort(frame),
    bytesSent: networkField.bytesSent(frame),
    bytesReceived: networkField.bytesReceived(frame),
    socketId: networkField.socketId(frame),
    state: tcpStates[networkField.newState(frame)] ?? 'unknown',
    error: networkField.error(frame),
    networkNamespace: networkField.networkNamespace(frame),
  };
}

function buildOpen(frame: Buffer) {
  const mode = openField.mode(frame);
  return {
    path: openField.path(frame),
    read: (mode & 1) !== 0,
    write: (mode & 2) !== 0,
    openFlags: openField.openFlags(frame),
    result: openField.result(frame),
    inode: openField.inode(frame),
    device: openField.device(frame),
  };
}

function buildCgroup(frame: Buffer) {
  return {
    id: cgroupField.id(frame),
    parentId: cgroupField.parentId(frame),
    level: cgroupField.level(frame),
    hierarchy: cgroupField.hierarchy(frame) === 1 ? ('memory' as const) : ('unified' as const),
    path: cgroupField.path(frame),
  };
}

/** Builds the object of an event frame that passed checkFrame. Everything is copied out of the frame. */
export function buildEvent(frame: Buffer, kind: SensorEventKind): SensorEvent {
  const sequence = headerField.sequence(frame);
  const bootTimeUs = headerField.bootTimeUs(frame);
  const process = buildProcess(frame);
  switch (kind) {
    case 'exec':
    case 'existing':
      return { kind, sequence, bootTimeUs, process, ancestors: buildAncestors(frame) };
    case 'fork':
      return { kind, sequence, bootTimeUs, process };
    case 'exit':
      return {
        kind,
        sequence,
        bootTimeUs,
        process,
        status: exitField.status(frame),
        signal: exitField.signal(frame),
      };
    case 'credentials':
      return { kind, sequence, bootTimeUs, process, ...buildCredentials(frame) };
    case 'connect':
    case 'accept':
    case 'listen':
    case 'close':
      return { kind, sequence, bootTimeUs, process, ...buildNetwork(frame, kind) };
    case 'application':
      return {
        kind,
        sequence,
        bootTimeUs,
        process,
        ...buildNetwork(frame, kind),
        application: applicationField.name(frame),
        host: applicationField.host(frame),
      };
    case 'open':
      return { kind, sequence, bootTimeUs, process, ...buildOpen(frame) };
    case 'file-use':
      return {
        kind,
        sequence,
        bootTimeUs,
        process,
        path: fileUseField.path(frame),
        isExecutable: (fileUseField.fileMode(frame) & ANY_EXECUTE) !== 0,
        inode: fileUseField.inode(frame),
        device: fileUseField.device(frame),
      };
    case 'cgroup-created':
    case 'cgroup-removed':
      return { kind, sequence, bootTimeUs, process, ...buildCgroup(frame) };
  }
}

const inspectStates: readonly InspectState[] = ['off', 'running', 'restarting', 'failed'];

function buildInspect(frame: Buffer): SensorInspect {
  return {
    state: inspectStates[heartbeatField.inspectState(frame)] ?? 'failed',
    pid: heartbeatField.inspectPid(frame),
    restarts: heartbeatField.inspectRestarts(frame),
    flows: heartbeatField.inspectFlows(frame),
    recognised: heartbeatField.inspectRecognised(frame),
    unknown: heartbeatField.inspectUnknown(frame),
    skipped: heartbeatField.inspectSkipped(frame),
    dropped: heartbeatField.inspectDropped(frame),
    lost: heartbeatField.inspectLost(frame),
  };
}

/** Builds the object of a heartbeat frame. */
export function buildHeartbeat(frame: Buffer): SensorHeartbeat {
  return {
    bootTimeUs: headerField.bootTimeUs(frame),
    kernelSubmitted: heartbeatField.kernelSubmitted(frame),
    kernelDropped: heartbeatField.kernelDropped(frame),
    kernelShed: heartbeatField.kernelShed(frame),
    received: heartbeatField.received(frame),
    malformed: heartbeatField.malformed(frame),
    userShed: heartbeatField.userShed(frame),
    sent: heartbeatField.sent(frame),
    filtered: heartbeatField.filtered(frame),
    generation: heartbeatField.generation(frame),
    processes: heartbeatField.processes(frame),
    queuedBytes: heartbeatField.queuedBytes(frame),
    inspect: buildInspect(frame),
  };
}
