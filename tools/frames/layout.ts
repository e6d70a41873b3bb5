// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * How one value lies in a frame. All numbers are little-endian and naturally aligned.
 * `time` and `count` are u64 that stay below 2^53 (microseconds, counters); `id` is a u64 shown as decimal
 * text; `bits` is a u64 shown as hexadecimal text; `text` is a pair of u16 (offset from the start of the
 * frame, length in bytes) that points into the tail.
 */
export type FieldType = 'u8' | 'u16' | 'u32' | 'i32' | 'time' | 'count' | 'id' | 'bits' | 'text' | 'address';

export type Field = Readonly<{ name: string; type: FieldType; about: string; repeat?: number }>;

export type Block = Readonly<{ name: string; about: string; fields: readonly Field[] }>;

export type Constant = Readonly<{ name: string; value: number; about: string }>;

/** Protocol constants that all three languages share. */
export const limits: readonly Constant[] = [
  { name: 'FRAME_MAGIC', value: 0x5a42, about: 'First two bytes after the length: "BZ".' },
  { name: 'FRAME_VERSION', value: 2, about: 'Layout version; a reader refuses any other.' },
  { name: 'FRAME_MAX_BYTES', value: 32_768, about: 'Longest frame in bytes, header included.' },
  { name: 'ANCESTOR_MAX', value: 6, about: 'Ancestors that an exec frame carries.' },
  {
    name: 'FIRST_BYTES_MAX',
    value: 2048,
    about: 'Bytes of the start of a connection that are looked at, per direction.',
  },
];

/** What a frame says. Below 16: the session itself; 16 to 63: events; from 128: commands to the sensor. */
export const kinds: readonly Constant[] = [
  { name: 'hello', value: 1, about: 'First frame: version of the sensor and the state of each program.' },
  { name: 'heartbeat', value: 2, about: 'Once a second: loss counters and sizes.' },
  { name: 'ack', value: 3, about: 'Answer to a command.' },
  { name: 'snapshot-end', value: 4, about: 'All processes that existed before have been sent.' },
  { name: 'exec', value: 16, about: 'A process runs a new program.' },
  { name: 'existing', value: 17, about: 'A process that ran before the sensor did.' },
  { name: 'fork', value: 18, about: 'A process was made.' },
  { name: 'exit', value: 19, about: 'The last thread of a process ended.' },
  { name: 'credentials', value: 20, about: 'User, group or capabilities of a process changed.' },
  { name: 'connect', value: 21, about: 'An outgoing connection was made or failed.' },
  { name: 'accept', value: 22, about: 'An incoming connection was made.' },
  { name: 'listen', value: 23, about: 'A socket waits for connections.' },
  { name: 'close', value: 24, about: 'A connection or a listening socket ended.' },
  { name: 'open', value: 25, about: 'A watched path was opened.' },
  { name: 'cgroup-created', value: 26, about: 'A control group was made.' },
  { name: 'cgroup-removed', value: 27, about: 'A control group was removed.' },
  { name: 'application', value: 28, about: 'What a connection speaks, told by the inspect worker.' },
  {
    name: 'file-use',
    value: 29,
    about: 'A file was opened in a container or on the host for the first time.',
  },
  { name: 'connect-start', value: 40, about: 'Kernel to sensor only: a process asked for a connection.' },
  { name: 'first-bytes', value: 41, about: 'Kernel to sensor only: bytes of the start of a connection.' },
  { name: 'set-watched-paths', value: 128, about: 'Replaces the watched paths.' },
  { name: 'ping', value: 129, about: 'Asks for an answer.' },
  { name: 'stop', value: 130, about: 'Asks the sensor to send what it holds and end.' },
  { name: 'snapshot', value: 131, about: 'Asks for all processes again.' },
];

/** Bits of process.flags. */
export const processFlags: readonly Constant[] = [
  { name: 'PROCESS_IN_CONTAINER', value: 1, about: "Its mount namespace is not the host's." },
  {
    name: 'PROCESS_FILELESS',
    value: 2,
    about: 'Its executable has no name in any file system (memory file or deleted).',
  },
  { name: 'PROCESS_LAYER_KNOWN', value: 4, about: 'The upper-layer bit has been determined.' },
  {
    name: 'PROCESS_UPPER_LAYER',
    value: 8,
    about: 'Its executable lies in the writable layer of an overlay mount.',
  },
  { name: 'PROCESS_ARGUMENTS_TRUNCATED', value: 16, about: 'Arguments were longer than the limit.' },
  { name: 'PROCESS_ARGUMENTS_REDACTED', value: 32, about: 'A secret in the arguments was replaced.' },
  { name: 'PROCESS_UNKNOWN', value: 64, about: 'The owner could not be told; the numbers are zero.' },
  {
    name: 'PROCESS_PATH_TRUNCATED',
    value: 128,
    about: 'A path had more parts than the limit; `...` in it stands for those left out.',
  },
  {
    name: 'PROCESS_FROM_PROCFS',
    value: 256,
    about: 'Read from /proc, so the start time has a resolution of 10 ms.',
  },
];

