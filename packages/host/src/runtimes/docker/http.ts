// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type IncomingMessage, request } from 'node:http';
import { type ErrorCode, err, type Failure, failure, ok, type Result } from '@bartizan/contracts';

const BODY_BYTES_MAX = 32 * 1024 * 1024;
const LINE_BYTES_MAX = 256 * 1024;
const TIMEOUT_MS = 10_000;

/** Reads a JSON document from an HTTP server behind a Unix socket. 404 gives undefined. */
export const getJson = (socketPath: string, path: string): Promise<Result<unknown, Failure<ErrorCode>>> =>
  new Promise((resolve) => {
    const fail = (detail: string, cause?: unknown): void =>
      resolve(
        err(failure('E_RUNTIME_UNREACHABLE', `${socketPath} ${path.split('?', 1)[0]}: ${detail}`, cause)),
      );
    const call = request(
      { socketPath, path, headers: { host: 'localhost' }, timeout: TIMEOUT_MS },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > BODY_BYTES_MAX) call.destroy(new Error('the answer is too large'));
          else chunks.push(chunk);
        });
        response.on('end', () => {
          if (response.statusCode === 404) return resolve(ok(undefined));
          if (response.statusCode !== 200) return fail(`status ${response.statusCode}`);
          try {
            const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
            resolve(ok(body));
          } catch (cause) {
            fail('the answer is not JSON', cause);
          }
        });
        response.on('error', (cause) => fail(cause.message, cause));
      },
    );
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', (cause) => fail(cause.message, cause));
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
