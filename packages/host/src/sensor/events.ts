// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What a standard descriptor is. */
export type StdioKind = 'socket' | 'pipe' | 'tty' | 'file' | 'none';

/** The process that an event is about. Identity: pid with startBootUs. */
export type SensorProcess = Readonly<{
  /** Thread group id in the host's pid namespace; 0 when the owner is unknown. */
  pid: number;
  /** Start in microseconds since boot, sleep included. */
  startBootUs: number;
  parentPid: number;
  parentStartBootUs: number;
  /** Process id in its own pid namespace. */
  nsPid: number;
  uid: number;
  euid: number;
  gid: number;
  /** 16 hexadecimal digits. */
  capsEffective: string;
  /** Decimal. The memory v1 id where that hierarchy exists, else the unified id. */
  cgroupId: string;
  unifiedCgroupId: string;
  /** Inode numbers of namespaces; recycled by the kernel, never a key. */
  mountNamespace: number;
  pidNamespace: number;
  /** Its mount namespace is not the host's. */
  inContainer: boolean;
  /**
   * Seen from the root of its mount namespace, with `...` where parts were too many; `memfd:NAME` for a memory
   * file; empty when unknown.
   */
  executable: string;
  arguments: string[];
  argumentsTruncated: boolean;
  /** A secret was replaced by `[redacted]` in the sensor. */
  argumentsRedacted: boolean;
  cwd: string;
  /** Device number of the controlling terminal; 0 when none. */
  tty: number;
  /** Descriptors 0, 1 and 2 at its last exec. */
  stdio: [StdioKind, StdioKind, StdioKind];
  /** Its executable has no name in any file system. */
  fileless: boolean;
  /** Its executable lies in the writable layer of an overlay mount; null when that could not be told. */
  upperLayer: boolean | null;
  /** Kind of the executable's file system, e.g. `overlay`; empty when unknown. */
  filesystem: string;
  /** False when the sensor could not tell who did it: the numbers are then zero, only cgroup ids may hold. */
  known: boolean;
}>;

/** One step up the process tree. */
export type SensorAncestor = Readonly<{ pid: number; startBootUs: number; name: string }>;

/** Who a process acts as. */
export type SensorCredentials = Readonly<{ uid: number; euid: number; gid: number; capsEffective: string }>;

type EventBase<K extends string> = Readonly<{
  kind: K;
  /** Rises by one with every event of one sensor run; a gap is a loss. */
  sequence: number;
  /** Microseconds since boot, sleep included. */
  bootTimeUs: number;
  process: SensorProcess;
}>;

type NetworkEvent<K extends string> = EventBase<K> &
  Readonly<{
    family: 4 | 6;
    protocol: 'tcp' | 'udp' | 'other';
    localAddress: string;
    localPort: number;
    /** Empty for a listening socket. */
    remoteAddress: string;
    remotePort: number;
    bytesSent: number;
    bytesReceived: number;
    /** Decimal; the same for all events of one socket. */
    socketId: string;
    /** State of the socket after the event. */
    state: string;
    /** Error number of a connection that failed; 0 when none. */
    error: number;
    networkNamespace: number;
  }>;

/** A program started (exec) or was found running (existing). */
export type ProgramEvent = EventBase<'exec' | 'existing'> & Readonly<{ ancestors: SensorAncestor[] }>;

/** What a connection of a container speaks, from its first bytes. Comes after its connect or accept, and may come after its close. */
export type ApplicationEvent = NetworkEvent<'application'> &
  Readonly<{
    /** Name of the protocol; `unknown` when it was looked at and not recognised. */
    application: string;
    /** Name that the client asked for, lower case, without port; empty when none was seen. */
    host: string;
  }>;

/** A watched path was opened. */
export type OpenEvent = EventBase<'open'> &
  Readonly<{
    path: string;
    read: boolean;
    write: boolean;
    /** Flags of the open file (O_*). */
    openFlags: number;
    /** Descriptor or 0; a negative error number when the open failed. */
    result: number;
    /** Decimal. */
    inode: string;
    device: number;
  }>;

/** A file was opened for reading, for the first time in this container (or on the host), or again after an hour. */
export type FileUseEvent = EventBase<'file-use'> &
  Readonly<{
    path: string;
    /** It has a permission to execute. */
    isExecutable: boolean;
    /** Decimal. */
    inode: string;
    device: number;
  }>;

/** A control group came or went. `process` is who did it. */
export type CgroupEvent = EventBase<'cgroup-created' | 'cgroup-removed'> &
  Readonly<{ id: string; parentId: string; level: number; hierarchy: 'memory' | 'unified'; path: string }>;

/** What the sensor saw. */
export type SensorEvent =
  | ProgramEvent
  | EventBase<'fork'>
  | (EventBase<'exit'> & Readonly<{ status: number; signal: number }>)
  | (EventBase<'credentials'> &
      Readonly<{
        before: SensorCredentials;
        after: SensorCredentials;
        cause: 'call' | 'exec';
        /** Number of the system call; 0 for exec. */
        call: number;
      }>)
  | NetworkEvent<'connect'>
  | NetworkEvent<'accept'>
  | NetworkEvent<'listen'>
  | NetworkEvent<'close'>
  | ApplicationEvent
  | OpenEvent
  | FileUseEvent
  | CgroupEvent;

/** Kind of an event. */
export type SensorEventKind = SensorEvent['kind'];

/** State of one kernel program. */
export type SensorProgram = Readonly<{ name: string; section: string; loaded: boolean; reason: string }>;

/** State of the inspect worker. `off`: the kernel copies no first bytes. */
export type InspectState = 'off' | 'running' | 'restarting' | 'failed';

/** The inspect worker of one sensor run. Without it connections are told as ever, only without their protocol. */
export type SensorInspect = Readonly<{
  state: InspectState;
  /** Process id; 0 when it does not run. */
  pid: number;
  restarts: number;
  /** Connections whose first bytes came. */
  flows: number;
  recognised: number;
  /** Looked at and not recognised. */
  unknown: number;
  /** Left out by the cap of connections a second. */
  skipped: number;
  /** Pieces that found their ring full. */
  dropped: number;
  /** Connections given up: the worker died, hung or was too slow. */
  lost: number;
}>;

/** Counters of one sensor run, once a second. Nothing is lost without being counted here. */
export type SensorHeartbeat = Readonly<{
  bootTimeUs: number;
  kernelSubmitted: number;
  /** Records that found the kernel's ring full. */
  kernelDropped: number;
  /** Network and open records given up by the kernel to keep room for processes. */
  kernelShed: number;
  received: number;
  malformed: number;
  /** Network and open frames given up because we did not read fast enough. */
  userShed: number;
  sent: number;
  filtered: number;
  generation: number;
  processes: number;
  queuedBytes: number;
  inspect: SensorInspect;
}>;
