// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  type IncomingHttpHeaders,
} from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { ErrorCode, Failure, LocalText, Result } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';
import { sameText } from '@bartizan/contracts/words';
import { NO_ANSWER, unreachable } from '../runtimes/unreachable.ts';
import { decodeMessage, encodeMessage, type FieldValues, type Message } from './protobuf.ts';

/** How a call goes. */
export interface CallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** A gRPC channel over a Unix socket (gRPC over HTTP/2): unary calls and server streams, bounded. */
export interface Channel {
  readonly call: (
    method: string,
    request: FieldValues,
    options?: CallOptions,
  ) => Promise<Result<Message, Failure<ErrorCode>>>;
  /** Calls `onMessage` for each message until the stream ends, which `onEnd` tells once. Returns what ends it. */
  readonly stream: (
    method: string,
    request: FieldValues,
    handlers: { readonly onMessage: (message: Message) => void; readonly onEnd: (reason: string) => void },
    options?: CallOptions,
  ) => () => void;
  readonly close: () => void;
}

const MESSAGE_BYTES_MAX = 32 * 1024 * 1024;
const CALL_TIMEOUT_MS = 10_000;

const COMPRESSED = {
  en: 'the answer is compressed, which was not asked for',
  ja: '要求していない圧縮形式の応答です',
};
const UNREADABLE = { en: 'a message cannot be read', ja: '読み取れないメッセージがあります' };
const NOTHING_SAID = { en: 'ended without an answer', ja: '応答のないまま終了しました' };

/** Cuts a response body into messages: one flag byte, a 4-byte length, the message. */
class MessageReader {
  #held: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Result<Message[], LocalText> {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const messages: Message[] = [];
    while (this.#held.length >= 5) {
      const length = this.#held.readUInt32BE(1);
      if (this.#held[0] !== 0) return err(COMPRESSED);
      if (length > MESSAGE_BYTES_MAX) {
        return err({
          en: `a message claims ${length} bytes`,
          ja: `メッセージの長さが ${length} バイトと示されています`,
        });
      }
      if (this.#held.length < 5 + length) break;
      const message = decodeMessage(this.#held.subarray(5, 5 + length));
      if (!message) return err(UNREADABLE);
      messages.push(message);
      this.#held = this.#held.subarray(5 + length);
    }
    return ok(messages);
  }
}

const frameOf = (request: FieldValues): Buffer => {
  const body = encodeMessage(request);
  const frame = Buffer.alloc(5 + body.length);
  frame.writeUInt32BE(body.length, 1);
  body.copy(frame, 5);
  return frame;
};

const statusOf = (headers: Record<string, unknown>): LocalText | undefined => {
  const status = headers['grpc-status'];
  if (status === undefined || status === '0') return undefined;
  let text = String(headers['grpc-message'] ?? '');
  try {
    text = decodeURIComponent(text);
  } catch {
    // Not percent-encoded as it should be: shown as it came.
  }
  return {
    en: `status ${String(status)} ${text}`.slice(0, 300),
    ja: `ステータス ${String(status)} ${text}`.slice(0, 300),
  };
};

/** Listens to one call until it ends; `done` gets why it failed, or undefined. */
const listen = (
  stream: ClientHttp2Stream,
  onMessage: (message: Message) => void,
  done: (reason: LocalText | undefined) => void,
): void => {
  const reader = new MessageReader();
  let reason: LocalText | undefined;
  stream.on('response', (headers) => {
    const status = headers[':status'];
    if (status !== 200) reason = { en: `HTTP status ${status}`, ja: `HTTP ステータス ${status}` };
    reason ??= statusOf(headers);
  });
  stream.on('data', (chunk: Buffer) => {
    const messages = reader.push(chunk);
    if (messages.ok) messages.value.forEach(onMessage);
    else {
      reason = messages.error;
      stream.close();
    }
  });
  stream.on('trailers', (headers: IncomingHttpHeaders) => {
    reason ??= statusOf(headers);
  });
  stream.on('error', (cause: Error) => {
    reason ??= cause.message === NO_ANSWER.en ? NO_ANSWER : sameText(cause.message);
  });
  stream.on('close', () => done(reason));
};

/** Opens a channel to a socket. The connection is made at the first call and again after it broke. */
export const openChannel = (socketPath: string): Channel => {
  let session: ClientHttp2Session | undefined;
  const connected = (): ClientHttp2Session => {
    if (session && !session.closed && !session.destroyed) return session;
    session = connectHttp2('http://localhost', { createConnection: () => connectSocket(socketPath) });
    session.on('error', () => undefined);
    session.unref();
    return session;
  };
  const open = (method: string, request: FieldValues, options: CallOptions): ClientHttp2Stream => {
    const stream = connected().request({
      ':method': 'POST',
      ':path': `/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'bartizan',
      ...options.metadata,
    });
    stream.end(frameOf(request));
    return stream;
  };
  return {
    call: (method, request, options = {}) =>
      new Promise((resolve) => {
        const fail = (why: LocalText): void => resolve(err(unreachable(`${socketPath} ${method}`, why)));
        let answer: Message | undefined;
        const stream = open(method, request, options);
        const timer = setTimeout(
          () => stream.destroy(new Error(NO_ANSWER.en)),
          options.timeoutMs ?? CALL_TIMEOUT_MS,
        );
        listen(
          stream,
          (message) => {
            answer = message;
          },
          (reason) => {
            clearTimeout(timer);
            if (reason !== undefined) fail(reason);
            else if (answer) resolve(ok(answer));
            else fail(NOTHING_SAID);
          },
        );
      }),
    stream: (method, request, handlers, options = {}) => {
      const stream = open(method, request, options);
      listen(stream, handlers.onMessage, (reason) => handlers.onEnd(reason?.en ?? 'ended'));
      return () => stream.destroy();
    },
    close: () => session?.destroy(),
  };
};
