// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AgentEvent, SecurityEvent } from '@bartizan/contracts';
import { CLUSTER_FIELD, type Field, type KnownField } from '../sqlite/fields.ts';
import { owaspValues } from '../sqlite/nouns.ts';
import { subjectFields } from '../sqlite/subject-fields.ts';
import type { SliceStream } from './slice-name.ts';

type EventOf<K extends AgentEvent['kind']> = Extract<AgentEvent, { kind: K }>;
interface EventSpec<T> {
  readonly fields: readonly Field<T>[];
  readonly words: (item: T) => readonly (string | undefined)[];
}

const subject = subjectFields<AgentEvent>((event) => event.workload);
const common: readonly Field<AgentEvent>[] = [
  { name: 'severity', kind: 'severity', read: (event) => event.severity },
  { name: 'node', kind: 'text', read: (event) => event.node },
  ...subject,
];
const classified: readonly Field<AgentEvent>[] = [
  { name: 'owasp', kind: 'list', read: (event) => owaspValues(event.owasp) },
  { name: 'attack', kind: 'list', read: (event) => event.attack },
];
const subjectWords = ({ workload, node }: AgentEvent): (string | undefined)[] => [
  workload.namespace,
  workload.name,
  workload.containerName,
  workload.pod,
  workload.image,
  node,
];

const security: EventSpec<EventOf<'security'>> = {
  fields: [
    ...common,
    ...classified,
    { name: 'rule', kind: 'text', read: (event) => event.rule },
    { name: 'verdict', kind: 'text', read: (event) => event.decision.verdict },
    { name: 'source', kind: 'text', read: (event) => event.source },
    { name: 'process', kind: 'text', read: (event) => event.chain?.process.name },
    { name: 'title', kind: 'text', read: (event) => event.title.en },
    { name: 'file', kind: 'list', read: (event) => event.files },
    {
      name: 'remoteAddress',
      kind: 'list',
      read: (event) => event.connections.map((connection) => connection.remoteAddress),
    },
  ],
  words: (event) => [
    ...subjectWords(event),
    event.rule,
    event.title.en,
    event.title.ja,
    event.message.en,
    event.message.ja,
    ...processWords(event.chain),
    ...event.files,
    ...event.connections.map((connection) => connection.remoteAddress),
  ],
};

function processWords(chain: SecurityEvent['chain']): (string | undefined)[] {
  if (chain === undefined) return [];
  return [chain.process.executable, ...chain.process.arguments];
}

const process: EventSpec<EventOf<'process'>> = {
  fields: [
    ...common,
    { name: 'action', kind: 'text', read: (event) => event.action },
    { name: 'process', kind: 'text', read: (event) => event.chain.process.name },
    { name: 'executable', kind: 'text', read: (event) => event.chain.process.executable },
    { name: 'pid', kind: 'number', read: (event) => event.chain.process.pid },
    { name: 'uid', kind: 'number', read: (event) => event.chain.process.uid },
  ],
  words: (event) => [...subjectWords(event), ...processWords(event.chain)],
};

const file: EventSpec<EventOf<'file'>> = {
  fields: [
    ...common,
    { name: 'action', kind: 'text', read: (event) => event.action },
    { name: 'path', kind: 'text', read: (event) => event.path },
    { name: 'process', kind: 'text', read: (event) => event.chain.process.name },
    { name: 'uid', kind: 'number', read: (event) => event.chain.process.uid },
  ],
  words: (event) => [...subjectWords(event), event.path, ...processWords(event.chain)],
};

const flow: EventSpec<EventOf<'flow'>> = {
  fields: [
    ...common,
    { name: 'direction', kind: 'text', read: (event) => event.direction },
    { name: 'protocol', kind: 'text', read: (event) => event.protocol },
    { name: 'application', kind: 'text', read: (event) => event.application },
    { name: 'localAddress', kind: 'text', read: (event) => event.localAddress },
    { name: 'remoteAddress', kind: 'text', read: (event) => event.remoteAddress },
    { name: 'serverPort', kind: 'number', read: (event) => event.serverPort },
    { name: 'remoteWorkload', kind: 'text', read: (event) => event.remoteWorkload?.workload },
    { name: 'process', kind: 'text', read: (event) => event.process?.name },
    { name: 'verdict', kind: 'text', read: (event) => event.verdict },
    { name: 'connections', kind: 'number', read: (event) => event.connections },
    { name: 'failures', kind: 'number', read: (event) => event.failures },
    { name: 'bytesSent', kind: 'number', read: (event) => event.bytesSent },
    { name: 'bytesReceived', kind: 'number', read: (event) => event.bytesReceived },
  ],
  words: (event) => [
    ...subjectWords(event),
    event.localAddress,
    event.remoteAddress,
    event.remoteWorkload?.name,
    event.process?.executable,
    event.application,
    event.applicationHost,
  ],
};

/** What lists of events can be filtered and counted by, for each stream, besides occurredAtMs and receivedAtMs. */
export const EVENT_SPECS = { security, process, file, flow } as const;

/** Fields of a stream in the order of their columns; the first two are the times. */
export function eventFields(stream: SliceStream): readonly Pick<Field<never>, 'name' | 'kind'>[] {
  const times = [
    { name: 'occurredAtMs', kind: 'number' as const },
    { name: 'receivedAtMs', kind: 'number' as const },
  ];
  return [...times, ...EVENT_SPECS[stream].fields.map(({ name, kind }) => ({ name, kind }))];
}

/** What a filter of a stream may name. The cluster of an event is that of its producer. */
export const eventFilterFields = (stream: SliceStream): readonly KnownField[] => [
  ...eventFields(stream),
  { ...CLUSTER_FIELD, among: (condition) => `producer IN (SELECT id FROM producers WHERE ${condition})` },
];
