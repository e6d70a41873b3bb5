// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { DetectionRule, Facts } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { judge, nearestMisses } from './judge.ts';
import { renderMessage, showValue } from './message.ts';
import { compileRules, compileRulesLeniently, ruleRevision } from './rule-set.ts';

const words = (text: string) => ({ en: text, ja: `${text}です` });
const rule = (id: string, more: Partial<DetectionRule> = {}): DetectionRule => ({
  id,
  title: words(id),
  description: words('d'),
  severity: 'medium',
  triggers: ['exec'],
  scope: 'any',
  condition: { field: 'process.name', operator: 'equals', value: 'sh' },
  message: words('{process.name} ran'),
  fix: words('f'),
  control: ['k05-logging-and-monitoring'],
  owasp: { 2022: ['K05'], 2025: ['K10'] },
  attack: [],
  foldSeconds: 5,
  tests: { mustMatch: [], mustNotMatch: [] },
  ...more,
});
function rules(...list: DetectionRule[]) {
  const compiled = compileRules(list);
  if (!compiled.ok) throw new Error(compiled.error.detail);
  return compiled.value;
}
const happening = (facts: Facts, inContainer = true) => ({ trigger: 'exec' as const, facts, inContainer });

describe('judge', () => {
  it('allows when no rule matches, without reasons', () => {
    const { decision, matched, all } = judge(rules(rule('a')), happening({ 'process.name': 'ls' }));
    expect(decision).toEqual({
      verdict: 'allow',
      reasons: [],
      nearest: [],
      enforcementPoint: 'agent',
      elapsedUs: 0,
    });
    expect(matched).toBeUndefined();
    expect(all).toEqual([]);
  });

  it('alerts with rule, revision and the comparisons that decided', () => {
    const one = rule('a');
    const { decision } = judge(rules(one), happening({ 'process.name': 'sh' }));
    expect(decision.verdict).toBe('alert');
    expect(decision.reasons).toEqual([
      {
        rule: 'a',
        revision: ruleRevision(one),
        title: one.title,
        comparisons: [
          { field: 'process.name', operator: 'equals', expected: 'sh', actual: 'sh', held: true },
        ],
      },
    ]);
  });

  it('names the worst rule and lists all', () => {
    const set = rules(
      rule('low', { severity: 'low' }),
      rule('bad', { severity: 'critical' }),
      rule('also', { severity: 'critical' }),
    );
    const { matched, all } = judge(set, happening({ 'process.name': 'sh' }));
    expect(matched?.id).toBe('also');
    expect(all.map(({ id }) => id)).toEqual(['also', 'bad', 'low']);
  });

  it.each([
    ['container', true, true],
    ['container', false, false],
    ['host', true, false],
    ['host', false, true],
    ['any', true, true],
    ['any', false, true],
  ] as const)('asks a rule of scope %s in a container (%s): %s', (scope, inContainer, expected) => {
    const { decision } = judge(rules(rule('a', { scope })), happening({ 'process.name': 'sh' }, inContainer));
    expect(decision.verdict).toBe(expected ? 'alert' : 'allow');
  });

  it('asks only rules of the trigger', () => {
    const set = rules(rule('a', { triggers: ['connect'] }));
    expect(judge(set, happening({ 'process.name': 'sh' })).decision.verdict).toBe('allow');
  });

  it('names at most three near misses, nearest first, with the field that differed', () => {
    const near = (id: string, uid: number, tty: boolean): DetectionRule =>
      rule(id, {
        condition: {
          all: [
            { field: 'process.name', operator: 'equals', value: 'sh' },
            { field: 'process.uid', operator: 'equals', value: uid },
            { field: 'process.interactive', operator: 'equals', value: tty },
          ],
        },
      });
    const set = rules(
      near('far', 5, true),
      near('nearest', 0, true),
      near('b', 6, true),
      near('c', 7, true),
      rule('hit'),
    );
    const facts = { 'process.name': 'sh', 'process.uid': 0, 'process.interactive': false };
    const { nearest } = judge(set, happening(facts)).decision;
    expect(nearest).toHaveLength(3);
    expect(nearest[0]).toMatchObject({
      rule: 'nearest',
      differed: { field: 'process.interactive', expected: true, actual: false },
    });
    expect(nearestMisses(set, happening({ 'process.name': 'ls' }))).toEqual([]);
  });
});

describe('rule sets', () => {
  it('have a revision that depends on content, not on order', () => {
    const one = rules(rule('a'), rule('b'));
    expect(one.revision).toMatch(/^[0-9a-f]{64}$/);
    expect(rules(rule('b'), rule('a')).revision).toBe(one.revision);
    expect(rules(rule('a'), rule('b', { severity: 'low' })).revision).not.toBe(one.revision);
    expect(rules(rule('a')).revision).not.toBe(one.revision);
  });

  it.each([
    ['an unknown fact', { condition: { field: 'no.such', operator: 'present' } }],
    ['a fact of another trigger', { condition: { field: 'file.path', operator: 'present' } }],
    ['no trigger', { triggers: [] }],
    ['a message with an unknown fact', { message: words('{no.such}') }],
  ] as const)('refuse a rule with %s', (_name, more) => {
    const result = compileRules([rule('bad.rule', more as Partial<DetectionRule>)]);
    expect(result).toMatchObject({ ok: false, error: { code: 'E_RULE' } });
    if (!result.ok) expect(result.error.detail).toContain('bad.rule');
  });

  it('keep the good rules in force when one is bad or comes twice', () => {
    const { set, refused } = compileRulesLeniently([
      rule('a'),
      rule('a'),
      rule('b', { triggers: [] }),
      rule('c'),
    ]);
    expect(set.rules.map((compiled) => compiled.rule.id)).toEqual(['a', 'c']);
    expect(refused.map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

describe('renderMessage', () => {
  it('fills both languages and says what is not known', () =>
    expect(
      renderMessage(
        { en: '{process.name} by {parent.name}', ja: '{parent.name} の {process.name}' },
        { 'process.name': 'sh' },
      ),
    ).toEqual({ en: 'sh by (not known)', ja: '（不明） の sh' }));

  it('does not expand what a value contains', () =>
    expect(
      renderMessage(words('{process.name}'), { 'process.name': '{process.uid}', 'process.uid': 0 }).en,
    ).toBe('{process.uid}'));

  it('shows direction marks and control characters of a name as what they are', () => {
    const facts = { 'process.name': '\u202eexe.png\u200b' };
    expect(renderMessage(words('{process.name} ran'), facts).en).toBe('\\x202eexe.png\\x200b ran');
    expect(showValue(['a\u0007', 'b'])).toBe('a\\x07 b');
    expect(showValue('\u202e'.repeat(1000)).length).toBe(256);
  });

  it('shortens long values and long sentences', () => {
    const facts = { 'process.name': 'x'.repeat(10_000) };
    expect(renderMessage(words('{process.name}'), facts).en.length).toBe(256);
    expect(renderMessage(words('{process.name}'.repeat(40)), facts, 100).en.length).toBe(100);
  });
});
