// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { BenchmarkResult, ComplianceRun } from '@bartizan/contracts/compliance';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Engine, startContainerd, startDocker } from '../engines/engine-processes.ts';

// Real parts on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const CHECKOUT = resolve(import.meta.dirname, '../../..');
const DOCKER = 'cis-docker-1.6';
const CONTAINERD = 'containerd-hardening-1';
const DEBUG_SOCKET = `/tmp/bzt-debug-${process.pid}.sock`;
const execute = promisify(execFile);

/** Judges this machine as an administrator would; nothing of it is changed by that. */
async function judge(): Promise<ComplianceRun> {
  const { stdout } = await execute(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      ...[resolve(CHECKOUT, 'apps/cli/src/main.ts'), 'compliance', 'run', '-o', 'json'],
    ],
    {
      timeout: 120_000,
      maxBuffer: 64 * 1024 * 1024,
      env: { PATH: process.env['PATH'] ?? '', HOME: '/root', BARTIZAN_CHECKOUT: CHECKOUT },
    },
  );
  return JSON.parse(stdout) as ComplianceRun;
}
const of = (run: ComplianceRun, benchmark: string, check: string): BenchmarkResult | undefined =>
  run.results.find((result) => result.benchmark === benchmark && result.check === check);

let engine: Engine | undefined;
afterEach(async () => {
  await engine?.close();
  engine = undefined;
  rmSync(DEBUG_SOCKET, { force: true });
});
/** The file of the engine that runs. */
const config = (): string => {
  if (engine?.config === undefined) throw new Error('no engine with a file runs');
  return engine.config;
};

describe('CIS Docker on a real Docker engine', () => {
  it('judges flags, file and version of what runs, and gives the evidence of each', async () => {
    engine = await startDocker({ icc: true, 'log-level': 'info', 'live-restore': true });
    const run = await judge();
    expect(run.benchmarks.find(({ product }) => product === 'docker')).toMatchObject({ id: DOCKER });
    // From the file, from the file, from a flag, from nothing at all.
    expect(of(run, DOCKER, '2.2')).toMatchObject({ status: 'fail' });
    expect(of(run, DOCKER, '2.15')).toMatchObject({ status: 'pass' });
    expect(of(run, DOCKER, '2.4')).toMatchObject({ status: 'fail' });
    expect(of(run, DOCKER, '2.14')).toMatchObject({ status: 'fail' });
    const evidence = new Map(run.evidence.map((one) => [one.id, one]));
    const shown = of(run, DOCKER, '2.2')?.evidence.map((id) => evidence.get(id)) ?? [];
    expect(shown.some((one) => one?.path === config() && one.state === 'known')).toBe(true);
    expect(run.results.filter(({ status }) => status === 'pass').length).toBeGreaterThan(3);
  });

  it('proposes a diff of the file that makes the check pass, and the engine still starts with it', async () => {
    engine = await startDocker({ 'no-new-privileges': false, 'log-level': 'info' });
    const failed = of(await judge(), DOCKER, '2.14');
    expect(failed).toMatchObject({ status: 'fail' });
    execFileSync('patch', ['-p1', '-d', '/'], { input: failed?.fix ?? '', timeout: 10_000 });
    expect(of(await judge(), DOCKER, '2.14')).toMatchObject({ status: 'pass' });
    const repaired = JSON.parse(readFileSync(config(), 'utf8')) as object;
    expect(repaired).toMatchObject({ 'no-new-privileges': true, 'log-level': 'info' });
    await engine.close();
    engine = await startDocker(repaired);
    await engine.start(`repaired-${process.pid}`, {});
    expect(of(await judge(), DOCKER, '2.14')).toMatchObject({ status: 'pass' });
  });
});

describe('hardening checks on a real containerd', () => {
  it('judge its file by mode and by content, before and after the repair', async () => {
    engine = await startContainerd(`[debug]\naddress = "${DEBUG_SOCKET}"\n`);
    chmodSync(config(), 0o666);
    const before = await judge();
    expect(before.benchmarks.find(({ product }) => product === 'containerd')).toMatchObject({
      id: CONTAINERD,
    });
    expect(of(before, CONTAINERD, '1.1')).toMatchObject({ status: 'fail' });
    expect(of(before, CONTAINERD, '2.2')).toMatchObject({ status: 'fail' });
    expect(of(before, CONTAINERD, '2.1')).toMatchObject({ status: 'pass' });
    chmodSync(config(), 0o644);
    expect(of(await judge(), CONTAINERD, '1.1')).toMatchObject({ status: 'pass' });
    await engine.close();
    engine = await startContainerd();
    expect(of(await judge(), CONTAINERD, '2.2')).toMatchObject({ status: 'pass' });
  });
});
