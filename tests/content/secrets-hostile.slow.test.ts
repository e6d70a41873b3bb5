// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { loadSecretRules } from '@bartizan/adapters/content';
import { compileSecretRules, SecretScanner } from '@bartizan/scan';
import { fillTemplate, SeededRandom } from '@bartizan/testkit/secrets';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../architecture/repository.ts';

const loaded = loadSecretRules(join(ROOT, 'content'));
if (!loaded.ok) throw new Error(loaded.error.detail);
const { rules } = loaded.value;
const scannerOf = (some: typeof rules): SecretScanner => {
  const set = compileSecretRules(some);
  if (!set.ok) throw new Error(set.error.detail);
  return new SecretScanner(set.value, { hashKey: Buffer.alloc(32, 1), now: () => 1_800_000_000_000 });
};

const SIZE = 32 * 1024;
/** CPU time, not time on the clock: the machine may be busy with other things. */
const LIMIT_MS = 500;
const fill = (unit: string): Buffer =>
  Buffer.from(unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE), 'latin1');

const cpuMs = (act: () => void): number => {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

/** Texts that make a matcher go far and fail late: keywords with endless runs of what may follow them. */
const hostile = (rule: (typeof rules)[number]): Buffer[] => {
  const word = rule.keywords[0] ?? 'a:1:b:c';
  const [example] = rule.tests.mustMatch;
  const whole = fillTemplate(example?.template ?? word, rule.id);
  return [
    fill(word),
    fill(`${word}a`),
    fill(`${word} = "`),
    fill(`${word}: \t \t \t \t `),
    fill(`${word}${'A1'.repeat(300)}`),
    fill(`${word}${'-_='.repeat(200)}`),
    fill(`${whole.slice(0, -1)} `),
    fill(whole.slice(0, Math.ceil(whole.length / 2))),
  ];
};

describe('secret rules on hostile text', () => {
  it('each read 32 KiB of it in bounded time', { timeout: 600_000 }, () => {
    const slow: string[] = [];
    let worst = 0;
    for (const rule of rules) {
      const scanner = scannerOf([rule]);
      const path = `/srv${(rule.files?.[0] ?? '/settings').replace(/^(?!\/)/, '/')}`;
      for (const [at, text] of hostile(rule).entries()) {
        const spent = cpuMs(() => scanner.scan({ kind: 'file', path }, text));
        worst = Math.max(worst, spent);
        if (spent > LIMIT_MS) slow.push(`${rule.id}: text ${at} took ${Math.round(spent)} ms`);
      }
    }
    process.stdout.write(`secrets-hostile: worst of ${rules.length * 8} texts ${Math.round(worst)} ms\n`);
    expect(slow).toEqual([]);
  });

  it('cost in proportion to the length, all rules together', { timeout: 300_000 }, () => {
    const all = scannerOf(rules);
    const words = rules.flatMap((rule) => rule.keywords);
    const random = new SeededRandom('hostile');
    const line = (): string =>
      `${random.pick(words)}${random.pick([' = ', ': ', '', '="'])}${random.text('aB3_-/', 60)}`;
    const text = (length: number): Buffer => {
      const lines: string[] = [];
      for (let size = 0; size < length; size += lines.at(-1)?.length ?? 1) lines.push(line());
      return Buffer.from(lines.join('\n'));
    };
    const [short, long] = [text(64 * 1024), text(512 * 1024)];
    all.scan({ kind: 'text', path: 'warm' }, short);
    const one = cpuMs(() => all.scan({ kind: 'text', path: 'x' }, short));
    const eight = cpuMs(() => all.scan({ kind: 'text', path: 'x' }, long));
    process.stdout.write(`secrets-hostile: 64 KiB ${Math.round(one)} ms, 512 KiB ${Math.round(eight)} ms\n`);
    // Eight times the bytes: a quadratic cost would be 64 times.
    expect(eight).toBeLessThan(Math.max(one, 40) * 24);
  });

  it('refuse nothing and throw nothing on random bytes', () => {
    const all = scannerOf(rules);
    const random = new SeededRandom('bytes');
    const words = rules.flatMap((rule) => rule.keywords);
    for (let at = 0; at < 300; at += 1) {
      const parts = Array.from({ length: 6 }, () =>
        random.next() < 0.5 ? random.bytes(random.below(200)) : Buffer.from(random.pick(words), 'latin1'),
      );
      expect(all.scan({ kind: 'file', path: `/srv/${at}` }, Buffer.concat(parts)).isCut).toBe(false);
    }
  });
});
