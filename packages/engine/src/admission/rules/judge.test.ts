// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition, AdmissionRule } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import {
  type AdmissionPolicy,
  type AdmissionRequest,
  applyPatch,
  EMPTY_CONTEXT,
  findViolations,
  judgeAdmission,
  unknown,
} from '../index.ts';
import { compiledPolicy, PRIVILEGED_RULE } from '../testing/privileged-rule.ts';

const NOW = 1_780_000_000_000;

const rule = (more: Partial<AdmissionRule>): AdmissionRule => ({ ...PRIVILEGED_RULE, ...more });
const podOf = (spec: unknown, metadata: object = {}): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop', ...metadata },
  spec,
});
const request = (object: unknown, more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  operation: 'CREATE',
  group: '',
  resource: 'pods',
  subResource: '',
  kind: 'Pod',
  namespace: 'shop',
  name: 'p',
  object,
  user: { name: 'alice', groups: ['dev'] },
  ...more,
});
const bad = podOf({ containers: [{ name: 'a', image: 'nginx', securityContext: { privileged: true } }] });
const good = podOf({ containers: [{ name: 'a', image: 'nginx' }] });
const judged = (policy: AdmissionPolicy, asked: AdmissionRequest, context = EMPTY_CONTEXT) =>
  judgeAdmission(compiledPolicy(policy), asked, context, NOW);

describe('a verdict', () => {
  it('names place, value, allowed values, sentence and a patch that repairs it', () => {
    const { decision, allowed, violations } = judged({ rules: [PRIVILEGED_RULE] }, request(bad));
    expect(allowed).toBe(false);
    expect(decision.verdict).toBe('deny');
    expect(decision.reasons[0]?.comparisons).toEqual([
      { field: 'container.privileged', operator: 'equals', expected: true, actual: true, held: true },
    ]);
    expect(violations).toEqual([
      expect.objectContaining({
        path: 'spec.containers[0].securityContext.privileged',
        actual: true,
        allowed: 'false, (not set)',
        state: 'violated',
        message: {
          en: 'a is privileged at spec.containers[0].securityContext.privileged',
          ja: 'a は特権です',
        },
      }),
    ]);
    const repaired = applyPatch(bad, violations[0]?.patch ?? []);
    expect(judged({ rules: [PRIVILEGED_RULE] }, request(repaired)).violations).toEqual([]);
    expect(judged({ rules: [PRIVILEGED_RULE] }, request(good)).allowed).toBe(true);
  });

  it('is given for every kind that holds pods, and for all kinds of containers', () => {
    const template = { spec: { initContainers: [{ name: 'i', securityContext: { privileged: true } }] } };
    const cron = { spec: { jobTemplate: { spec: { template } } } };
    const asked = request(cron, { group: 'batch', resource: 'cronjobs', kind: 'CronJob' });
    expect(judged({ rules: [PRIVILEGED_RULE] }, asked).violations.map(({ path }) => path)).toEqual([
      'spec.jobTemplate.spec.template.spec.initContainers[0].securityContext.privileged',
    ]);
    const ephemeral = podOf({ ephemeralContainers: [{ name: 'e', securityContext: { privileged: true } }] });
    const debug = request(ephemeral, {
      operation: 'UPDATE',
      subResource: 'ephemeralcontainers',
      oldObject: good,
    });
    expect(judged({ rules: [PRIVILEGED_RULE] }, debug).allowed).toBe(false);
  });

  it('never covers a sub-resource that no rule names', () => {
    const exec = request({ container: 'a', command: ['sh'] }, { operation: 'CONNECT', subResource: 'exec' });
    const onPods = rule({ match: { resources: ['/pods'], operations: ['CONNECT'] } });
    const shell = rule({
      id: 'test.exec',
      match: { resources: ['/pods/exec'], operations: ['CONNECT'] },
      condition: { field: 'connect.command', operator: 'contains', value: 'sh' },
      message: { en: 'no shell', ja: 'no' },
    });
    expect(judged({ rules: [onPods] }, exec).allowed).toBe(true);
    expect(judged({ rules: [shell] }, exec).allowed).toBe(false);
  });

  it('says unknown when a type is wrong, and what, without touching other rules', () => {
    const odd = podOf({
      containers: [{ name: 'a', securityContext: { privileged: 'yes' } }],
      hostNetwork: true,
    });
    const network = rule({
      id: 'test.network',
      condition: { field: 'pod.hostNetwork', operator: 'equals', value: true },
      message: { en: 'x', ja: 'x' },
      whenUnknown: 'alert',
    });
    const { malformed, violations } = judged({ rules: [PRIVILEGED_RULE, network] }, request(odd));
    expect(malformed).toEqual(['spec.containers[0].securityContext.privileged']);
    expect(violations.map(({ rule: id, state }) => [id, state])).toEqual([
      ['test.network', 'violated'],
      ['test.privileged', 'unknown'],
    ]);
  });

  it('follows the rule when a fact is not known', () => {
    const signed = (whenUnknown: AdmissionRule['whenUnknown']): AdmissionRule =>
      rule({
        condition: { some: 'containers', where: { field: 'image.signed', operator: 'equals', value: false } },
        whenUnknown,
        message: { en: 'x', ja: 'x' },
      });
    const context = { image: () => unknown('not asked yet') };
    for (const [policy, verdict] of [
      ['deny', 'deny'],
      ['alert', 'alert'],
      ['allow', 'allow'],
    ] as const) {
      const { decision, violations } = judged({ rules: [signed(policy)] }, request(good), context);
      expect(decision.verdict).toBe(verdict);
      expect(violations[0]).toMatchObject({ state: 'unknown', missing: 'not asked yet' });
    }
  });
});

