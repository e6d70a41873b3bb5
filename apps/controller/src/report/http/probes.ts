// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLoopback } from '../access/authenticate.ts';
import { sendProblem } from './api-routes.ts';
import type { Gate } from './gate.ts';

/** One thing that has to work before requests are worth sending. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}
/** What the probes ask. */
export interface ProbeParts {
  readonly readiness: () => readonly ReadinessCheck[];
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly gate: Gate;
}

/** `/livez` (the process answers), `/readyz` (it can do its work; `?verbose` lists the checks), `/metrics`. */
export function registerProbes(server: FastifyInstance, parts: ProbeParts): void {
  server.get('/livez', (_request, reply) =>
    reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').send('ok\n'),
  );
  server.get('/readyz', (request, reply) => {
    const checks = parts.readiness();
    const ready = checks.every((check) => check.ok);
    const lines = isVerbose(request)
      ? checks.map((check) => `[${check.ok ? '+' : '-'}] ${check.name} ${check.detail}\n`).join('')
      : '';
    return reply
      .code(ready ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(`${lines}${ready ? 'ok' : 'not ready'}\n`);
  });
  server.get('/metrics', async (request, reply) => {
    if (!isLoopback(request.ip)) {
      const caller = await parts.gate.identify(request);
      if (!caller.ok) return sendProblem(request, reply, caller.error);
      if (!caller.value.permissions.includes('system:read'))
        return sendProblem(request, reply, {
          code: caller.value.kind === 'anonymous' ? 'E_LOGIN_REQUIRED' : 'E_FORBIDDEN',
          detail: 'this needs the permission system:read',
        });
    }
    const metrics = await parts.metrics();
    return reply.type(metrics.contentType).header('cache-control', 'no-store').send(metrics.text);
  });
}

const isVerbose = (request: FastifyRequest): boolean =>
  typeof request.query === 'object' && request.query !== null && Object.hasOwn(request.query, 'verbose');
