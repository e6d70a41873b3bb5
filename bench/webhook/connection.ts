// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// One kept connection of the load: HTTP/1.1 over TLS, one question at a time. It is far cheaper than Node's client, whose
// work would be most of what is measured on a machine of two cores: a load that is as busy as the server is never asleep when
// an answer comes, and a server that is faster than its load pays for no wake-ups, a slower one for each.

import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

const HOST = '127.0.0.1';
const ANSWER_MS = 10_000;
const HEAD_END = '\r\n\r\n';
const STATUS = /^HTTP\/1\.1 (\d{3}) /;
const LENGTH = /^content-length: *(\d+)\r$/im;

/** The answer to one question. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}
type OnAnswer = (answer: Answer) => void;

/** The bytes of a question, made before anything is measured. */
export function questionOf(path: string, body: Buffer): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${HOST}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: keep-alive',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}${HEAD_END}`, 'latin1'), body]);
}

/** The whole answer in some bytes; undefined while there is more to come. */
function answerIn(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf(HEAD_END, 0, 'latin1');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd + 2);
  const length = Number(LENGTH.exec(head)?.[1]);
  const start = headEnd + HEAD_END.length;
  if (bytes.length < start + length) return undefined;
  if (bytes.length !== start + length) throw new Error('an answer without its length, or more than one');
  return { status: Number(STATUS.exec(head)?.[1]), body: bytes.toString('utf8', start) };
}

export class Connection {
  readonly #socket: TLSSocket;
  #held: Buffer | undefined;
  #onAnswer: OnAnswer | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.setTimeout(ANSWER_MS, () => {
      if (this.#onAnswer !== undefined) socket.destroy(new Error('no answer in time'));
    });
    // A failed connection ends the process, and with it the bench: there is nothing to measure then.
    socket.on('close', () => {
      if (this.#onAnswer !== undefined) throw new Error('a connection ended before the answer');
    });
  }

  static async open(port: number, caPem: string): Promise<Connection> {
    const socket = connect({ host: HOST, port, ca: caPem });
    await once(socket, 'secureConnect');
    return new Connection(socket);
  }

  ask(question: Buffer, onAnswer: OnAnswer): void {
    if (this.#onAnswer !== undefined) throw new Error('a question before the answer of the last one');
    this.#onAnswer = onAnswer;
    this.#socket.write(question);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    const answer = answerIn(bytes);
    this.#held = answer === undefined ? bytes : undefined;
    if (answer === undefined) return;
    const onAnswer = this.#onAnswer;
    this.#onAnswer = undefined;
    onAnswer?.(answer);
  }
}
