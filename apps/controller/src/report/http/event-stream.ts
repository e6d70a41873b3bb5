// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenStream } from '../api/route-handler.ts';

/** Hands the connection of a request over to a live stream. */
export function openEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  open: OpenStream,
): FastifyReply {
  const header = request.headers['last-event-id'];
  const lastEventId = typeof header === 'string' && header.length <= 64 ? header : undefined;
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...headersSoFar(reply),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  open({
    lastEventId,
    pendingBytes: () => raw.writableLength,
    write: (chunk) => {
      if (!raw.writableEnded && !raw.destroyed) raw.write(chunk);
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
