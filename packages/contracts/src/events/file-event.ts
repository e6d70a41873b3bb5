// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { choice, object, text } from '../schema.ts';
import { envelope } from './envelope.ts';
import { ProcessChain } from './process-info.ts';

/** A watched file was opened. */
export const FileEvent = object('FileEvent', 'A watched file was opened', {
  ...envelope,
  kind: Type.Literal('file'),
  action: choice(['read', 'write'], 'How it was opened'),
  path: text('Path as the kernel resolved it', 4096),
  chain: ProcessChain,
});
export type FileEvent = Static<typeof FileEvent>;
