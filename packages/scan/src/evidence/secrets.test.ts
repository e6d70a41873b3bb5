// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { mayHoldSecret, redactLines } from './secrets.ts';

describe('lines of a unit', () => {
  it.each([
    ['--token "a canary" --icc=false', '--token [redacted] --icc=false'],
    ["--token 'a canary' --icc=false", '--token [redacted] --icc=false'],
    ['--password="a canary b" --icc=false', '--password=[redacted] --icc=false'],
    ['--password=a"b canary"c --icc=false', '--password=[redacted] --icc=false'],
    ['"--password=a canary" --icc=false', '"--password=[redacted]" --icc=false'],
    ['--password "a \\" canary" --icc=false', '--password [redacted] --icc=false'],
    ['--token "a canary', '--token [redacted]'],
    ['--token "a \\\n  canary" --icc=false', '--token [redacted]\\\n --icc=false'],
    ['["sh","-c","etcd --password \'a canary\'"]', '["sh","-c","etcd --password [redacted]"]'],
    ['sh -c "etcd --password \\"a canary\\" --x"', 'sh -c "etcd --password [redacted] --x"'],
    ['sh -c "x --password=canary --y"', 'sh -c "x --password=[redacted] --y"'],
    [`sh -c "echo 'a  b'  'c" --d "e  f`, `sh -c "echo 'a  b'  'c" --d "e  f`],
  ])('takes a value with blanks between quotes whole: %s', (command, shown) => {
    expect(redactLines(`ExecStart=/x ${command}`.split('\n'))).toEqual(`ExecStart=/x ${shown}`.split('\n'));
  });
});

describe('a line of a configuration file', () => {
  it.each([
    ['# --token abc', true],
    ['# Authorization: Bearer abc', true],
    ['secrets-encryption-key: abc', true],
    ['# authorization: Webhook', false],
    ['authorization: {mode: Webhook}', false],
    ['secrets-encryption: "true"', false],
    ['secrets-encryption-provider: secretbox', false],
    ["# it's what the agents' users don't see", false],
  ])('%s may hold a secret: %s', (line, isSecret) => {
    expect(mayHoldSecret(line)).toBe(isSecret);
  });
});
