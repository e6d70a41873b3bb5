// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenStream } from '../api/route-handler.ts';

/** Whether nobody is there any more. A response of HTTP/2 tells of it by its stream alone. */
const isClosed = (raw: ServerResponse | Http2ServerResponse): boolean =>
  'stream' in raw ? raw.stream.destroyed || raw.stream.closed : raw.destroyed;

/**
 * Hands the connection of a request over to a live stream. A client that left while its login was looked up gets none:
 * the event that would tell of its end has been.
 */
export function openEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  open: OpenStream,
): FastifyReply {
  const header = request.headers['last-event-id'];
  const lastEventId = typeof header === 'string' && header.length <= 64 ? header : undefined;
  reply.hijack();
  const { raw } = reply;
  if (isClosed(raw)) return reply;
  raw.writeHead(200, {
    ...headersSoFar(reply),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  open({
    lastEventId,
    pendingBytes: () => raw.writableLength,
    isClosed: () => isClosed(raw),
    write: (chunk) => {
      if (!raw.writableEnded && !isClosed(raw)) raw.write(chunk);
    },
    end: () => {
      raw.end();
    },
    onClose: (listener) => {
      raw.on('close', listener);
      raw.on('error', listener);
    },
  });
  return reply;
}

function headersSoFar(reply: FastifyReply): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) headers[name] = String(value);
  return headers;
}
