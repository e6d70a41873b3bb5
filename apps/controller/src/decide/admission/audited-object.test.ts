// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionException, AdmissionRule, JsonPatchOperation } from '@bartizan/contracts';
import {
  type AdmissionRequest,
  applyPatch,
  compileAdmissionPolicy,
  EMPTY_CONTEXT,
  judgeAdmission,
  pssRules,
} from '@bartizan/engine/admission';
import { anAdmissionRule } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import type { KnownPolicy } from '../../admission-ports.ts';
import { checksOf, findingsOf } from './audited-object.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const requestOf = (...containers: readonly object[]): AdmissionRequest => ({
  ...{ operation: 'CREATE', group: 'apps', resource: 'deployments', subResource: '', kind: 'Deployment' },
  ...{ namespace: 'shop', name: 'web', object: { spec: { template: { spec: { containers } } } } },
});
const standard = (id: string): AdmissionRule => {
  const found = pssRules('baseline').find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
};

/** The object as the command of its finding leaves it; undefined where there is no command. */
function mended(
  rule: AdmissionRule,
  request: AdmissionRequest,
  exceptions: readonly AdmissionException[] = [],
): unknown {
  const set = compileAdmissionPolicy({ rules: [rule], exceptions });
  if (!set.ok) throw new Error(set.error.detail);
  const judged = {
    ...{ owner: OWNER, request, asked: set.value.rules, nowMs: 0 },
    verdict: judgeAdmission(set.value, request, EMPTY_CONTEXT, 0, 'audit'),
    policy: { exceptions: [] } as unknown as KnownPolicy,
  };
  const [finding] = findingsOf(judged);
  expect(finding?.check).toBe(rule.id);
  expect(checksOf(judged)[0]?.fix).toEqual(finding?.fix);
  const [, patch] = /--patch '(.*)'$/.exec(finding?.fix?.command ?? '') ?? [];
  if (patch === undefined) return undefined;
  const repaired = applyPatch(request.object, JSON.parse(patch) as JsonPatchOperation[]);
  const after = judgeAdmission(set.value, { ...request, object: repaired }, EMPTY_CONTEXT, 0, 'audit');
  expect(after.violations.filter(({ state }) => state === 'violated')).toEqual([]);
  return repaired;
}
const object = (...containers: readonly object[]): unknown => requestOf(...containers).object;

describe('the command of a finding', () => {
  const adding = (...add: readonly string[]) => ({ name: 'web', securityContext: { capabilities: { add } } });

  it('takes the refused entries out of a list, and no other', () => {
    const rule = standard('pss.baseline.capabilities');
    expect(mended(rule, requestOf(adding('SYS_ADMIN', 'NET_ADMIN', 'CHOWN')))).toEqual(
      object(adding('CHOWN')),
    );
    expect(mended(rule, requestOf(adding('SYS_ADMIN', 'NET_ADMIN')))).toEqual(object(adding()));
  });

  it('keeps what two repairs add below one parent that is missing', () => {
    const set = (name: string) => ({
      op: 'add' as const,
      path: `{pod}/securityContext/${name}`,
      value: name.length,
    });
    const rule = anAdmissionRule({
      condition: {
        some: 'containers',
        where: { field: 'container.privileged', operator: 'equals', value: true },
      },
      fix: {
        action: { en: 'a', ja: 'a' },
        patch: [
          { op: 'replace', path: '{item}/securityContext/privileged', value: false },
          set('runAsUser'),
          set('fsGroup'),
        ],
      },
    });
    const privileged = { securityContext: { privileged: true } };
    expect(mended(rule, requestOf(privileged, privileged))).toMatchObject({
      spec: {
        template: {
          spec: {
            securityContext: { runAsUser: 9, fsGroup: 7 },
            containers: [
              { securityContext: { privileged: false } },
              { securityContext: { privileged: false } },
            ],
          },
        },
      },
    });
  });

  it('leaves alone what somebody answers for', () => {
    const exception: AdmissionException = {
      ...{ id: 'exception.all', rules: ['pss.*'], namespaces: ['shop'] },
      ...{ owner: 'aiko', reason: 'until June', expiresAtMs: 1000 },
    };
    const rule = standard('pss.baseline.capabilities');
    expect(mended(rule, requestOf(adding('SYS_ADMIN')), [exception])).toBeUndefined();
  });
});
