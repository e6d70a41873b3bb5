// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { loadContent } from '@bartizan/adapters/content';
import type { CheckResult, PostureFacts } from '@bartizan/contracts';
import { evaluateChecks, readWireFacts } from '@bartizan/engine';

const MAIN = join(import.meta.dirname, 'host-stage-main.ts');

/** A host with files, sockets and listeners that a test put there, surveyed by the agent and judged by the checks in force. */
export class HostStage {
  readonly root = mkdtempSync(join(tmpdir(), 'bartizan-host-'));
  readonly #sockets: Server[] = [];

  write(path: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content, { mode });
  }

  /** A real socket of a local service, with these rights. */
  async socket(path: string, mode: number): Promise<void> {
    const full = join(this.root, path);
    mkdirSync(dirname(full), { recursive: true });
    const server = createServer();
    this.#sockets.push(server);
    await new Promise<void>((done, failed) => {
      server.once('error', failed);
      server.listen(full, done);
    });
    execFileSync('chmod', [mode.toString(8), full]);
  }

  /** Verdicts by check, while something listens at these addresses of a network namespace made for it. */
  judge(listen: readonly string[] = [], without: readonly string[] = []): Map<string, CheckResult> {
    const told = execFileSync('unshare', ['--net', process.execPath, MAIN], {
      input: JSON.stringify({ root: this.root, listen }),
      maxBuffer: 64 * 1024 * 1024,
      timeout: 120_000,
    });
    const survey: PostureFacts = JSON.parse(told.toString());
    const content = loadContent(resolve(import.meta.dirname, '../content'));
    if (!content.ok) throw new Error(content.error.detail);
    const { facts, unknown } = readWireFacts(survey.facts, survey.unknown);
    const checks = content.value.checks.filter(({ id }) => !without.includes(id));
    const input = { cluster: 'local', tenant: 'default', subject: survey.subject, facts, unknown };
    return new Map(evaluateChecks(checks, input, Date.now()).map((result) => [result.check, result]));
  }

  async close(): Promise<void> {
    for (const server of this.#sockets) await new Promise((done) => server.close(done));
    rmSync(this.root, { recursive: true, force: true });
  }
}
