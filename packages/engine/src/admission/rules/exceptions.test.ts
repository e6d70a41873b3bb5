// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition, AdmissionException, AdmissionRule } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AdmissionRequest,
  EMPTY_CONTEXT,
  findViolations,
  judgeAdmission,
  pssRules,
  ruleHits,
} from '../index.ts';
import { compiledPolicy } from '../testing/privileged-rule.ts';
import { WITNESSES_MAX } from './node.ts';

const NOW = 1_780_000_000_000;
const baseline = (id: string): AdmissionRule => {
  const found = pssRules('baseline').find((rule) => rule.id === `pss.baseline.${id}`);
  if (found === undefined) throw new Error(`no rule ${id}`);
  return { ...found, mode: 'enforce' };
};
const AGENT: AdmissionException = {
  id: 'exception.agent',
  rules: ['*'],
  namespaces: ['shop'],
  images: ['docker.io/library/agent:*'],
  owner: 'o',
  reason: 'r',
  expiresAtMs: NOW + 1,
};
const { images: _images, ...ANY_IMAGE } = AGENT;

const requestOf = (spec: unknown): AdmissionRequest => ({
  operation: 'CREATE',
  ...{ group: '', resource: 'pods', subResource: '', kind: 'Pod', namespace: 'shop', name: 'p' },
  object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop' }, spec },
});

/** What is said of a pod: by the verdict, by what reports list, and by what the audit counts. */
function said(rule: AdmissionRule, spec: unknown, exception = AGENT) {
  const set = compiledPolicy({ rules: [rule], exceptions: [exception] });
  const request = requestOf(spec);
  const { allowed, violations } = judgeAdmission(set, request, EMPTY_CONTEXT, NOW);
  const told = findViolations(set, request, EMPTY_CONTEXT, NOW);
  const hits = ruleHits(set, request, EMPTY_CONTEXT, NOW, 'admission');
  return {
    allowed,
    violations,
    states: violations.map(({ path, state }) => `${state} ${path}`),
    isReported: told.some(({ state }) => state !== 'excepted'),
    isCounted: hits.some(({ state }) => state !== 'excepted'),
  };
}
const DENIED = { allowed: false, isReported: true, isCounted: true };
const ALLOWED = { allowed: true, isReported: false, isCounted: false };

describe('an exception for an image and more places than are looked at', () => {
  const adding = (image: string, count: number) => ({
    ...{ name: image.slice(0, 4), image },
    securityContext: { capabilities: { add: new Array<string>(count).fill('SYS_ADMIN') } },
  });
  const pod = (count: number) => ({ containers: [adding('agent:1', count), adding('evil:1', 1)] });

  it.each([1, WITNESSES_MAX - 1, WITNESSES_MAX, WITNESSES_MAX + 1, 4000])(
    'does not hide another image behind %i places of its own',
    (count) => {
      expect(said(baseline('capabilities'), pod(count))).toMatchObject(DENIED);
    },
  );

  it('says that there are more, without a repair of the object as a whole', () => {
    const { violations } = said(baseline('capabilities'), pod(4000));
    const [last] = violations.slice(-1);
    expect(last).toMatchObject({ path: '.', state: 'violated', patch: [] });
    expect(last?.message.en).toContain('more places');
    expect(last?.message.ja).toContain('ほかにも');
  });

  it('covers its own places, and one for every image covers all', () => {
    const own = (count: number) => ({ containers: [adding('agent:1', count)] });
    expect(said(baseline('capabilities'), own(WITNESSES_MAX))).toMatchObject(ALLOWED);
    expect(said(baseline('capabilities'), pod(4000), ANY_IMAGE)).toMatchObject(ALLOWED);
  });
});