describe('an update', () => {
  it('is not denied for what was there before and did not change', () => {
    const labelled = podOf(
      { containers: [{ name: 'a', image: 'nginx', securityContext: { privileged: true } }] },
      { labels: { a: 'b' } },
    );
    const { allowed, decision } = judged(
      { rules: [PRIVILEGED_RULE] },
      request(labelled, { operation: 'UPDATE', oldObject: bad }),
    );
    expect([allowed, decision.verdict]).toEqual([true, 'alert']);
    const otherImage = podOf({
      containers: [{ name: 'a', image: 'evil', securityContext: { privileged: true } }],
    });
    const asked = request(otherImage, { operation: 'UPDATE', oldObject: bad });
    expect(judged({ rules: [PRIVILEGED_RULE] }, asked).allowed).toBe(false);
    expect(
      judged({ rules: [PRIVILEGED_RULE] }, request(bad, { operation: 'UPDATE', oldObject: good })).allowed,
    ).toBe(false);
  });

  const isAllowed = (asked: AdmissionRule, object: unknown, oldObject: unknown): boolean =>
    judged({ rules: [asked] }, request(object, { operation: 'UPDATE', oldObject })).allowed;

  it('is denied where the rule was not about the object before', () => {
    const { match } = PRIVILEGED_RULE;
    const inProduction = rule({ match: { ...match, labels: { tier: 'prod' } } });
    const labelled = (labels: object) => ({ ...(bad as object), metadata: { name: 'p', labels } });
    const production = labelled({ tier: 'prod' });
    expect(isAllowed(inProduction, production, bad)).toBe(false);
    expect(isAllowed(inProduction, production, labelled({ tier: 'test' }))).toBe(false);
    expect(isAllowed(inProduction, production, labelled({ tier: 'prod', a: 'b' }))).toBe(true);
    expect(isAllowed(inProduction, bad, production)).toBe(true);
  });

  const alice: AdmissionCondition = { field: 'request.user', operator: 'in', value: ['alice'] };
  const inShop: AdmissionCondition = { field: 'object.namespace', operator: 'in', value: ['shop'] };
  it.each<[string, boolean, AdmissionCondition[]]>([
    ['who asks alone', false, [alice]],
    ['who asks in which namespace', false, [alice, inShop]],
    ['who asks for which object', false, [alice, { field: 'object.name', operator: 'equals', value: 'p' }]],
    [
      'who asks for which object, by its path',
      false,
      [alice, { field: 'object.path/metadata/name', operator: 'equals', value: 'p' }],
    ],
    [
      'the groups of who asks',
      false,
      [{ some: 'request.groups', where: { field: 'group.name', operator: 'equals', value: 'dev' } }, inShop],
    ],
    ['who asks, and what stands in the object', true, [alice, PRIVILEGED_RULE.condition]],
    ['where the object is', true, [inShop]],
  ])('of which a rule asks %s: excused is %s', (_what, excused, all) => {
    expect(isAllowed(rule({ condition: { all } }), bad, bad)).toBe(excused);
  });
});

