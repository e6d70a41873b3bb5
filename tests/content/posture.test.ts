// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Facts,
  Lifecycle,
  PostureCheck,
  PostureFactDefinition,
  parser,
  type WorkloadRef,
} from '@bartizan/contracts';
import { compileCheck, deriveFacts, evaluateChecks, postureFactTypes } from '@bartizan/engine';
import { describe, expect, it } from 'vitest';
import { ROOT, readText } from '../architecture/repository.ts';

const json = (path: string): unknown => JSON.parse(readText(path));
function parsed<T>(
  parse: (value: unknown) => { ok: true; value: T } | { ok: false; error: unknown },
  value: unknown,
): T {
  const result = parse(value);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const definitions = json('content/posture/facts.json');
if (!Array.isArray(definitions)) throw new Error('facts.json is not a list');
const facts = definitions.map((entry) => parsed(parser(PostureFactDefinition), entry));
const types = postureFactTypes(facts);
const checks = readdirSync(join(ROOT, 'content/posture'))
  .filter((name) => name.endsWith('.json') && name !== 'facts.json')
  .map((name): [string, PostureCheck] => [
    name,
    parsed(parser(PostureCheck), json(`content/posture/${name}`)),
  ]);

function outcome(check: PostureCheck, given: Facts): string | undefined {
  const subject: WorkloadRef = {
    workload: 'w-1',
    kind: check.subjects[0] === 'Host' ? 'Host' : 'Container',
    namespace: '',
    name: 'x',
  };
  return evaluateChecks(
    [check],
    {
      cluster: 'local',
      tenant: 'default',
      subject,
      facts: given,
      unknown: {},
      ...(check.subjects[0] === undefined ? {} : { of: check.subjects[0] }),
    },
    0,
  )[0]?.outcome;
}

describe('posture checks', () => {
  it('are at least 25', () => {
    expect(checks.length).toBeGreaterThanOrEqual(25);
  });

  it.each(checks)('%s compiles against the facts agents collect', (name, check) => {
    expect(name).toBe(`${check.id}.json`);
    expect(compileCheck(check, types)).toMatchObject({ ok: true });
    for (const need of check.needs) {
      const fact = facts.find((entry) => entry.name === need);
      expect(fact, `${need} is a fact`).toBeDefined();
      expect(check.subjects, `${need} is a fact of the subject`).toContain(fact?.subject);
    }
  });

  it.each(checks)('%s holds to its examples and is unknown without facts', (_name, check) => {
    for (const example of check.tests.mustPass)
      expect(outcome(check, example.facts), example.name).toBe('pass');
    for (const example of check.tests.mustFail)
      expect(outcome(check, example.facts), example.name).toBe('fail');
    for (const example of check.tests.notApplicable ?? [])
      expect(outcome(check, example.facts), example.name).toBe('not-applicable');
    expect(check.tests.mustPass.length * check.tests.mustFail.length).toBeGreaterThan(0);
    expect(outcome(check, {})).toBe('unknown');
  });

  it.each(checks)('%s speaks both languages', (_name, check) => {
    for (const part of [check.title, check.description, check.failure, check.fix.action])
      expect(part.ja).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/u);
  });
});

describe('support windows', () => {
  const lifecycle = parsed(parser(Lifecycle), json('content/lifecycle.json'));

  it('tell how long a release is supported, and nothing of one they do not list', () => {
    const now = Date.UTC(2026, 10, 25);
    expect(
      deriveFacts({ 'os.id': 'debian', 'os.version': '12' }, lifecycle, now)['os.support-days-left'],
    ).toBeGreaterThan(300);
    expect(
      deriveFacts({ 'os.id': 'debian', 'os.version': '9' }, lifecycle, now)['os.support-days-left'],
    ).toBeLessThan(0);
    expect(
      deriveFacts({ 'os.id': 'nameless', 'os.version': '1' }, lifecycle, now)['os.support-days-left'],
    ).toBeUndefined();
  });
});