describe('an exception for an image and a violation of the pod', () => {
  const UNCONFINED = { seccompProfile: { type: 'Unconfined' } };
  const agent = { name: 'agent', image: 'agent:1', securityContext: UNCONFINED };
  const evil = { name: 'evil', image: 'evil:1' };
  const rule = (condition: AdmissionCondition): AdmissionRule => ({ ...baseline('seccomp'), condition });
  const unconfined = (subject: 'pod' | 'container'): AdmissionCondition => ({
    field: `${subject}.seccomp.type`,
    operator: 'equals',
    value: 'Unconfined',
  });

  it('does not hide what holds of the pod without the image', () => {
    const found = said(baseline('seccomp'), { securityContext: UNCONFINED, containers: [agent, evil] });
    expect(found).toMatchObject(DENIED);
    expect(found.states).toEqual([
      'violated spec.securityContext.seccompProfile.type',
      'excepted spec.containers[0].securityContext.seccompProfile.type',
    ]);
  });

  it('does not hide it where a negation says so, nor where the containers are asked for it', () => {
    const spec = { securityContext: UNCONFINED, containers: [agent, evil] };
    const negated: AdmissionCondition = {
      not: {
        all: [{ not: unconfined('pod') }, { every: 'containers', where: { not: unconfined('container') } }],
      },
    };
    const asked: AdmissionCondition = {
      some: 'containers',
      where: { any: [unconfined('pod'), unconfined('container')] },
    };
    expect(said(rule(negated), spec)).toMatchObject(DENIED);
    expect(said(rule(asked), spec)).toMatchObject(DENIED);
  });

  it('does not hide what is violated by what is not there', () => {
    const unlabelled: AdmissionCondition = {
      not: { some: 'object.labels', where: { field: 'label.key', operator: 'equals', value: 'team' } },
    };
    const probeless: AdmissionCondition = {
      not: { some: 'container.probes', where: { field: 'probe.kind', operator: 'present' } },
    };
    const own = unconfined('container');
    const either = rule({ any: [unlabelled, { some: 'containers', where: own }] });
    expect(said(either, { containers: [agent] })).toMatchObject(DENIED);
    const inContainers = rule({ some: 'containers', where: { any: [probeless, own] } });
    expect(said(inContainers, { containers: [agent, evil] })).toMatchObject(DENIED);
    expect(said(inContainers, { containers: [agent, { ...evil, image: 'agent:2' }] })).toMatchObject(ALLOWED);
  });

  it('does not hide a list that cannot be read', () => {
    const unread = { ...agent, securityContext: { seccompProfile: { type: 5 } } };
    const asked = rule({ some: 'containers', where: unconfined('container') });
    expect(said(asked, { containers: [unread, 'evil'] })).toMatchObject(DENIED);
    expect(said(asked, { containers: [unread] })).toMatchObject(ALLOWED);
  });

  it('still covers a place that violates only together with what holds of the pod', () => {
    const spec = { hostNetwork: true, hostPID: true, containers: [agent, { ...evil, image: 'nginx' }] };
    const host = (name: string): AdmissionCondition => ({
      field: `pod.${name}`,
      operator: 'equals',
      value: true,
    });
    const together: AdmissionCondition = {
      all: [
        { any: [host('hostNetwork'), host('hostPID')] },
        { some: 'containers', where: unconfined('container') },
      ],
    };
    const within: AdmissionCondition = {
      some: 'containers',
      where: { all: [unconfined('container'), { any: [host('hostNetwork'), host('hostPID')] }] },
    };
    for (const condition of [together, within]) {
      const found = said(rule(condition), spec);
      expect(found).toMatchObject(ALLOWED);
      expect(found.states).toEqual(['excepted spec.containers[0].securityContext.seccompProfile.type']);
    }
  });

  it('never allows for one violation more', () => {
    const profile = fc.constantFrom<object | undefined>(undefined, {}, UNCONFINED, {
      seccompProfile: { type: 'RuntimeDefault' },
    });
    const container = fc.record({
      name: fc.constant<string>('c'),
      image: fc.constantFrom<string>('agent:1', 'evil:1'),
      securityContext: profile,
    });
    const own = rule({
      any: [
        { all: [unconfined('pod'), { field: 'pod.hostNetwork', operator: 'equals', value: true }] },
        {
          some: 'containers',
          where: {
            any: [
              unconfined('container'),
              { all: [{ field: 'container.seccomp.type', operator: 'absent' }, unconfined('pod')] },
            ],
          },
        },
      ],
    });
    const spec = fc.record({
      hostNetwork: fc.boolean(),
      securityContext: profile,
      containers: fc.array(container, { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.constantFrom(own, baseline('seccomp')), spec, fc.nat(3), (asked, pod, at) => {
        const { containers } = pod;
        const more = [
          ...[undefined, UNCONFINED].map((securityContext) => ({ ...agent, securityContext })),
          { ...evil, securityContext: UNCONFINED },
        ].map((one) => ({ ...pod, containers: containers.toSpliced(at, 0, one) }));
        const worse = [...more, { ...pod, hostNetwork: true }, { ...pod, securityContext: UNCONFINED }];
        if (said(asked, pod).allowed) return;
        for (const one of worse) expect(said(asked, one)).toMatchObject(DENIED);
      }),
      { seed: 20261130, numRuns: 300 },
    );
  });
});
