// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { connect, createServer, type Socket } from 'node:net';

/** In the namespace of the browser nothing else listens. */
export const DOOR_PORT = 1080;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1', '0:0:0:0:0:0:0:1']);
const OPEN = Buffer.from('open\n');

/** The port that a connection through the door begins with; undefined: it only says that the door is open. */
export const readPort = (head: Buffer): number | undefined =>
  head.length === 2 ? head.readUInt16BE(0) : undefined;

/** Host and port of a SOCKS 5 request to connect (RFC 1928, section 4); undefined: it asks for something else. */
export function readRequest(bytes: Buffer): { host: string; port: number } | undefined {
  if (bytes[0] !== 5 || bytes[1] !== 1) return undefined;
  const kind = bytes[3];
  const [from, length] = kind === 1 ? [4, 4] : kind === 4 ? [4, 16] : [5, bytes[4] ?? 0];
  if (bytes.length !== from + length + 2) return undefined;
  const raw = bytes.subarray(from, from + length);
  const host =
    kind === 1
      ? raw.join('.')
      : kind === 4
        ? Array.from({ length: 8 }, (_, at) => raw.readUInt16BE(at * 2).toString(16)).join(':')
        : raw.toString('latin1');
  return { host, port: bytes.readUInt16BE(from + length) };
}

const ANSWER = { granted: 0, refused: 2 } as const;
const answer = (client: Socket, code: number): boolean =>
  client.write(Uint8Array.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0));

function serve(client: Socket, path: string): void {
  client.on('error', () => client.destroy());
  client.once('data', () => {
    client.write(Uint8Array.of(5, 0));
    client.once('data', (bytes) => {
      const wanted = readRequest(bytes);
      client.pause();
      if (wanted === undefined || !LOOPBACK.has(wanted.host)) {
        answer(client, ANSWER.refused);
        client.end();
        return;
      }
      const outside = connect(path);
      const port = Buffer.alloc(2);
      port.writeUInt16BE(wanted.port);
      outside.write(port);
      outside.once('data', () => {
        outside.pause();
        answer(client, ANSWER.granted);
        client.pipe(outside).pipe(client);
      });
      // An end is passed on behind the last byte; a connection that breaks takes the other with it.
      outside.on('error', () => client.destroy());
      client.on('error', () => outside.destroy());
      outside.once('close', () => client.end());
    });
  });
}

/** Opens the door until whoever started the browser goes away. */
function open(path: string): void {
  createServer({ noDelay: true }, (client) => serve(client, path)).listen(DOOR_PORT, '127.0.0.1', () => {
    const keeper = connect(path, () => keeper.write(OPEN));
    keeper.on('error', () => process.exit(0));
    keeper.once('close', () => process.exit(0));
  });
}

const path = process.argv[2];
if (import.meta.main && path !== undefined) open(path);
