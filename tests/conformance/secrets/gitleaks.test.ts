// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { hasGo, report } from '../outside.ts';
import { shippedScanner } from './content-rules.ts';
import { gitleaksExamples, type OutsideExample } from './gitleaks-examples.ts';

const scanner = shippedScanner();
const isFound = ({ text, path }: OutsideExample): boolean =>
  scanner.scan({ kind: 'file', path: path === '' ? '/srv/settings' : `/${path}` }, Buffer.from(text, 'utf8'))
    .matches.length > 0;

if (!hasGo)
  process.stdout.write('secrets-outside: not run, the Go toolchain that fetches the examples is absent\n');

describe.skipIf(!hasGo)('the examples of the rules of gitleaks', () => {
  it('that are secrets are found, and those that are none are left alone', { timeout: 900_000 }, () => {
    const examples = gitleaksExamples();
    const secrets = examples.filter((one) => one.isSecret);
    const others = examples.filter((one) => !one.isSecret);
    const missed = secrets.filter((one) => !isFound(one));
    const wrong = others.filter(isFound);
    expect(new Set(examples.map(({ rule }) => rule)).size).toBeGreaterThan(150);
    if (process.env['BARTIZAN_EXAM_DETAIL'] !== undefined) {
      const count = (list: readonly OutsideExample[]): string =>
        Object.entries(Object.groupBy(list, ({ rule }) => rule))
          .map(
            ([rule, some]) => `${rule} ${some?.length} e.g. ${JSON.stringify(some?.[0]?.text).slice(0, 160)}`,
          )
          .join('\n');
      process.stdout.write(`missed\n${count(missed)}\nwrong\n${count(wrong)}\n`);
    }
    report('secrets-outside-true', secrets.length - missed.length, secrets.length);
    report('secrets-outside-false', others.length - wrong.length, others.length);
  });
});
