// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ApiClient, connect, type InstancePaths, instancePaths, readStatus } from '@bartizan/cli';
import { attempt, type Ended, run } from './run.ts';

/** The checkout under test. */
export const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
/** Built consoles, kept between tests. */
const CACHE = process.env['BARTIZAN_TEST_CACHE'] ?? '/var/cache/bartizan-tests';
/** Outside material: advisories and fixtures. */
export const SHARED = process.env['BARTIZAN_SHARED'] ?? resolve(CHECKOUT, '../shared');

/** An installation of its own under a temporary folder, driven by the README's commands. */
export class Product {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly paths: InstancePaths;

  constructor(instance: string, more: Readonly<Record<string, string>> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), `${instance}-`));
    chmodSync(this.folder, 0o755);
    const user = `${instance.slice(0, 24)}-u`;
    this.env = {
      BARTIZAN_INSTANCE: instance,
      BARTIZAN_STATE_DIR: join(this.folder, 'state'),
      BARTIZAN_ETC_DIR: join(this.folder, 'etc'),
      BARTIZAN_RUN_DIR: join(this.folder, 'run'),
      BARTIZAN_CACHE_DIR: join(this.folder, 'cache'),
      BARTIZAN_NATIVE_CACHE: process.env['BARTIZAN_NATIVE_CACHE'] ?? '/var/cache/bartizan/native',
      BARTIZAN_USER: user,
      LANG: 'C.UTF-8',
      ...more,
    };
    attempt('sh', ['-c', `mkdir -p "$1/cache" && cp -a "$2/console" "$1/cache/"`, 'sh', this.folder, CACHE]);
    const paths = instancePaths(this.env);
    if (!paths.ok) throw new Error(paths.error.detail);
    this.paths = paths.value;
  }

  /** Runs `./bartizan WORDS`. */
  command(...words: string[]): Promise<Ended> {
    return run(join(CHECKOUT, 'bartizan'), words, { cwd: CHECKOUT, env: this.env, timeoutMs: 900_000 });
  }

  /** A client of the running instance as local root. */
  async client(): Promise<ApiClient> {
    const client = await connect(this.paths, this.env, 'en');
    if (!client.ok) throw new Error(`${client.error.code}: ${client.error.detail}`);
    return client.value;
  }

  /** Address of console and API. */
  get url(): string {
    return `https://127.0.0.1:${readStatus(this.paths)?.controller.port}`;
  }

  /** Removes everything, whatever state it is in. */
  async close(): Promise<Ended | undefined> {
    attempt('sh', ['-c', 'mkdir -p "$2" && cp -an "$1/console" "$2/"', 'sh', this.paths.cache, CACHE]);
    const end = existsSync(this.paths.state)
      ? await this.command('uninstall', '--purge', '--yes')
      : undefined;
    rmSync(this.folder, { recursive: true, force: true });
    return end;
  }
}

/** Looks again and again until there is something, or fails after `timeoutMs` with what was last seen. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = 60_000,
  stepMs = 200,
): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    if (performance.now() > endMs)
      throw new Error(`${what}: not within ${timeoutMs} ms${last === undefined ? '' : `: ${String(last)}`}`);
    await sleep(stepMs);
  }
}
