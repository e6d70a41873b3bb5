// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import path from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

type Fallback = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

const YEAR_S = 31_536_000;

/**
 * The console: files of its build folder, and its start page for every other path a browser may open. Files with a hash
 * in their name (folder assets/) may be kept for a year, the start page never.
 */
export async function registerConsole(
  server: FastifyInstance,
  folder: string,
  notFound: Fallback,
): Promise<void> {
  const present = folder !== '' && existsSync(path.join(folder, 'index.html'));
  if (present)
    await server.register(staticFiles, {
      root: path.resolve(folder),
      index: false,
      wildcard: false,
      dotfiles: 'ignore',
      list: false,
      cacheControl: false,
      setHeaders: (reply: { header(name: string, value: string): unknown }, file: string) => {
        const hashed = file.includes(`${path.sep}assets${path.sep}`);
        reply.header('cache-control', hashed ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
      },
    });
  server.setNotFoundHandler((request, reply) => {
    if (!present || !isPage(request)) return notFound(request, reply);
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}

/** Whether a request asks for a page of the console rather than for data or a missing file. */
function isPage(request: FastifyRequest): boolean {
  const target = request.url.split('?', 1)[0] ?? '/';
  return (
    request.method === 'GET' &&
    !target.startsWith('/api/') &&
    !/\.[a-z0-9]{1,8}$/iu.test(target) &&
    (request.headers.accept ?? '').includes('text/html')
  );
}
