// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { connect, createServer, type Server } from 'node:net';

/** Lets nodes reach a port of loopback, as long as the test runs. */
export function doorTo(port: number, host: string): Promise<Server> {
  const server = createServer((outside) => {
    const inside = connect(port, '127.0.0.1');
    // Neither end outlives the other: a program that was killed leaves no connection that a test would wait for.
    outside.on('error', () => inside.destroy()).on('close', () => inside.destroy());
    inside.on('error', () => outside.destroy()).on('close', () => outside.destroy());
    outside.pipe(inside).pipe(outside);
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, host, () => resolve(server));
  });
}
