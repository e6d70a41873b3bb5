// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileAdmissionPolicy } from '../../admission/index.ts';
import { criterion, imported, pod, refuses, requestOf, rule, verdict } from '../testing/judged.ts';
import { CRITERIA } from './criteria.ts';
import { importNeuVector } from './index.ts';
import { globsOfRegex } from './regex.ts';

describe('rules', () => {
  it('join different criteria by "and" on one container, and the same criterion as NeuVector does', () => {
    const two = requestOf(
      pod({
        containers: [
          { name: 'a', image: 'nginx', securityContext: { privileged: true } },
          { name: 'b', image: 'quay.io/shop/web' },
        ],
      }),
    );
    const privileged = criterion('runAsPrivileged', '=', 'true');
    expect(refuses([privileged, criterion('image', 'containsAny', 'nginx')], two)).toBe(true);
    expect(refuses([privileged, criterion('image', 'containsAny', 'shop/web')], two)).toBe(false);
    const labels = (...list: readonly [string, string][]) =>
      list.map(([op, value]) => criterion('labels', op, value));
    const labelled = requestOf(pod({}, { labels: { a: '1' } }));
    expect(refuses(labels(['notContainsAny', 'b'], ['notContainsAny', 'a']), labelled)).toBe(false);
    expect(refuses(labels(['notContainsAny', 'a'], ['containsAny', 'a']), labelled)).toBe(true);
    expect(refuses(labels(['containsAny', 'b'], ['containsAny', 'a']), labelled)).toBe(true);
  });

  it('keep to the containers they name', () => {
    const init = requestOf(
      pod({ initContainers: [{ name: 'i', image: 'x', securityContext: { privileged: true } }] }),
    );
    const list = [criterion('runAsPrivileged', '=', 'true')];
    expect(refuses(list, init, {}, { containers: ['containers'] })).toBe(false);
    expect(refuses(list, init, {}, { containers: ['init_containers'] })).toBe(true);
    expect(refuses(list, init)).toBe(true);
  });

  it('are asked in the order of NeuVector: an exception of the user never undoes a federal refusal', () => {
    const deny = (cfg: string) =>
      rule([criterion('namespace', 'containsAny', 'shop')], { id: 1, cfg_type: cfg });
    const allow = (cfg: string) =>
      rule([criterion('namespace', 'containsAny', 'shop')], { id: 2, cfg_type: cfg, rule_type: 'exception' });
    const outcome = (...rules: readonly object[]) =>
      verdict(imported(...rules).rules, requestOf(pod())).decision.verdict;
    expect(outcome(deny('user_created'), allow('user_created'))).toBe('allow');
    expect(outcome(deny('federal'), allow('user_created'))).toBe('deny');
    expect(outcome(deny('ground'), allow('federal'))).toBe('allow');
    expect(outcome(deny('federal'), allow('federal'))).toBe('allow');
    expect(outcome(deny('ground'), allow('user_created'))).toBe('deny');
  });

  it('make an exception only for objects all of whose containers it covers', () => {
    const exception = (more: object = {}) =>
      rule([criterion('image', 'containsAny', 'quay.io/shop/web')], {
        id: 2,
        rule_type: 'exception',
        ...more,
      });
    const deny = rule([criterion('namespace', 'containsAny', 'shop')]);
    const judged = (object: object, ...rules: readonly object[]) =>
      verdict(imported(...rules).rules, requestOf(object)).decision.verdict;
    const other = { initContainers: [{ name: 'i', image: 'evil.example/x' }] };
    expect(judged(pod(), deny, exception())).toBe('allow');
    expect(judged(pod(other), deny, exception())).toBe('deny');
    expect(judged(pod(other), deny, exception({ containers: ['containers'] }))).toBe('deny');
    const unknown = rule([criterion('imageScanned', '=', 'true')], { id: 2, rule_type: 'exception' });
    expect(judged(pod(), deny, unknown)).toBe('deny');
  });

  it('have the mode of their own, else of the set, else are recorded only, and that is said', () => {
    const modes = (document: unknown) => {
      const result = importNeuVector(document);
      return result.ok ? result.value.rules.map(({ mode }) => mode) : [];
    };
    const list = [criterion('runAsPrivileged', '=', 'true')];
    const config = { enable: true, client_mode: 'service', mode: 'protect' };
    const resource = (spec: object) => ({
      kind: 'NvAdmissionControlSecurityRule',
      metadata: { name: 'local' },
      spec,
    });
    expect(modes(resource({ config, rules: [{ action: 'deny', criteria: list }] }))).toEqual(['enforce']);
    expect(modes(resource({ rules: [{ action: 'deny', criteria: list, rule_mode: 'monitor' }] }))).toEqual([
      'audit',
    ]);
    const unsaid = imported(rule(list, { rule_mode: '' }));
    expect(unsaid.rules.map(({ mode }) => mode)).toEqual(['audit']);
    expect(unsaid.notes.map(({ effect }) => effect)).toEqual(['weaker']);
  });

  it('are taken whole or not at all, and each part that is missing is named', () => {
    const { rules, notes } = imported(
      rule([criterion('runAsPrivileged', '=', 'true'), criterion('moonPhase', '=', 'full')]),
      rule([criterion('user', 'regex', '(a|b){3}')], { id: 1001 }),
      rule([criterion('cveHighCount', '>=', 'many')], { id: 1002 }),
      rule([criterion('image', 'containsAny', 'x')], { id: 1003, disable: true }),
    );
    expect(rules).toEqual([]);
    expect(notes.map(({ source, part, effect }) => [source, part, effect])).toEqual([
      ['1000', 'moonPhase', 'dropped'],
      ['1001', 'user', 'dropped'],
      ['1002', 'cveHighCount', 'dropped'],
      ['1003', '', 'different'],
    ]);
    for (const { detail } of notes) expect(detail.ja).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/u);
  });

  it('about claims and pods in one become two', () => {
    const { rules, notes } = imported(
      rule([criterion('sharePidWithHost', '=', 'true'), criterion('storageClassName', 'containsAny', 'x')]),
    );
    expect(rules.map(({ match }) => match.resources[0])).toEqual(['/persistentvolumeclaims', 'workloads']);
    expect(notes.map(({ effect }) => effect)).toContain('different');
  });

  it('cover the 37 criteria that NeuVector offers', () => {
    expect(Object.keys(CRITERIA).length).toBe(39);
  });
});

