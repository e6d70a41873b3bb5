// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readObject } from '@bartizan/host';

const CHECKOUT = fileURLToPath(new URL('../../../../', import.meta.url));
const MAIN = join(CHECKOUT, 'apps/controller/src/main.ts');
const ANSWER_BYTES_MAX = 32 * 1024 * 1024;

/** An answer of the API. */
export interface Told {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
  /** Name and value of the cookie it set. */
  readonly cookie?: string;
}

/** A real controller as a process of its own, with data and knowledge of its own until `close`. */
export class ControllerProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'bartizan-controller-'));
  /** Its copy of `content/`: a test may take rules out before it starts. */
  readonly contentDir = join(this.folder, 'content');
  log = '';
  port = 0;
  agentPort = 0;
  caSha256 = '';
  readonly #token = `bzl_${randomBytes(32).toString('base64url')}`;
  readonly #dataKey = randomBytes(32).toString('base64');
  #child: ChildProcess | undefined;

  readonly #more: Readonly<Record<string, unknown>>;

  /** `more`: settings beyond those that every test needs. */
  constructor(more: Readonly<Record<string, unknown>> = {}) {
    this.#more = more;
    cpSync(join(CHECKOUT, 'content'), this.contentDir, { recursive: true });
  }

  /** Takes detection rules out of its knowledge. */
  disarm(rules: readonly string[]): void {
    for (const rule of rules) rmSync(join(this.contentDir, 'detections', `${rule}.json`));
  }

  /** Starts it and waits until it is ready. After `stop` it comes back with its data, on the same ports. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.log = (this.log + text).slice(-100_000);
    });
    child.stdin.end(
      JSON.stringify({
        instance: 'attack',
        dataDir: join(this.folder, 'data'),
        host: '127.0.0.1',
        port: this.port,
        agentHost: '127.0.0.1',
        agentPort: this.agentPort,
        consoleDir: '',
        contentDir: this.contentDir,
        dataKey: this.#dataKey,
        localRootToken: this.#token,
        publicNames: ['localhost'],
        logLevel: 'info',
        ...this.#more,
      }),
    );
    const line = await firstLine(child, () => this.log);
    const fields = readObject(line);
    if (fields?.flag('ready') !== true) throw new Error(`the controller is not ready: ${line}`);
    this.port = fields.number('port') ?? 0;
    this.agentPort = fields.number('agentPort') ?? 0;
    this.caSha256 = fields.text('caSha256') ?? '';
  }

  /** Asks the API as local root; gives the parsed answer, throws on any status of 400 or more. */
  async call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const authorization = `Bearer ${this.#token}`;
    const { status, json } = await this.ask(method, path, { body, headers: { authorization } });
    if (status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(json).slice(0, 2000)}`);
    return json;
  }

  /** Asks the API as whoever the headers say: nobody, unless they say more. Any answer is an answer. */
  ask(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    more: { readonly body?: object | undefined; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Told> {
    const sent = more.body === undefined ? '' : JSON.stringify(more.body);
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: this.port,
          path: `/api/v1${path}`,
          method,
          // Loopback to a certificate made a moment ago by a process this test started.
          rejectUnauthorized: false,
          headers: { 'content-type': 'application/json', ...more.headers },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part: string) => {
            text += part;
            if (text.length > ANSWER_BYTES_MAX) asked.destroy(new Error('answer too large'));
          });
          answer.on('end', () => {
            const cookie = (answer.headers['set-cookie'] ?? [])[0]?.split(';')[0];
            resolve({
              status: answer.statusCode ?? 500,
              json: text === '' ? {} : JSON.parse(text),
              ...(cookie === undefined ? {} : { cookie }),
            });
          });
        },
      );
      asked.on('error', reject);
      asked.end(sent);
    });
  }

  /** Ends it; its data stay. SIGKILL: at once, as a crash does. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(timer);
  }

  /** Ends it and removes its folder. */
  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const firstLine = (child: ChildProcess, log: () => string): Promise<string> =>
  new Promise((resolve, reject) => {
    let held = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      held += text;
      const end = held.indexOf('\n');
      if (end >= 0) resolve(held.slice(0, end));
    });
    child.on('exit', (code) => reject(new Error(`the controller ended with ${code}: ${log().slice(-2000)}`)));
  });
