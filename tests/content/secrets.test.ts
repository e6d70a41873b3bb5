// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parser, SecretRule } from '@bartizan/contracts';
import { compileSecretRules, patternFault, SecretScanner } from '@bartizan/scan';
import { fillTemplate } from '@bartizan/testkit/secrets';
import { describe, expect, it } from 'vitest';
import { ROOT, readText } from '../architecture/repository.ts';

const FOLDER = 'content/secrets';
const parse = parser(SecretRule);
const names = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith('.json'));
const rules = names.map((name): SecretRule => {
  const parsed = parse(JSON.parse(readText(`${FOLDER}/${name}`)));
  if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.error)}`);
  return parsed.value;
});
const byId = rules.map((rule): [string, SecretRule] => [rule.id, rule]);

const scannerOf = (some: readonly SecretRule[]): SecretScanner => {
  const set = compileSecretRules(some);
  if (!set.ok) throw new Error(set.error.detail);
  return new SecretScanner(set.value, { hashKey: Buffer.alloc(32, 7), now: () => 1_800_000_000_000 });
};
const all = scannerOf(rules);

type Example = SecretRule['tests']['mustMatch'][number];
const scanExample = (scanner: SecretScanner, rule: SecretRule, example: Example) =>
  scanner.scan(
    { kind: 'file', path: example.file ?? '/srv/app/settings' },
    Buffer.from(fillTemplate(example.template, `${rule.id} ${example.name}`), 'latin1'),
  );
const isFound = (rule: SecretRule, example: Example): boolean =>
  scanExample(scannerOf([rule]), rule, example).matches.length > 0;

describe('secret rules', () => {
  it('are at least sixty kinds, each in a file named after it', () => {
    expect(rules.length).toBeGreaterThanOrEqual(60);
    expect(names.sort()).toEqual(rules.map((rule) => `${rule.id}.json`).sort());
    expect(new Set(rules.map((rule) => rule.title.en)).size).toBe(rules.length);
  });

  it.each(byId)('%s matches its examples and no others', (_id, rule) => {
    expect(rule.tests.mustMatch.length).toBeGreaterThan(0);
    expect(rule.tests.mustNotMatch.length).toBeGreaterThan(0);
    expect(rule.tests.mustMatch.filter((example) => !isFound(rule, example)).map(({ name }) => name)).toEqual(
      [],
    );
    expect(
      rule.tests.mustNotMatch.filter((example) => isFound(rule, example)).map(({ name }) => name),
    ).toEqual([]);
  });

  it.each(byId)('%s is found among all the others, by itself or by a surer rule', (_id, rule) => {
    for (const example of rule.tests.mustMatch)
      expect(scanExample(all, rule, example).matches.length, example.name).toBeGreaterThan(0);
  });

  it.each(byId)('%s speaks both languages', (_id, rule) => {
    for (const part of [rule.title, rule.description, rule.fix]) {
      expect(part.en).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/u);
      expect(part.en.length).toBeGreaterThan(5);
    }
    for (const part of [rule.description, rule.fix]) expect(part.ja).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/u);
  });

  it.each(byId)('%s may run on hostile text', (_id, rule) => {
    expect(patternFault(rule.pattern)).toBeUndefined();
  });

  it('whose value a checksum proves are verified, and no longer when one character is changed', () => {
    const checked = rules.filter((rule) => ['crc32-base62', 'crc32-hex', 'bech32'].includes(rule.check));
    expect(checked.length).toBeGreaterThanOrEqual(8);
    for (const rule of checked) {
      const [example] = rule.tests.mustMatch;
      if (example === undefined) throw new Error(`${rule.id} has no example`);
      expect(scanExample(scannerOf([rule]), rule, example).matches[0]?.verification, rule.id).toBe(
        'verified',
      );
      const text = fillTemplate(example.template, rule.id);
      const at = text.length - 6;
      const damaged = `${text.slice(0, at)}${text[at] === 'Q' ? 'P' : 'Q'}${text.slice(at + 1)}`;
      const found = scannerOf([rule]).scan({ kind: 'text', path: 'x' }, Buffer.from(damaged)).matches;
      for (const match of found) {
        expect(match.verification, rule.id).toBe('unverified');
        expect(match.reasons.map(({ step }) => step)).toContain('state');
      }
    }
  });

  it('write no example down that other scanners would take for a secret', () => {
    const found = rules.flatMap((rule) =>
      all
        .scan({ kind: 'text', path: rule.id }, Buffer.from(readText(`${FOLDER}/${rule.id}.json`)))
        .matches.map((match) => `${rule.id}: ${match.rule.id} at line ${match.line}`),
    );
    expect(found).toEqual([]);
  });
});
