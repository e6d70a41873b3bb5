// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { choice, flag, inline, integer, list, optional, text } from '../schema.ts';

/** What a standard stream of a process is connected to; a local (unix) socket counts as a pipe. */
export const STREAM_KINDS = ['socket', 'pipe', 'tty', 'file', 'none', 'unknown'] as const;

/** A process, identified by pid and start time on its boot. Arguments are redacted by the sensor. */
export const ProcessInfo = inline('A process', {
  pid: integer('Process id on the host', '1'),
  startBootUs: integer('Start, since boot', 'us since boot'),
  parentPid: optional(integer('Process id of the parent', '1')),
  containerPid: optional(integer('Process id inside its pid namespace', '1')),
  name: text('File name of the executable', 256),
  executable: text(
    'Path of the executable as the kernel resolved it; empty: of this ancestor only the name is known, its user ids are not',
    4096,
  ),
  arguments: list(text('Argument', 4096), 'Arguments, secrets replaced by the sensor', 256),
  argumentsTruncated: flag('Arguments were cut'),
  argumentsRedacted: flag('A secret was replaced'),
  cwd: optional(text('Working directory', 4096)),
  uid: integer('User id', '1'),
  euid: integer('Effective user id', '1'),
  gid: optional(integer('Group id', '1')),
  capabilities: optional(text('Effective capabilities, hexadecimal', 16)),
  stdio: optional(list(choice(STREAM_KINDS, 'kind'), 'What fds 0, 1 and 2 are', 3)),
  interactive: optional(flag('Has a controlling terminal')),
  fileless: optional(flag('Its executable has no name on any file system')),
  upperLayer: optional(flag('Its executable was written after the container started')),
});
export type ProcessInfo = Static<typeof ProcessInfo>;

/** A process and its ancestors, nearest first, as far as they are known. */
export const ProcessChain = inline('A process with its ancestors', {
  process: ProcessInfo,
  ancestors: list(ProcessInfo, 'Ancestors, parent first', 32),
  complete: flag('The chain reaches the first process of the container or of the host'),
});
export type ProcessChain = Static<typeof ProcessChain>;

/** A network endpoint pair as one process sees it. */
export const Connection = inline('A connection', {
  protocol: choice(['tcp', 'udp', 'other'], 'Protocol'),
  direction: choice(['outbound', 'inbound', 'listen'], 'Direction'),
  localAddress: text('Address', 64),
  localPort: integer('Port', '1', { maximum: 65535 }),
  remoteAddress: text('Address; empty when listening', 64),
  remotePort: integer('Port', '1', { maximum: 65535 }),
  bytesSent: optional(integer('Sent', 'bytes')),
  bytesReceived: optional(integer('Received', 'bytes')),
});
export type Connection = Static<typeof Connection>;
