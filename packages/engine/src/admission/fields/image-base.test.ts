// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition, AdmissionRule } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import {
  type AdmissionRequest,
  compileAdmissionPolicy,
  type ImageFacts,
  judgeAdmission,
  pssRules,
  type Unknown,
  unknown,
} from '../index.ts';
import { imageJudge } from '../native/image-verdict.ts';
import { emitNativePolicies } from '../native/index.ts';

const [pattern] = pssRules('baseline');
if (pattern === undefined) throw new Error('no rule');
const ruleOf = (where: AdmissionCondition, more: Partial<AdmissionRule> = {}): AdmissionRule => ({
  ...pattern,
  id: 'own.image',
  effect: 'deny',
  stages: ['admission'],
  mode: 'enforce',
  match: { resources: ['/pods'], operations: ['CREATE'] },
  condition: { some: 'containers', where },
  whenUnknown: 'allow',
  ...more,
});
const REQUEST: AdmissionRequest = {
  ...{ operation: 'CREATE', group: '', resource: 'pods', subResource: '', kind: 'Pod' },
  ...{ namespace: 'shop', name: 'web' },
  object: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'web', image: 'registry.example/web:1' }] },
  },
};
const NOW_MS = 1_000;

/** What one rule says of a container whose image is known so far. */
function stateOf(where: AdmissionCondition, facts: ImageFacts | Unknown): string {
  const set = compileAdmissionPolicy({ rules: [ruleOf(where)] });
  if (!set.ok) throw new Error(set.error.detail);
  const { violations } = judgeAdmission(set.value, REQUEST, { image: () => facts }, NOW_MS);
  return violations[0]?.state ?? 'none';
}
const known = (more: Partial<ImageFacts>): ImageFacts => ({ scanned: true, ...more });
const isOutdated: AdmissionCondition = { field: 'image.base.isOutdated', operator: 'equals', value: true };
const isOver: AdmissionCondition = { field: 'image.base.isEndOfLife', operator: 'equals', value: true };
const isCopyleft: AdmissionCondition = {
  field: 'image.licences',
  operator: 'any-glob',
  value: ['GPL-*', 'AGPL-*'],
};

describe('facts about what an image is built on, and its licences', () => {
  it.each<[string, AdmissionCondition, ImageFacts | Unknown, string]>([
    ['an outdated base', isOutdated, known({ base: { name: 'debian:12', isOutdated: true } }), 'violated'],
    ['the newest base', isOutdated, known({ base: { name: 'debian:12', isOutdated: false } }), 'none'],
    ['a base of which newer ones are not known', isOutdated, known({ base: { name: 'x' } }), 'unknown'],
    ['no base that is known', isOutdated, known({}), 'unknown'],
    ['an image that nobody scanned', isOutdated, { scanned: false, base: { isOutdated: false } }, 'unknown'],
    ['nothing known at all', isOutdated, unknown('nobody scanned it'), 'unknown'],
    ['support that has ended', isOver, known({ supportEndsAtMs: NOW_MS }), 'violated'],
    ['support that goes on', isOver, known({ supportEndsAtMs: NOW_MS + 1 }), 'none'],
    ['no end of support that is known', isOver, known({ os: 'debian:12' }), 'unknown'],
    ['a licence of the list', isCopyleft, known({ licences: ['MIT', 'GPL-3.0-only'] }), 'violated'],
    ['other licences', isCopyleft, known({ licences: ['MIT', 'LGPL-2.1-only'] }), 'none'],
    ['no licences that are known', isCopyleft, known({}), 'unknown'],
    [
      'packages told one by one',
      isCopyleft,
      known({ packages: [{ name: 'a', version: '1', licence: 'AGPL-3.0-only' }] }),
      'violated',
    ],
    [
      'packages without a licence',
      { field: 'image.undeclaredLicences', operator: 'greater-than', value: 0 },
      known({ licences: [], undeclaredLicences: 2 }),
      'violated',
    ],
    [
      'a base of another name',
      { not: { field: 'image.base.name', operator: 'any-glob', value: ['registry.example/base/*'] } },
      known({ base: { name: 'docker.io/library/debian:12', digest: 'sha256:d' } }),
      'violated',
    ],
  ])('of %s', (_what, where, facts, state) => {
    expect(stateOf(where, facts)).toBe(state);
  });

  it('are not held by the API server alone, which is told with the reason; a verdict by digest stands for them', () => {
    for (const where of [isOutdated, isOver, isCopyleft]) {
      const rule = ruleOf(where);
      const { compiled, notExpressible } = emitNativePolicies({ rules: [rule] }, { nowMs: NOW_MS });
      expect(compiled).toEqual([]);
      expect(notExpressible.map(({ reason }) => reason.en)).toEqual([
        expect.stringContaining('the scan or the signature'),
      ]);
    }
    const judge = imageJudge(ruleOf(isOutdated), {});
    expect(judge.ok && judge.value(known({ base: { isOutdated: true } }), NOW_MS)).toBe(true);
    expect(judge.ok && judge.value(known({ base: { isOutdated: false } }), NOW_MS)).toBe(false);
  });
});
