// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Condition, Decision, DetectionRule } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { explainComparison, explainCondition, explainDecision, explainRule } from './index.ts';

const shells: Condition = { field: 'process.name', operator: 'in', value: ['bash', 'sh'] };

describe('explainCondition', () => {
  it('says a comparison in both languages', () =>
    expect(explainCondition(shells)).toEqual({
      en: 'the name of the program is one of bash, sh',
      ja: 'プログラム名が bash, sh のいずれかである',
    }));

  it('says a yes-or-no fact as a sentence, and its negation', () => {
    const tty: Condition = { field: 'process.interactive', operator: 'equals', value: true };
    expect(explainCondition(tty).en).toBe('it has a terminal');
    expect(explainCondition({ not: tty }).en).toBe('it is not so that it has a terminal');
    expect(explainCondition({ ...tty, value: false }).en).toBe('it is not so that it has a terminal');
  });

  it('brackets what would be read wrongly', () =>
    expect(
      explainCondition({
        all: [
          shells,
          {
            any: [
              { field: 'stdio.in', operator: 'equals', value: 'socket' },
              { field: 'process.fileless', operator: 'equals', value: true },
            ],
          },
        ],
      }).en,
    ).toBe(
      'the name of the program is one of bash, sh and (standard input is socket or its program exists in memory only)',
    ));

  it('shortens long lists', () =>
    expect(
      explainCondition({ field: 'process.name', operator: 'in', value: 'abcdefghijkl'.split('') }).en,
    ).toContain('(+4)'));
});

describe('explainDecision', () => {
  const decision: Decision = {
    verdict: 'alert',
    reasons: [
      {
        rule: 'runtime.x',
        revision: 'a'.repeat(64),
        title: { en: 'Reverse shell', ja: 'リバースシェル' },
        comparisons: [
          { field: 'process.name', operator: 'in', expected: ['bash', 'sh'], actual: 'sh', held: true },
          { field: 'parent.name', operator: 'not equals', expected: 'sshd', held: true },
        ],
      },
    ],
    nearest: [
      {
        rule: 'runtime.y',
        title: { en: 'Interactive shell', ja: '対話シェル' },
        differed: {
          field: 'process.interactive',
          operator: 'equals',
          expected: true,
          actual: false,
          held: false,
        },
      },
    ],
    enforcementPoint: 'none',
    elapsedUs: 1,
  };

  it('gives one sentence with the rule and what decided', () => {
    const { sentence } = explainDecision(decision);
    expect(sentence.en).toBe(
      'Alerted: Reverse shell, because the name of the program is one of bash, sh (it is sh) and it is not so that the name of the parent is sshd (it is not known)',
    );
    expect(sentence.ja).toContain('リバースシェル');
  });

  it('lists rule, facts and the near miss as steps', () => {
    const { steps } = explainDecision(decision);
    expect(steps.map(({ step }) => step)).toEqual(['rule', 'fact', 'fact', 'near-miss']);
    expect(steps[3]?.detail.en).toBe(
      'Interactive shell (runtime.y) did not match, because it asks that it has a terminal',
    );
  });

  it('says when no rule matched', () =>
    expect(explainDecision({ ...decision, verdict: 'allow', reasons: [], nearest: [] }).sentence.en).toBe(
      'Allowed: no rule matched',
    ));

  it('shows an operator it does not know as it is', () =>
    expect(explainComparison({ field: 'x', operator: 'later', expected: 1, held: true }).en).toBe('x later'));
});

describe('explainRule', () => {
  it('says scope, trigger and condition', () => {
    const rule = { scope: 'container', triggers: ['exec'], condition: shells } as Pick<
      DetectionRule,
      'scope' | 'triggers' | 'condition'
    >;
    expect(explainRule(rule as DetectionRule).en).toBe(
      'Alerts when in a container a program starts and the name of the program is one of bash, sh.',
    );
    expect(explainRule(rule as DetectionRule).ja).toMatch(/警告します。$/);
  });
});
