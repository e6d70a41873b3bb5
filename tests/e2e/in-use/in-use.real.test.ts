// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding } from '@bartizan/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../first-run/product.ts';
import { Place } from './place.ts';

/** From the first use of a package until its findings say so. The test waits five times as long. */
const PROMISE_MS = 10_000;
const place = new Place();
const START_MS = 300_000;

const useOf = (finding: Finding): string => finding.package?.use?.state ?? 'unknown';
const states = (findings: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(findings.map((one) => [one.package?.name ?? '', useOf(one)]));

/** Waits until the findings are so, and gives them; fails with what they were last. */
async function findingsWhen(
  what: string,
  isSo: (uses: Record<string, string>, findings: readonly Finding[]) => boolean,
  timeoutMs = START_MS,
): Promise<Finding[]> {
  let last: Finding[] = [];
  try {
    return await eventually(
      what,
      async () => {
        last = await place.findings();
        return isSo(states(last), last) ? last : undefined;
      },
      timeoutMs,
      100,
    );
  } catch (cause) {
    throw new Error(`${String(cause)}: ${JSON.stringify(states(last))}\n${place.logs}`);
  }
}

beforeAll(async () => {
  await place.start();
}, START_MS);
afterAll(async () => {
  await place.close();
});

describe('which packages are in use', () => {
  it(
    'says of no package that it is not seen while there is no sensor, and that the node is blind',
    async () => {
      const findings = await findingsWhen('three findings', (_uses, found) => found.length === 3);
      expect(Object.keys(states(findings)).sort()).toEqual(['Django', 'Jinja2', 'perl-base']);
      // What is mapped is in use all the same: python runs.
      const packages = await eventually('python is known to run', async () => {
        const found = await place.packages();
        return found.find(({ name }) => name === 'python3.11-minimal')?.use?.state === 'loaded'
          ? found
          : undefined;
      });
      expect(packages.filter(({ use }) => use?.state === 'not-seen')).toEqual([]);
      expect(states(await place.findings())['perl-base']).toBe('unknown');
      expect(await place.level()).toBe('blind');
    },
    START_MS,
  );

  it(
    'tells what is loaded, touched and not seen, with the time of watching',
    async () => {
      place.giveSensor();
      await findingsWhen('somebody watches', (uses) => uses['perl-base'] === 'not-seen');
      await place.exec(['/usr/bin/python3', '-c', 'import django']);
      await place.exec([
        '/bin/cat',
        '/usr/local/lib/python3.11/dist-packages/Jinja2-2.11.2.dist-info/METADATA',
      ]);
      const findings = await findingsWhen(
        'three states',
        (uses) =>
          uses['Django'] === 'loaded' && uses['Jinja2'] === 'touched' && uses['perl-base'] === 'not-seen',
        PROMISE_MS * 5,
      );
      const perl = findings.find((one) => one.package?.name === 'perl-base');
      expect(perl?.package?.use?.observedMs).toBeGreaterThan(0);
      expect(perl?.package?.use?.observedMs).toBeLessThan(START_MS * 2);
      expect(
        findings.find((one) => one.package?.name === 'Django')?.package?.use?.lastSeenAtMs,
      ).toBeGreaterThan(0);
      expect(await place.level()).toBe('detect-only');
    },
    START_MS,
  );

  it('orders findings of one severity by use, can be filtered by it, and explains it', async () => {
    const findings = await place.findings();
    expect(findings.map((one) => [one.severity, one.package?.name])).toEqual([
      ['high', 'Django'],
      ['high', 'Jinja2'],
      ['high', 'perl-base'],
    ]);
    expect((await place.findings('use:loaded')).map((one) => one.package?.name)).toEqual(['Django']);
    const why = JSON.stringify(await place.explain(findings[0]?.id ?? ''));
    expect(why).toContain('in-use');
    expect(why).toContain('loaded: its code was executed, mapped or opened');
  });

  it(
    'moves a finding up within the promise when its package is used at last, and closes none',
    async () => {
      const before = await place.findings();
      const startedAt = performance.now();
      await place.exec(['/usr/bin/perl', '-e', '1']);
      const after = await findingsWhen(
        'perl is loaded',
        (uses) => uses['perl-base'] === 'loaded',
        PROMISE_MS * 5,
      );
      const tookMs = performance.now() - startedAt;
      process.stdout.write(
        `in-use: from the first use of a package to its finding ${tookMs.toFixed(0)} ms\n`,
      );
      expect(tookMs).toBeLessThan(PROMISE_MS * 5);
      expect(after.map((one) => one.package?.name).at(-1)).toBe('Jinja2');
      expect(after.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
      expect(after.map(({ state }) => state)).toEqual(['open', 'open', 'open']);
    },
    PROMISE_MS * 6,
  );

  it(
    'takes "not seen" back when the sensor is gone, and keeps what was seen',
    async () => {
      const watched = (await place.packages()).filter(({ use }) => use?.state === 'not-seen');
      expect(watched.length).toBeGreaterThan(0);
      place.takeSensor();
      const packages = await eventually('nobody watches', async () => {
        const found = await place.packages();
        return found.length > 0 && found.every(({ use }) => use?.state !== 'not-seen') ? found : undefined;
      });
      expect(packages.find(({ name }) => name === 'perl-base')?.use?.state).toBe('loaded');
      const kept = await place.findings();
      expect(states(kept)).toEqual({ Django: 'loaded', Jinja2: 'touched', 'perl-base': 'loaded' });
      expect(kept.map(({ state }) => state)).toEqual(['open', 'open', 'open']);
    },
    START_MS,
  );
});
