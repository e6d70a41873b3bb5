// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// Asks a webhook in a process of its own, over kept connections as an API server does: with a rate, each request is begun
// when it is due, whatever became of those before, and its time counts from then; without one, each connection asks
// again as soon as it has its answer.

import { performance } from 'node:perf_hooks';
import { podOf, requestFor } from '../admission-policy.ts';
import { percentile } from '../results.ts';
import { type Answer, Connection, questionOf } from './connection.ts';
import type { LoadOptions, LoadResult } from './messages.ts';

const PODS = 200;
/** One pod of so many violates. */
const BAD_EVERY = 10;

const questions = Array.from({ length: PODS }, (_, at): Buffer => {
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
  return questionOf('/validate', Buffer.from(JSON.stringify(review)));
});

/** A question that waits for a connection. */
interface Due {
  readonly dueAt: number;
  readonly onEnd: () => void;
}

class Load {
  readonly #options: LoadOptions;
  readonly #free: Connection[];
  readonly #waiting: Due[] = [];
  readonly #times: number[] = [];
  #begun = 0;
  #sent = 0;
  #denied = 0;
  #failed = 0;

  constructor(options: LoadOptions, connections: readonly Connection[]) {
    this.#options = options;
    this.#free = [...connections];
  }

  /** One question, on the connection that rests longest; its time counts from when it was due. */
  #ask(due: Due): void {
    this.#begun += 1;
    this.#waiting.push(due);
    this.#goOn();
  }

  #goOn(): void {
    while (this.#waiting.length > 0) {
      const connection = this.#free.shift();
      if (connection === undefined) return;
      const due = this.#waiting.shift();
      if (due !== undefined) this.#send(connection, due);
    }
  }

  #send(connection: Connection, { dueAt, onEnd }: Due): void {
    const at = this.#sent % PODS;
    const question = questions[at];
    if (question === undefined) throw new Error('no review');
    this.#sent += 1;
    connection.ask(question, (answer) => {
      this.#times.push(performance.now() - dueAt);
      const outcome = outcomeOf(answer, at);
      if (outcome === 'denied') this.#denied += 1;
      if (outcome === 'failed') this.#failed += 1;
      this.#free.push(connection);
      onEnd();
      this.#goOn();
    });
  }

  get #open(): number {
    return this.#begun - this.#times.length;
  }

  async #constant(rate: number, startedAt: number): Promise<void> {
    const count = Math.round(rate * this.#options.seconds);
    const nothing = (): void => {};
    while (this.#begun < count) {
      const due = Math.min(count, Math.floor(((performance.now() - startedAt) / 1000) * rate) + 1);
      while (this.#begun < due) this.#ask({ dueAt: startedAt + (this.#begun * 1000) / rate, onEnd: nothing });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    while (this.#open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async #asFastAsItGoes(startedAt: number): Promise<void> {
    const endAt = startedAt + this.#options.seconds * 1000;
    await new Promise<void>((resolve) => {
      const next = (): void => {
        if (performance.now() < endAt) this.#ask({ dueAt: performance.now(), onEnd: next });
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

function outcomeOf(answer: Answer, at: number): 'allowed' | 'denied' | 'failed' {
  if (answer.status !== 200) return 'failed';
  const { response } = JSON.parse(answer.body) as { response: { uid: string; allowed: boolean } };
  if (response.uid !== `uid-${at}`) return 'failed';
  return response.allowed ? 'allowed' : 'denied';
}

async function run(options: LoadOptions): Promise<LoadResult> {
  const { port, caPem } = options;
  const connections = await Promise.all(
    Array.from({ length: options.connections }, () => Connection.open(port, caPem)),
  );
  try {
    return await new Load(options, connections).run();
  } finally {
    for (const connection of connections) connection.close();
  }
}

if (process.send === undefined) throw new Error('started by bench/admission-webhook.ts');
process.on('message', (options: LoadOptions) => {
  void run(options).then((result) => process.send?.(result));
});
