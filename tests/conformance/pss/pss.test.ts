// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPatch, joinPatches, type PssLevel } from '@bartizan/engine/admission';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasGo, hasShared, report, SHARED } from '../outside.ts';
import { fixturePods, mutatedPods, type Pod, passes, setOf, verdictOf } from './pods.ts';

type Verdicts = Record<PssLevel, Record<string, Record<'pass' | 'fail', Record<string, string>>>>;

const LEVELS = ['baseline', 'restricted'] as const;
const OLD_MINORS = [0, 8, 18, 19, 21, 22, 23, 24, 25, 27, 29, 31, 32];
const NEW_MINORS = [34, 35, 36, 37];

describe.skipIf(!hasShared('fixtures/pss'))('the fixtures of the Pod Security Standards', () => {
  it('get the verdict they are named after', { timeout: 120_000 }, () => {
    const pods = fixturePods();
    const verdicts = JSON.parse(
      readFileSync(join(SHARED, 'fixtures', 'pss', 'verdicts.json'), 'utf8'),
    ) as Verdicts;
    const wrong: string[] = [];
    let of = 0;
    for (const level of LEVELS)
      for (const [version, outcomes] of Object.entries(verdicts[level])) {
        const set = setOf(level, Number(version.slice(2)));
        for (const outcome of ['pass', 'fail'] as const)
          for (const [name, id] of Object.entries(outcomes[outcome])) {
            of += 1;
            const { allowed } = verdictOf(set, pods.get(id) ?? {});
            if (allowed !== (outcome === 'pass')) wrong.push(`${level} ${version} ${outcome} ${name}`);
          }
      }
    expect(wrong).toEqual([]);
    report('pss', of - wrong.length, of);
  });
});

describe.skipIf(!hasGo || !hasShared('fixtures/pss'))('the library of the Pod Security Standards', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-pss-'));
    cpSync(join(import.meta.dirname, 'oracle'), folder, { recursive: true });
    const env = { ...process.env, GOFLAGS: '-mod=mod -buildvcs=false' };
    execFileSync('go', ['build', '-o', 'oracle', '.'], { cwd: folder, env, timeout: 900_000, stdio: 'pipe' });
  }, 900_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const oracle = (pods: readonly Pod[], asked: readonly string[]): string[] => {
    const { stdout, status, stderr } = spawnSync(join(folder, 'oracle'), asked, {
      input: pods.map((pod) => JSON.stringify(pod)).join('\n'),
      maxBuffer: 1 << 28,
      timeout: 300_000,
    });
    if (status !== 0) throw new Error(stderr.toString());
    return stdout.toString().trimEnd().split('\n');
  };

  /** Holds our verdicts on changed pods against those of the library. */
  const compare = (minors: readonly number[], count: number, seed: number): void => {
    const asked = LEVELS.flatMap((level) =>
      minors.map((minor) => ({ name: `${level}:${minor}`, set: setOf(level, minor) })),
    );
    const pods = [...mutatedPods([...fixturePods().values()], count, seed)];
    const answers = oracle(
      pods,
      asked.map(({ name }) => name),
    );
    expect(answers).toHaveLength(pods.length);
    const different: string[] = [];
    let refused = 0;
    let decodable = 0;
    for (const [at, pod] of pods.entries()) {
      const answer = answers[at] ?? '';
      if (answer === '-') continue;
      decodable += 1;
      for (const [place, { name, set }] of asked.entries()) {
        const allowed = passes(set, pod);
        if (!allowed) refused += 1;
        if (allowed !== (answer[place] === '1'))
          different.push(`${name}: ours ${allowed}, ${JSON.stringify(pod)}`);
      }
    }
    const verdicts = decodable * asked.length;
    process.stdout.write(
      `pss against the library, 1.${minors[0]} to 1.${minors.at(-1)}: ${decodable} pods, ${verdicts} verdicts, ${refused} refused, ${different.length} different\n`,
    );
    expect(different.slice(0, 10)).toEqual([]);
    expect(decodable).toBeGreaterThanOrEqual(count * 0.99);
    // A comparison in which nearly all are refused would see little.
    expect(refused / verdicts).toBeGreaterThan(0.2);
    expect(refused / verdicts).toBeLessThan(0.95);
  };

  it('says the same of 100,000 changed pods, versions 1.34 to 1.37', { timeout: 900_000 }, () => {
    compare(NEW_MINORS, 100_000, 20261128);
  });

  it('says the same of 20,000 changed pods in each version in which a control changed', {
    timeout: 900_000,
  }, () => {
    compare(OLD_MINORS, 20_000, 7);
  });

  it('finds nothing left of a violation once its patch is applied', { timeout: 300_000 }, () => {
    const set = setOf('restricted', 37);
    const unrepaired: string[] = [];
    let repaired = 0;
    for (const pod of mutatedPods([...fixturePods().values()], 5000, 7)) {
      const { violations } = verdictOf(set, pod);
      const patched = violations.filter(({ patch }) => patch.length > 0);
      if (patched.length === 0) continue;
      const after = verdictOf(
        set,
        applyPatch(
          pod,
          joinPatches(
            pod,
            patched.map(({ patch }) => patch),
          ),
        ) as Pod,
      );
      for (const { rule, path } of patched)
        if (after.violations.some((left) => left.rule === rule && left.path === path))
          unrepaired.push(`${rule} ${path} ${JSON.stringify(pod)}`);
        else repaired += 1;
    }
    expect(unrepaired.slice(0, 5)).toEqual([]);
    expect(repaired).toBeGreaterThan(1000);
  });
});