describe('bindings, order and exceptions', () => {
  it('set the mode where the first fitting one says so', () => {
    const bindings = [
      { id: 'b.off', rules: ['test.*'], namespaces: ['kube-*'], mode: 'off' },
      { id: 'b.warn', rules: ['test.*'], mode: 'warn' },
    ] as const;
    const policy = {
      rules: [PRIVILEGED_RULE],
      bindings: bindings.map((binding) => ({
        ...binding,
        rules: [...binding.rules],
        ...('namespaces' in binding ? { namespaces: [...binding.namespaces] } : {}),
      })),
    } as AdmissionPolicy;
    expect(judged(policy, request(bad, { namespace: 'kube-system' })).violations).toEqual([]);
    const { decision, warnings } = judged(policy, request(bad));
    expect(decision.verdict).toBe('alert');
    expect(warnings).toHaveLength(1);
  });

  it('let an allow rule end judging, deny first within one order', () => {
    const allow = (order: number): AdmissionRule =>
      rule({
        id: 'test.allow',
        effect: 'allow',
        order,
        condition: { field: 'object.namespace', operator: 'equals', value: 'shop' },
        message: { en: 'x', ja: 'x' },
      });
    expect(judged({ rules: [PRIVILEGED_RULE, allow(99)] }, request(bad)).allowedBy).toBe('test.allow');
    expect(judged({ rules: [PRIVILEGED_RULE, allow(100)] }, request(bad)).allowed).toBe(false);
  });

  it('accept what somebody answers for until the day it ends', () => {
    const exception = {
      id: 'e.one',
      rules: ['test.privileged'],
      namespaces: ['shop'],
      images: ['docker.io/library/nginx*'],
      owner: 'o',
      reason: 'r',
      expiresAtMs: NOW + 1,
    };
    const set = compiledPolicy({ rules: [PRIVILEGED_RULE], exceptions: [exception] });
    const during = judgeAdmission(set, request(bad), EMPTY_CONTEXT, NOW);
    expect(during.allowed).toBe(true);
    expect(during.violations[0]).toMatchObject({ state: 'excepted', exception: 'e.one' });
    expect(judgeAdmission(set, request(bad), EMPTY_CONTEXT, NOW + 1).allowed).toBe(false);
  });
});

describe('a violation by what is not there', () => {
  it('is told of the object as a whole, not passed in silence', () => {
    const set = compiledPolicy({
      rules: [
        rule({
          id: 'custom.team-label',
          condition: {
            not: { some: 'object.labels', where: { field: 'label.key', operator: 'equals', value: 'team' } },
          },
          message: { en: 'no team', ja: 'チームがない' },
        }),
      ],
    });
    const pod = { containers: [{ name: 'a', image: 'nginx' }] };
    const { decision, violations } = judgeAdmission(set, request(podOf(pod)), EMPTY_CONTEXT, NOW);
    expect(decision.verdict).toBe('deny');
    expect(violations).toMatchObject([{ rule: 'custom.team-label', path: '.', state: 'violated' }]);
    const labelled = judgeAdmission(set, request(podOf(pod, { labels: { team: 'a' } })), EMPTY_CONTEXT, NOW);
    expect(labelled.violations).toEqual([]);
  });
});

describe('rules that ask and say the same', () => {
  const privileged = { name: 'c', image: 'i', securityContext: { privileged: true } };
  const object = podOf({ containers: [privileged, { name: 'd', image: 'i' }, privileged] });
  const found = (rules: readonly AdmissionRule[]) =>
    findViolations(compiledPolicy({ rules }), request(object), EMPTY_CONTEXT, NOW);

  it('are told of the same places, each as if it were alone', () => {
    const [one, two] = [rule({ id: 'test.one' }), rule({ id: 'test.two', severity: 'low', mode: 'audit' })];
    const together = found([one, two]);
    expect(together.map((violation) => violation.describe())).toEqual(
      [one, two].flatMap((only) => found([only]).map((violation) => violation.describe())),
    );
    expect(together).toHaveLength(4);
    expect(together[2]?.place).toBe(together[0]?.place);
    expect(together[1]?.place).not.toBe(together[0]?.place);
  });

  it.each<[string, Partial<AdmissionRule>]>([
    ['sentence', { message: { en: 'other', ja: '別' } }],
    ['fix', { fix: { action: { en: 'a', ja: 'a' }, patch: [{ op: 'remove', path: '{item}' }] } }],
  ])('are no longer the same with another %s', (_what, more) => {
    const [one, two] = [rule({ id: 'test.one' }), rule({ id: 'test.two', ...more })];
    const together = found([one, two]);
    expect(together[2]?.place).not.toBe(together[0]?.place);
    expect(together.map((violation) => violation.describe())).toEqual(
      [one, two].flatMap((only) => found([only]).map((violation) => violation.describe())),
    );
  });
});
