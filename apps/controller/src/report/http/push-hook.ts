// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { failure } from '@bartizan/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { PushDesk } from '../../ports.ts';
import { sendProblem } from './api-routes.ts';

/** Largest note; registries send a few kilobytes. */
const NOTE_BYTES_MAX = 256 * 1024;
/** Notes being looked at, of all registries together. */
const AT_ONCE_MAX = 32;
const HEADER_MAX = 4096;

const headerOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' && value.length <= HEADER_MAX ? value : undefined;
};

/** Pub/Sub of Google sends no header of ours: there the secret stands in the address, and nowhere else is it looked at. */
const tokenOf = ({ query }: FastifyRequest): string | undefined => {
  const token: unknown =
    typeof query === 'object' && query !== null ? Reflect.get(query, 'token') : undefined;
  return typeof token === 'string' && token.length <= HEADER_MAX ? `Bearer ${token}` : undefined;
};

/**
 * `POST /hooks/registries/:id`: what registries send when something was pushed. No part of the API: the form is theirs,
 * and they prove themselves with the secret of their registry, never with a session.
 */
export function registerPushHook(server: FastifyInstance, pushes: PushDesk): Promise<void> {
  let atOnce = 0;
  const hooks = (hook: FastifyInstance, _options: object, done: () => void): void => {
    hook.removeAllContentTypeParsers();
    // As bytes, whatever each registry calls its JSON: signatures are over bytes.
    hook.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    hook.post<{ Params: { id: string } }>(
      '/hooks/registries/:id',
      { bodyLimit: NOTE_BYTES_MAX },
      async (request, reply) => {
        if (atOnce >= AT_ONCE_MAX)
          return sendProblem(request, reply, {
            ...failure('E_REGISTRY_PUSHES', `${atOnce} notes are being read`),
            retryAfterS: 5,
          });
        atOnce += 1;
        try {
          const authorization = headerOf(request, 'authorization') ?? tokenOf(request);
          const signature = headerOf(request, 'x-hub-signature-256');
          const nexusSignature = headerOf(request, 'x-nexus-webhook-signature');
          const receipt = await pushes.receive(request.params.id, {
            body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
            ...(authorization === undefined ? {} : { authorization }),
            ...(signature === undefined ? {} : { signature }),
            ...(nexusSignature === undefined ? {} : { nexusSignature }),
          });
          if (!receipt.ok) return await sendProblem(request, reply, receipt.error);
          return await reply.code(202).header('cache-control', 'no-store').send(receipt.value);
        } finally {
          atOnce -= 1;
        }
      },
    );
    done();
  };
  return Promise.resolve(server.register(hooks)).then(() => undefined);
}
