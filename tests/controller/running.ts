// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Controller, type Log, type StartOptions, startController } from '@bartizan/controller';
import { ROOT } from '../architecture/repository.ts';

export const LOCAL_ROOT = `bzl_${'t'.repeat(43)}`;
export const FIRST_PASSWORD = 'plover-anvil-quartz-tide';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}
/** One call. */
export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly raw?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bearer token; local root unless said otherwise, none when null. */
  readonly token?: string | null;
}
/** A controller that runs for one test file, on free ports, with its data in a temporary folder. */
export interface Running {
  readonly controller: Controller;
  readonly call: (call: Call) => Promise<Answer>;
  readonly logged: string[];
  readonly dataDir: string;
  readonly close: () => Promise<void>;
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function send(
  port: number,
  { method = 'GET', path, body, raw, headers = {}, token = LOCAL_ROOT }: Call,
): Promise<Answer> {
  const payload = raw ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: path.startsWith('/') ? path : `/api/v1/${path}`,
        method,
        rejectUnauthorized: false,
        agent: false,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(payload.length) }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
        });
      },
    );
    sent.on('error', reject);
    sent.end(payload);
  });
}

/** Starts a controller. */
export async function startRunning(changes: Partial<StartOptions> = {}): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-controller-'));
  const logged: string[] = [];
  const keep = (fields: object, message: string): void =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  const started = await startController(
    {
      instance: 'test',
      dataDir: join(folder, 'data'),
      host: '127.0.0.1',
      port: 0,
      agentHost: '127.0.0.1',
      agentPort: 0,
      consoleDir: '',
      contentDir: join(ROOT, 'content'),
      dataKey: randomBytes(32).toString('base64'),
      localRootToken: LOCAL_ROOT,
      bootstrapAdminPassword: FIRST_PASSWORD,
      logLevel: 'silent',
      ...changes,
    },
    { nowMs: () => Date.now() },
    log,
  );
  if (!started.ok) throw new Error(`${started.error.code}: ${started.error.detail}`);
  const { port } = started.value;
  return {
    controller: started.value,
    call: (call) => send(port, call),
    logged,
    dataDir: join(folder, 'data'),
    close: async () => {
      await started.value.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