/** Values of process.stdio0 to stdio2. */
export const stdioKinds: readonly Constant[] = [
  { name: 'STDIO_NONE', value: 0, about: 'Closed.' },
  { name: 'STDIO_FILE', value: 1, about: 'A regular file or a device.' },
  { name: 'STDIO_TTY', value: 2, about: 'A terminal.' },
  {
    name: 'STDIO_PIPE',
    value: 3,
    about: 'A pipe, or a local (unix) socket: both join processes of one host.',
  },
  { name: 'STDIO_SOCKET', value: 4, about: 'A socket that reaches a network.' },
];

export const header: Block = {
  name: 'header',
  about: 'Starts every frame.',
  fields: [
    { name: 'length', type: 'u32', about: 'Bytes of the whole frame, this field included.' },
    { name: 'magic', type: 'u16', about: 'FRAME_MAGIC.' },
    { name: 'version', type: 'u8', about: 'FRAME_VERSION.' },
    { name: 'kind', type: 'u8', about: 'What the frame says.' },
    { name: 'verdict', type: 'u8', about: '0 observed, 1 allowed, 2 alerted, 3 refused, 4 killed.' },
    { name: 'reserved', type: 'u8', about: 'Zero.' },
    { name: 'stream', type: 'u16', about: 'Stream that the sequence number belongs to; 0 for events.' },
    { name: 'scope', type: 'u32', about: 'Policy scope in the kernel; 0 when none applies.' },
    { name: 'sequence', type: 'count', about: 'Rises by one in a stream; a gap is a loss.' },
    { name: 'bootTimeUs', type: 'time', about: 'Microseconds since the node booted, sleep included.' },
    {
      name: 'cgroupId',
      type: 'id',
      about: 'Key of the control group: memory v1 where it exists, else unified.',
    },
    { name: 'unifiedCgroupId', type: 'id', about: 'Id in the unified hierarchy.' },
  ],
};

export const process: Block = {
  name: 'process',
  about: 'Follows the header of every event: who did it.',
  fields: [
    {
      name: 'startBootUs',
      type: 'time',
      about: 'Start time since boot in microseconds; with pid the identity.',
    },
    { name: 'parentStartBootUs', type: 'time', about: 'Start time of the parent.' },
    { name: 'capsEffective', type: 'bits', about: 'Effective capabilities.' },
    { name: 'pid', type: 'u32', about: "Process id in the host's namespace (thread group)." },
    { name: 'parentPid', type: 'u32', about: "Parent's process id in the host's namespace." },
    { name: 'nsPid', type: 'u32', about: 'Process id in its own namespace.' },
    { name: 'uid', type: 'u32', about: 'Real user.' },
    { name: 'euid', type: 'u32', about: 'Effective user.' },
    { name: 'gid', type: 'u32', about: 'Real group.' },
    { name: 'mountNamespace', type: 'u32', about: 'Inode of the mount namespace; recycled, never a key.' },
    { name: 'pidNamespace', type: 'u32', about: 'Inode of the pid namespace.' },
    { name: 'tty', type: 'u32', about: 'Device number of the controlling terminal; 0 when none.' },
    { name: 'filesystem', type: 'u32', about: "Magic number of the executable's file system." },
    { name: 'stdio0', type: 'u8', about: 'What descriptor 0 is.' },
    { name: 'stdio1', type: 'u8', about: 'What descriptor 1 is.' },
    { name: 'stdio2', type: 'u8', about: 'What descriptor 2 is.' },
    { name: 'reserved', type: 'u8', about: 'Zero.' },
    { name: 'flags', type: 'u32', about: 'PROCESS_ bits.' },
    { name: 'executable', type: 'text', about: 'Path seen from the root of the mount namespace.' },
    { name: 'arguments', type: 'text', about: 'Arguments, a zero byte after each.' },
    { name: 'cwd', type: 'text', about: 'Working directory.' },
    { name: 'spare', type: 'u32', about: 'Zero.' },
  ],
};

