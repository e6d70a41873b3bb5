// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { fromForeign } from '../failure.ts';
import type { Call, ServerPort, WriterData, WriterRequest } from './protocol.ts';
import { WriterDesk } from './writer-desk.ts';

/** Answers what comes in at `port` as the only writer of core.db and of the slices. It ends by the request to close. */
export function serveWriter(data: WriterData, port: ServerPort): void {
  try {
    const desk = new WriterDesk(data, (reply) => port.postMessage(reply));
    port.on('message', (call: Call<WriterRequest>) => desk.receive(call));
  } catch (error) {
    const result = fromForeign(error, data.dataDir);
    port.on('message', ({ call }: Call<WriterRequest>) => port.postMessage({ call, result }));
  }
}