describe('documents', () => {
  const good = [criterion('pspCompliance', '=', 'true')];
  const resource = (spec: unknown) => ({
    kind: 'NvAdmissionControlSecurityRule',
    metadata: { name: 'local' },
    spec,
  });
  it.each([
    ['another kind', { kind: 'Pod' }],
    ['an action that is none', resource({ rules: [{ action: 'test', criteria: good }] })],
    ['no criteria', resource({ rules: [{ action: 'deny' }] })],
    [
      'a value that is no text',
      resource({ rules: [{ action: 'deny', criteria: [{ name: 'a', op: '=', value: true }] }] }),
    ],
    ['a configuration without its mode', resource({ config: { enable: true, client_mode: 'url' } })],
    ['a kind of containers that is none', { rules: [rule(good, { containers: ['all'] })] }],
    ['a mode that is none', { rules: [rule(good, { rule_mode: 'loud' })] }],
    ['too many rules', { rules: Array.from({ length: 5001 }, () => rule(good)) }],
    ['no object', 'rules'],
  ])('with %s are refused', (_name, document) => {
    expect(importNeuVector(document)).toMatchObject({ ok: false, error: { code: 'E_POLICY_IMPORT' } });
  });

  it('of any form never make it throw, and what is taken compiles', () => {
    const names = fc.constantFrom(...Object.keys(CRITERIA), 'toString', '__proto__');
    const operators = fc.constantFrom(
      '=',
      '!=',
      '>',
      '>=',
      '<=',
      'containsAny',
      'containsAll',
      'notContainsAny',
      'containsOtherThan',
      'containsTagAny',
      'regex',
      '!regex',
      'exist',
    );
    const values = fc.oneof(fc.constantFrom('true', 'false', '5', 'baseline', 'a,b=c', '*', ''), fc.string());
    const anyCriterion = fc.record({
      name: names,
      op: operators,
      value: values,
      path: fc.string(),
      value_type: fc.constantFrom('key', 'string', 'number', 'boolean'),
    });
    fc.assert(
      fc.property(
        fc.array(anyCriterion, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (criteria, isDeny) => {
          const result = importNeuVector({
            rules: [rule(criteria, { rule_type: isDeny ? 'deny' : 'exception' })],
          });
          if (!result.ok) return;
          for (const one of result.value.rules)
            expect(compileAdmissionPolicy({ rules: [one] })).toMatchObject({ ok: true });
        },
      ),
      { seed: 6, numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.anything(), (document) => {
        importNeuVector(document);
      }),
      { seed: 6, numRuns: 500 },
    );
  });
});

describe('regular expressions', () => {
  it.each([
    ['^kim$', ['kim']],
    ['kim', ['*kim*']],
    ['^system:serviceaccount:.*:default$', ['system:serviceaccount:*:default']],
    ['^a.+$', ['a?*']],
    ['^a\\.b$|^c', ['a.b', 'c*']],
    ['a+', undefined],
    ['[ab]', undefined],
    ['', undefined],
  ])('%s as globs', (pattern, globs) => {
    expect(globsOfRegex(pattern)).toEqual(globs);
  });
});