/** What is known of a connection. */
const networkFields: readonly Field[] = [
  { name: 'socketId', type: 'id', about: "The kernel's socket cookie." },
  { name: 'bytesSent', type: 'count', about: 'Bytes sent, without retransmissions.' },
  { name: 'bytesReceived', type: 'count', about: 'Bytes received.' },
  { name: 'localAddress', type: 'address', about: '4 or 16 bytes in network order.' },
  { name: 'remoteAddress', type: 'address', about: '4 or 16 bytes in network order.' },
  { name: 'localPort', type: 'u16', about: 'Local port.' },
  { name: 'remotePort', type: 'u16', about: 'Remote port.' },
  { name: 'family', type: 'u8', about: '4 or 6.' },
  { name: 'protocol', type: 'u8', about: 'IP protocol number.' },
  { name: 'oldState', type: 'u8', about: 'TCP state before.' },
  { name: 'newState', type: 'u8', about: 'TCP state after.' },
  { name: 'networkNamespace', type: 'u32', about: 'Inode of the network namespace.' },
  { name: 'error', type: 'u32', about: 'Error number of a failed connection; 0 when none.' },
];

/** Bodies, after header and process. */
export const bodies: readonly Block[] = [
  {
    name: 'exec',
    about: 'Body of exec and existing.',
    fields: [
      { name: 'ancestorStartUs', type: 'time', repeat: 6, about: 'Start times, parent first.' },
      { name: 'ancestorPid', type: 'u32', repeat: 6, about: 'Process ids, parent first.' },
      { name: 'ancestorName', type: 'text', repeat: 6, about: 'Executable names.' },
      { name: 'ancestorCount', type: 'u32', about: 'How many ancestors are filled.' },
      { name: 'spare', type: 'u32', about: 'Zero.' },
    ],
  },
  {
    name: 'fork',
    about: 'Body of fork, kernel to sensor only.',
    fields: [
      { name: 'makerStartUs', type: 'time', about: 'Start time of the process that asked for the new one.' },
      {
        name: 'makerPid',
        type: 'u32',
        about: 'Its process id: what it runs, the new one runs. Not the parent with CLONE_PARENT.',
      },
      { name: 'spare', type: 'u32', about: 'Zero.' },
    ],
  },
  {
    name: 'exit',
    about: 'Body of exit.',
    fields: [
      { name: 'status', type: 'i32', about: 'Exit status, 0 to 255.' },
      { name: 'signal', type: 'u32', about: 'Signal that ended it; 0 when none.' },
    ],
  },
  {
    name: 'credentials',
    about: 'Body of credentials.',
    fields: [
      { name: 'beforeCaps', type: 'bits', about: 'Effective capabilities before.' },
      { name: 'afterCaps', type: 'bits', about: 'Effective capabilities after.' },
      { name: 'beforeUid', type: 'u32', about: 'Real user before.' },
      { name: 'beforeEuid', type: 'u32', about: 'Effective user before.' },
      { name: 'beforeGid', type: 'u32', about: 'Real group before.' },
      { name: 'afterUid', type: 'u32', about: 'Real user after.' },
      { name: 'afterEuid', type: 'u32', about: 'Effective user after.' },
      { name: 'afterGid', type: 'u32', about: 'Real group after.' },
      { name: 'cause', type: 'u32', about: '1 a system call, 2 exec of a set-id program.' },
      { name: 'call', type: 'u32', about: 'Number of the system call; 0 for exec.' },
    ],
  },
  { name: 'network', about: 'Body of connect, accept, listen and close.', fields: networkFields },
  {
    name: 'application',
    about: 'Body of application.',
    fields: [
      ...networkFields,
      {
        name: 'name',
        type: 'text',
        about: 'Protocol; `unknown` when it was looked at and not recognised.',
      },
      { name: 'host', type: 'text', about: 'Name of the server that the client asked for; empty when none.' },
    ],
  },
  {
    name: 'firstBytes',
    about: 'Body of first-bytes.',
    fields: [
      ...networkFields,
      { name: 'direction', type: 'u8', about: '0 from the client, 1 from the server.' },
      { name: 'segment', type: 'u8', about: 'Number of the piece in its direction, from 0.' },
      { name: 'spare', type: 'u16', about: 'Zero.' },
      { name: 'bytes', type: 'text', about: 'The bytes.' },
    ],
  },
  {
    name: 'open',
    about: 'Body of open.',
    fields: [
      { name: 'inode', type: 'id', about: 'Inode number.' },
      { name: 'device', type: 'u32', about: "The kernel's device number." },
      { name: 'mode', type: 'u32', about: '1 read, 2 write, 3 both.' },
      { name: 'openFlags', type: 'u32', about: 'Flags of the open file.' },
      { name: 'result', type: 'i32', about: 'Descriptor, or a negative error number.' },
      {
        name: 'path',
        type: 'text',
        about:
          'Path seen from the root of the mount namespace; from that of the process when only so it is watched.',
      },
      {
        name: 'rootBytes',
        type: 'u32',
        about: 'Kernel to sensor only: bytes of the parts below the root of the process; 0 when unknown.',
      },
    ],
  },
  {
    name: 'fileUse',
    about: 'Body of file-use.',
    fields: [
      { name: 'inode', type: 'id', about: 'Inode number.' },
      { name: 'device', type: 'u32', about: "The kernel's device number." },
      { name: 'fileMode', type: 'u32', about: 'Kind and permission bits of the file.' },
      { name: 'path', type: 'text', about: 'Path seen from the root of the mount namespace.' },
      { name: 'spare', type: 'u32', about: 'Zero.' },
    ],
  },
  {
    name: 'cgroup',
    about: 'Body of cgroup-created and cgroup-removed.',
    fields: [
      { name: 'id', type: 'id', about: 'Id of the control group.' },
      { name: 'parentId', type: 'id', about: "Parent's id." },
      { name: 'level', type: 'u32', about: 'Depth below the root.' },
      { name: 'hierarchy', type: 'u32', about: '1 memory v1, 2 unified.' },
      { name: 'path', type: 'text', about: 'Path in its hierarchy.' },
      { name: 'spare', type: 'u32', about: 'Zero.' },
    ],
  },
];

