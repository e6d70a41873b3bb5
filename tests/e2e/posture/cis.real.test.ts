// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import type { BenchmarkResult, ComplianceRun } from '@bartizan/contracts/compliance';
import { describe, expect, it } from 'vitest';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';

const CHECKOUT = resolve(import.meta.dirname, '../../..');
const CONFIG = '/var/lib/kubelet/config.yaml';
const SEEN_MS = 5000;

/** What a check says; the benchmark is the one for this version, or the nearest. */
const of = (run: ComplianceRun, check: string): BenchmarkResult | undefined =>
  run.results.find((result) => result.benchmark === 'cis-kubernetes-1.12' && result.check === check);

describe.skipIf(!hasKubebox)('CIS on a live control plane', () => {
  const cluster = useCluster();

  /** Judges the node from inside of it, as an administrator would. */
  async function judge(): Promise<{ readonly run: ComplianceRun; readonly tookMs: number }> {
    const started = performance.now();
    const said = await cluster().enter([
      ...['env', `BARTIZAN_CHECKOUT=${CHECKOUT}`, process.execPath, '--disable-warning=ExperimentalWarning'],
      ...[`${CHECKOUT}/apps/cli/src/main.ts`, 'compliance', 'run', '-o', 'json'],
    ]);
    return { run: JSON.parse(said) as ComplianceRun, tookMs: performance.now() - started };
  }

  it('sees flags, files and version of what runs, and says which benchmark was used instead', async () => {
    const { run } = await judge();
    expect(run.benchmarks.find(({ product }) => product === 'kubernetes')).toMatchObject({
      id: 'cis-kubernetes-1.12',
      productVersion: expect.stringMatching(/^v1\.3\d/),
      usedInstead: '1.12',
    });
    expect(run.results.filter(({ benchmark }) => benchmark === 'cis-kubernetes-1.12')).toHaveLength(131);
    for (const check of ['1.2.1', '1.2.7', '1.2.14', '1.2.15', '1.3.3', '2.1', '4.2.1', '4.2.2', '4.2.4'])
      expect(of(run, check), check).toMatchObject({ status: 'pass' });
    for (const check of ['2.2', '1.2.27', '4.2.14'])
      expect(of(run, check), check).toMatchObject({ status: 'fail' });
    expect(
      run.results.every(
        ({ usedInstead, benchmark }) => benchmark !== 'cis-kubernetes-1.12' || usedInstead === '1.12',
      ),
    ).toBe(true);
  }, 120_000);

  it('sees a change of the configuration, and the diff that it proposes makes the check pass', async () => {
    await cluster().enter([
      'sed',
      '-i',
      's/anonymous: { enabled: false }/anonymous: { enabled: true }/',
      CONFIG,
    ]);
    const { run, tookMs } = await judge();
    process.stdout.write(
      `a changed file is told after ${Math.round(tookMs)} ms, start of the program included\n`,
    );
    expect(tookMs).toBeLessThan(5 * SEEN_MS);
    const failed = of(run, '4.2.1');
    expect(failed).toMatchObject({ status: 'fail' });
    await cluster().enter(['sh', '-c', `printf '%s' "$1" | patch -p1 -d /`, 'sh', failed?.fix ?? '']);
    const { run: after } = await judge();
    expect(of(after, '4.2.1')).toMatchObject({ status: 'pass' });
  }, 240_000);
});
