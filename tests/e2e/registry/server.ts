// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../first-run/run.ts';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });

/** Debian's docker-registry on loopback, with a user `tester` and a password of its own. */
export class RegistryServer {
  readonly folder: string;
  readonly host: string;
  readonly password = 'a password of the test';
  #child: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.host = `127.0.0.1:${port}`;
  }

  /** `auth` may replace the password file by another way to sign in; `more` is added to the configuration. */
  static async start(auth?: (folder: string) => object, more: object = {}): Promise<RegistryServer> {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-registry-'));
    const server = new RegistryServer(folder, await freePort());
    // libcrypt of Debian knows bcrypt, which is all this registry takes.
    const hash = must('perl', [
      '-e',
      'print crypt($ARGV[0], q($2b$05$abcdefghijklmnopqrstuu))',
      server.password,
    ]);
    writeFileSync(join(folder, 'htpasswd'), `tester:${hash}\n`);
    const config = {
      version: '0.1',
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      http: { addr: server.host },
      auth: auth?.(folder) ?? { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
      ...more,
    };
    // JSON is YAML.
    writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
    server.#child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
    await server.#untilUp();
    return server;
  }

  async #untilUp(): Promise<void> {
    for (let tries = 0; tries < 150; tries += 1) {
      const status = await fetch(`http://${this.host}/v2/`).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 401) return;
      await sleep(200);
    }
    throw new Error('docker-registry did not start');
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
