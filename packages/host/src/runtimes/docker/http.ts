// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type IncomingMessage, request } from 'node:http';
import type { ErrorCode, Failure, LocalText, Result } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';
import { sameText } from '@bartizan/contracts/words';
import { NO_ANSWER, unreachable } from '../unreachable.ts';

const BODY_BYTES_MAX = 32 * 1024 * 1024;
const LINE_BYTES_MAX = 256 * 1024;
const TIMEOUT_MS = 10_000;
const TOO_LARGE = { en: 'the answer is too large', ja: '応答が大きすぎます' };
const NOT_JSON = { en: 'the answer is not JSON', ja: '応答が JSON ではありません' };

/** Reads a JSON document from an HTTP server behind a Unix socket. 404 gives undefined. */
export const getJson = (socketPath: string, path: string): Promise<Result<unknown, Failure<ErrorCode>>> =>
  new Promise((resolve) => {
    const fail = (why: LocalText, cause?: unknown): void =>
      resolve(err(unreachable(`${socketPath} ${path.split('?', 1)[0]}`, why, cause)));
    const failOf = (cause: Error): void =>
      fail([NO_ANSWER, TOO_LARGE].find(({ en }) => en === cause.message) ?? sameText(cause.message), cause);
    const call = request(
      { socketPath, path, headers: { host: 'localhost' }, timeout: TIMEOUT_MS },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > BODY_BYTES_MAX) call.destroy(new Error(TOO_LARGE.en));
          else chunks.push(chunk);
        });
        response.on('end', () => {
          if (response.statusCode === 404) return resolve(ok(undefined));
          if (response.statusCode !== 200) {
            const { statusCode } = response;
            return fail({ en: `status ${statusCode}`, ja: `ステータス ${statusCode}` });
          }
          try {
            const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
            resolve(ok(body));
          } catch (cause) {
            fail(NOT_JSON, cause);
          }
        });
        response.on('error', failOf);
      },
    );
    call.on('timeout', () => call.destroy(new Error(NO_ANSWER.en)));
    call.on('error', failOf);
    call.end();
  });

/** Reads JSON objects that a server sends one a line for as long as it lives. Returns what ends it. */
export const followJson = (
  socketPath: string,
  path: string,
  handlers: { readonly onObject: (value: unknown) => void; readonly onEnd: (reason: string) => void },
): (() => void) => {
  let isOver = false;
  const end = (reason: string): void => {
    if (isOver) return;
    isOver = true;
    handlers.onEnd(reason);
  };
  const take = (line: string): void => {
    if (line.trim() === '') return;
    try {
      handlers.onObject(JSON.parse(line));
    } catch {
      // One line that is not JSON does not stop the rest.
    }
  };
  const onResponse = (response: IncomingMessage): void => {
    let held = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      const lines = (held + text).split('\n');
      held = lines.pop() ?? '';
      lines.forEach(take);
      if (held.length > LINE_BYTES_MAX) call.destroy(new Error('a line is too long'));
    });
    response.on('close', () => end('the stream was closed'));
    response.on('error', (cause) => end(cause.message));
    if (response.statusCode !== 200) call.destroy(new Error(`status ${response.statusCode}`));
  };
  const call = request({ socketPath, path, headers: { host: 'localhost' } }, onResponse);
  call.on('error', (cause) => end(cause.message));
  call.end();
  return () => {
    isOver = true;
    call.destroy();
  };
};
