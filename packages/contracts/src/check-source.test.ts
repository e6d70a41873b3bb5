// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { AdmissionBinding, AdmissionException, AdmissionRule } from './admission/index.ts';
import { checkSource } from './check-source.ts';
import { parser } from './parser.ts';

// Beside the packages that the source imports.
const folder = mkdtempSync(join(import.meta.dirname, '../node_modules/.checks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Check = (value: unknown) => boolean;
async function checkOf(name: string, source: string): Promise<Check> {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, source);
  const made: { readonly Check: Check } = await import(pathToFileURL(file).href);
  return made.Check;
}

const CONTENT = join(import.meta.dirname, '../../../content/admission');
const rules: Record<string, unknown>[] = readdirSync(CONTENT).flatMap((name) =>
  name.endsWith('.json') ? [JSON.parse(readFileSync(join(CONTENT, name), 'utf8'))] : [],
);

describe('the source of a check', () => {
  it('says what the parser of the schema says, of rules and of what is none', async () => {
    const check = await checkOf('rule', checkSource(AdmissionRule));
    const parse = parser(AdmissionRule);
    // A few: saying what is wrong with a value takes long.
    const wrong = rules.slice(0, 4).flatMap((rule) =>
      Object.keys(rule).flatMap((key) => [
        { ...rule, [key]: undefined },
        { ...rule, [key]: 7 },
        { ...rule, [key]: [{}] },
        { ...rule, [`${key}x`]: rule[key] },
      ]),
    );
    const all = [...rules, ...wrong, null, 'rule', []];
    expect(all.map(check)).toEqual(all.map((value) => parse(value).ok));
    expect(rules.every(check)).toBe(true);
    expect(wrong.some(check)).toBe(true);
    expect(wrong.every(check)).toBe(false);
  });

  it.each([
    ['binding', AdmissionBinding],
    ['exception', AdmissionException],
  ])('of a %s refuses what is none', async (name, schema) => {
    const check = await checkOf(name, checkSource(schema));
    expect([{}, null, { id: 7 }].map(check)).toEqual([false, false, false]);
  });
});

describe('a parser with a check of before', () => {
  it('takes what that takes, and says itself what is wrong', () => {
    const parse = parser(AdmissionBinding, (value) => value === 'as it is');
    expect(parse('as it is')).toEqual({ ok: true, value: 'as it is' });
    expect(parse({}).ok).toBe(false);
  });
});
