// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { Decision } from '../decision.ts';
import { DottedId } from '../ids.ts';
import { choice, list, localText, object, optional, text } from '../schema.ts';
import { envelope } from './envelope.ts';
import { Connection, ProcessChain } from './process-info.ts';

/** A rule judged something that happened: what, by whom, and why. */
export const SecurityEvent = object('SecurityEvent', 'A rule judged something that happened', {
  ...envelope,
  kind: Type.Literal('security'),
  rule: DottedId,
  title: localText('What happened, in one sentence', 512),
  message: localText('The sentence with the names of this case', 2000),
  source: choice(
    ['sensor', 'fallback', 'audit-log', 'cluster-watch'],
    'sensor: seen by the kernel sensor; fallback: by polling, may have missed others; audit-log: told by an API server; cluster-watch: seen by our watch of the cluster',
  ),
  decision: Decision,
  chain: optional(ProcessChain),
  connections: list(Connection, 'Connections of the deciding process', 32),
  files: list(text('Path', 4096), 'Files involved', 32),
  fix: localText('What to do', 2000),
  incident: optional(
    text('Shared by the events of one process chain of a container or host; filled in when it is read', 32),
  ),
});
export type SecurityEvent = Static<typeof SecurityEvent>;
