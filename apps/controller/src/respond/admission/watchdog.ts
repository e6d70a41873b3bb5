// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { request } from 'node:https';
import type { Log } from '../../ports.ts';

interface Parts {
  readonly host: string;
  readonly port: number;
  /** Authorities of the certificate, as registered. */
  readonly caPem: () => string;
  /** A name in the certificate. */
  readonly serverName: string;
  readonly log: Log;
  readonly onChange: (isAnswering: boolean) => void;
  /** Told of each question without an answer: what can be repaired at once is. */
  readonly onFailure: () => void;
  readonly everyMs?: number;
}

const EVERY_MS = 5_000;
const TIMEOUT_MS = 3_000;
/** A cluster that fails closed stands still while we do not answer: half a minute, no more. */
const FAILURES = 6;

/**
 * Asks our own webhook port as an API server does. When it does not answer for half a minute, the entries that fail
 * closed are taken out until it does.
 */
export class Watchdog {
  readonly #parts: Parts;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isAnswering = true;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), this.#parts.everyMs ?? EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const isUp = await this.#ask();
    this.#failures = isUp ? 0 : this.#failures + 1;
    if (!isUp) this.#parts.onFailure();
    const isAnswering = this.#failures < FAILURES;
    if (isAnswering === this.#isAnswering) return;
    this.#isAnswering = isAnswering;
    if (isAnswering) this.#parts.log.info({}, 'the admission webhook answers again');
    else this.#parts.log.error({ failures: this.#failures }, 'the admission webhook does not answer');
    this.#parts.onChange(isAnswering);
  }

  #ask(): Promise<boolean> {
    const { host, port, caPem, serverName } = this.#parts;
    return new Promise((resolve) => {
      const asked = request(
        {
          host,
          port,
          path: '/healthz',
          ca: caPem(),
          checkServerIdentity: () => undefined,
          agent: false,
          timeout: TIMEOUT_MS,
          headers: { host: serverName },
        },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode === 200);
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
      asked.on('error', () => resolve(false));
      asked.end();
    });
  }
}
