// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// Asks a webhook in a process of its own, over kept connections as an API server does: with a rate, each request is begun
// when it is due, whatever became of those before, and its time counts from then; without one, each connection asks
// again as soon as it has its answer.

import { Agent, request } from 'node:https';
import { performance } from 'node:perf_hooks';
import { podOf, requestFor } from '../admission-policy.ts';
import { percentile } from '../results.ts';
import type { LoadOptions, LoadResult } from './messages.ts';

const PODS = 200;
/** One pod of so many violates. */
const BAD_EVERY = 10;
const ANSWER_MS = 10_000;

const bodies = Array.from({ length: PODS }, (_, at): Buffer => {
  const { operation, group, resource, kind, namespace, name, object, user } = requestFor(
    podOf(at, at % BAD_EVERY !== 0),
    at,
  );
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: `uid-${at}`,
      kind: { group, version: 'v1', kind },
      resource: { group, version: 'v1', resource },
      operation,
      namespace,
      name,
      userInfo: { username: user?.name, groups: user?.groups },
      object,
      dryRun: false,
    },
  };
  return Buffer.from(JSON.stringify(review));
});

class Load {
  readonly #options: LoadOptions;
  readonly #agent: Agent;
  readonly #times: number[] = [];
  #sent = 0;
  #denied = 0;
  #failed = 0;
  #open = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    const { caPem, connections } = options;
    this.#agent = new Agent({ ca: caPem, keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  }

  /** One question; its time counts from when it was due. */
  #ask(dueAt: number, onEnd: () => void): void {
    const at = this.#sent % PODS;
    const body = bodies[at];
    if (body === undefined) throw new Error('no review');
    this.#sent += 1;
    this.#open += 1;
    let isDone = false;
    const done = (outcome: 'allowed' | 'denied' | 'failed'): void => {
      if (isDone) return;
      isDone = true;
      this.#open -= 1;
      this.#times.push(performance.now() - dueAt);
      if (outcome === 'denied') this.#denied += 1;
      if (outcome === 'failed') this.#failed += 1;
      onEnd();
    };
    const asked = request(
      {
        host: '127.0.0.1',
        port: this.#options.port,
        path: '/validate',
        method: 'POST',
        agent: this.#agent,
        timeout: ANSWER_MS,
        headers: { 'content-type': 'application/json', 'content-length': body.length },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => done(outcomeOf(answer.statusCode, Buffer.concat(chunks).toString(), at)));
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => done('failed'));
    asked.end(body);
  }

  async #constant(rate: number, startedAt: number): Promise<void> {
    const count = Math.round(rate * this.#options.seconds);
    const nothing = (): void => {};
    while (this.#sent < count) {
      const due = Math.min(count, Math.floor(((performance.now() - startedAt) / 1000) * rate) + 1);
      while (this.#sent < due) this.#ask(startedAt + (this.#sent * 1000) / rate, nothing);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    while (this.#open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async #asFastAsItGoes(startedAt: number): Promise<void> {
    const endAt = startedAt + this.#options.seconds * 1000;
    await new Promise<void>((resolve) => {
      const next = (): void => {
        if (performance.now() < endAt) this.#ask(performance.now(), next);
        else if (this.#open === 0) resolve();
      };
      for (let at = 0; at < this.#options.connections; at += 1) next();
    });
  }

  async run(): Promise<LoadResult> {
    const startedAt = performance.now();
    const { rate } = this.#options;
    await (rate === undefined ? this.#asFastAsItGoes(startedAt) : this.#constant(rate, startedAt));
    const seconds = (performance.now() - startedAt) / 1000;
    this.#agent.destroy();
    return {
      answered: this.#times.length - this.#failed,
      denied: this.#denied,
      failed: this.#failed,
      seconds,
      p50: percentile(this.#times, 50),
      p99: percentile(this.#times, 99),
      p999: percentile(this.#times, 99.9),
    };
  }
}

function outcomeOf(status: number | undefined, body: string, at: number): 'allowed' | 'denied' | 'failed' {
  if (status !== 200) return 'failed';
  const { response } = JSON.parse(body) as { response: { uid: string; allowed: boolean } };
  if (response.uid !== `uid-${at}`) return 'failed';
  return response.allowed ? 'allowed' : 'denied';
}

if (process.send === undefined) throw new Error('started by bench/admission-webhook.ts');
process.on('message', (options: LoadOptions) => {
  void new Load(options).run().then((result) => process.send?.(result));
});
