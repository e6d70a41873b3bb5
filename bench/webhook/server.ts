// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// A webhook in a process of its own: server.ts ours|allow-all. It tells where it listens, then, whenever it is asked, what
// CPU time it took so far; it ends with the channel to who started it.

import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issueAuthority, issueServer } from '@bartizan/adapters/pki';
import { AdmissionBench, DecisionLedger, type Log, WebhookServer } from '@bartizan/controller';
import { EMPTY_CONTEXT } from '@bartizan/engine/admission';
import { OWNER, openTestStore } from '@bartizan/testkit/store';
import { policyOf } from '../admission-policy.ts';
import type { Listening, ServerSpent } from './messages.ts';

const HOST = '127.0.0.1';
const RULES = 500;
const clock = { nowMs: () => Date.now() };

interface Tls {
  readonly keyPem: string;
  readonly certificatePem: string;
}
interface Running {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const silent = (): void => {};
/** What goes wrong is to be seen; a bench that fails quietly measures nothing. */
const complain = (fields: object, message: string): void => {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
};
const log: Log = { debug: silent, info: silent, warn: complain, error: complain };

/** The webhook port of the controller with its judge, and the ledger that keeps each answer. */
async function startOurs(tls: Tls): Promise<Running> {
  const { store, remove } = await openTestStore();
  const rules = policyOf(RULES);
  const judge = new AdmissionBench({ clock, rules: () => rules, context: EMPTY_CONTEXT });
  const ledger = new DecisionLedger({ store, clock, log, owner: OWNER });
  const server = new WebhookServer({
    judge,
    onDecision: (ask, answer) => ledger.note(ask, answer),
    log,
    tls,
  });
  const port = await server.listen(HOST, 0);
  return {
    port,
    close: async () => {
      await server.close();
      await ledger.close();
      const { lostTotal } = ledger.state();
      if (lostTotal > 0) complain({ lostTotal }, 'the ledger did not keep all answers');
      await remove();
    },
  };
}

/** The least a webhook can do: it reads the review and allows it. */
async function startAllowAll({ keyPem, certificatePem }: Tls): Promise<Running> {
  const server = createServer({ key: keyPem, cert: certificatePem }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as { request: { uid: string } };
      const { uid } = review.request;
      const answer = {
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: { uid, allowed: true },
      };
      const body = JSON.stringify(answer);
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: (server.address() as AddressInfo).port, close };
}

if (process.send === undefined) throw new Error('started by bench/admission-webhook.ts');
const validity = { nowMs: Date.now(), lifetimeMs: 86_400_000 };
const authority = await issueAuthority('bench', validity);
const tls = await issueServer(authority, [HOST], validity);
const running = await (process.argv[2] === 'ours' ? startOurs(tls) : startAllowAll(tls));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system } satisfies ServerSpent);
});
process.on('disconnect', () => void running.close());
process.send({ port: running.port, caPem: authority.certificatePem } satisfies Listening);