/** Frames of the session itself: a body straight after the header, no process. */
export const sessionBodies: readonly Block[] = [
  {
    name: 'hello',
    about: 'Body of hello.',
    fields: [
      { name: 'memoryV1', type: 'u32', about: '1 when cgroupId is the id of the memory v1 hierarchy.' },
      { name: 'programs', type: 'text', about: 'JSON: state of each kernel program.' },
      { name: 'sensorVersion', type: 'text', about: 'Version of the sensor.' },
      { name: 'spare', type: 'u32', about: 'Zero.' },
    ],
  },
  {
    name: 'heartbeat',
    about: 'Body of heartbeat. Counters rise from the start of the sensor.',
    fields: [
      { name: 'kernelSubmitted', type: 'count', about: 'Records that the kernel put into the ring.' },
      { name: 'kernelDropped', type: 'count', about: 'Records that found the ring full.' },
      {
        name: 'kernelShed',
        type: 'count',
        about: 'Network and open records given up to keep room for the rest.',
      },
      { name: 'received', type: 'count', about: 'Records taken from the ring.' },
      { name: 'malformed', type: 'count', about: 'Records that could not be read.' },
      { name: 'userShed', type: 'count', about: 'Frames given up because the agent did not read.' },
      { name: 'sent', type: 'count', about: 'Event frames sent.' },
      { name: 'filtered', type: 'count', about: 'Records that no watched path asked for.' },
      { name: 'generation', type: 'count', about: 'Generation of the watched paths.' },
      { name: 'processes', type: 'u32', about: 'Processes in the cache.' },
      { name: 'queuedBytes', type: 'u32', about: 'Bytes that wait for the agent.' },
      {
        name: 'inspectState',
        type: 'u32',
        about: 'Inspect worker: 0 off, 1 running, 2 restarting, 3 failed.',
      },
      { name: 'inspectPid', type: 'u32', about: 'Process id of the inspect worker; 0 when it does not run.' },
      { name: 'inspectRestarts', type: 'count', about: 'How often the worker was started again.' },
      { name: 'inspectFlows', type: 'count', about: 'Connections whose first bytes came.' },
      { name: 'inspectRecognised', type: 'count', about: 'Connections whose protocol was recognised.' },
      { name: 'inspectUnknown', type: 'count', about: 'Connections looked at and not recognised.' },
      {
        name: 'inspectSkipped',
        type: 'count',
        about: 'Connections left out by the cap of connections a second.',
      },
      { name: 'inspectDropped', type: 'count', about: 'Pieces of first bytes that found their ring full.' },
      {
        name: 'inspectLost',
        type: 'count',
        about: 'Connections given up: the worker died, hung or was too slow.',
      },
    ],
  },
  {
    name: 'ack',
    about: 'Body of ack.',
    fields: [
      { name: 'generation', type: 'count', about: 'Generation that holds from now on.' },
      { name: 'command', type: 'u32', about: 'Id of the command.' },
      { name: 'status', type: 'u32', about: '0 done, else refused.' },
      { name: 'message', type: 'text', about: 'Why it was refused.' },
      { name: 'spare', type: 'u32', about: 'Zero.' },
    ],
  },
  {
    name: 'snapshotEnd',
    about: 'Body of snapshot-end.',
    fields: [
      { name: 'processes', type: 'u32', about: 'Processes sent.' },
      { name: 'spare', type: 'u32', about: 'Zero.' },
    ],
  },
  {
    name: 'command',
    about: 'Body of every command.',
    fields: [
      { name: 'generation', type: 'count', about: 'Generation of the new state.' },
      { name: 'command', type: 'u32', about: 'Id that the answer repeats.' },
      { name: 'argument', type: 'text', about: 'Lines of the command.' },
    ],
  },
];
