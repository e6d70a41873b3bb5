// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { choice, integer, object, optional } from '../schema.ts';
import { envelope } from './envelope.ts';
import { ProcessChain } from './process-info.ts';

/** A process started, or changed who it is. Ends are folded into the record of their start when they come in time. */
export const ProcessEvent = object('ProcessEvent', 'A process started, ended or changed its credentials', {
  ...envelope,
  kind: Type.Literal('process'),
  action: choice(['exec', 'existing', 'exit', 'credentials'], 'What happened'),
  chain: ProcessChain,
  exitCode: optional(integer('Exit code', '1', { maximum: 255 })),
});
export type ProcessEvent = Static<typeof ProcessEvent>;
