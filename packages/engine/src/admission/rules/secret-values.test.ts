// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { type AdmissionRequest, EMPTY_CONTEXT, findViolations, judgeAdmission } from '../index.ts';
import { compiledPolicy, PRIVILEGED_RULE } from '../testing/privileged-rule.ts';

const NOW = 1_780_000_000_000;

const rule = (more: Partial<AdmissionRule>): AdmissionRule => ({ ...PRIVILEGED_RULE, ...more });
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

describe('a verdict on a Secret', () => {
  const canary = 'Y2FuYXJ5LW9mLWEtc2VjcmV0';
  const secret = {
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' },
    metadata: {
      name: 'login',
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"password":"${canary}"}}`,
      },
    },
    data: { password: canary },
    stringData: { password: canary },
  };
  const about: Partial<AdmissionRequest> = { resource: 'secrets', kind: 'Secret', oldObject: secret };
  const judged = (field: string, more: Partial<AdmissionRequest> = about): string => {
    const { fix: _fix, ...plain } = rule({
      match: { resources: ['/secrets', '/configmaps'], operations: ['CREATE'] },
      condition: { field, operator: 'present' },
      message: { en: `{${field}} is set`, ja: `{${field}} が設定されています` },
    });
    const verdict = judgeAdmission(
      compiledPolicy({ rules: [plain] }),
      request(secret, more),
      EMPTY_CONTEXT,
      NOW,
    );
    expect(verdict.violations, field).toHaveLength(1);
    return JSON.stringify(verdict);
  };

  it('holds nothing of its values, whatever a rule asks of it', () => {
    for (const field of [
      'object.path/data/password',
      'object.path/stringData/password',
      'object.path/data/*',
      'object.path/*/password',
      'oldObject.path/data/password',
      'object.path/metadata/annotations/*',
      'object.path/metadata/*/*',
    ])
      expect(judged(field), field).not.toContain(canary);
    const { fix: _fix, ...plain } = rule({
      match: { resources: ['/secrets'], operations: ['CREATE'] },
      condition: { some: 'object.annotations', where: { field: 'annotation.value', operator: 'present' } },
      message: { en: '{annotation.value}', ja: '{annotation.value}' },
    });
    const noted = judgeAdmission(
      compiledPolicy({ rules: [plain] }),
      request(secret, about),
      EMPTY_CONTEXT,
      NOW,
    );
    expect(noted.violations).toHaveLength(1);
    expect(JSON.stringify(noted)).not.toContain(canary);
  });

  it('says what is no secret, and what another kind holds', () => {
    expect(judged('object.path/type')).toContain('Opaque');
    expect(judged('object.path/metadata/name')).toContain('login');
    const other = judged('object.path/data/password', { resource: 'configmaps', kind: 'ConfigMap' });
    expect(other).toContain(canary);
  });
});

describe('a verdict on environment variables', () => {
  const canary = 'Y2FuYXJ5-debug-value';
  const container = { name: 'a', image: 'nginx', env: [{ name: 'MODE', value: canary }] };
  const pod = {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
    spec: {
      containers: [container],
      initContainers: [container],
      env: { MODE: { value: canary }, PLAIN: canary },
    },
  };
  const said = (field: string): string => {
    const { fix: _fix, ...plain } = rule({
      condition: { any: [{ field, operator: 'any-glob', value: ['*'] }] },
      message: { en: `{${field}} is set`, ja: `{${field}} が設定されています` },
    });
    const set = compiledPolicy({ rules: [plain] });
    const asked = request(pod, { oldObject: pod });
    const verdict = judgeAdmission(set, asked, EMPTY_CONTEXT, NOW);
    expect(verdict.violations, field).toHaveLength(1);
    const reported = findViolations(set, asked, EMPTY_CONTEXT, NOW).map(({ actual }) => actual);
    return JSON.stringify([verdict, reported]);
  };

  it.each([
    'pod.path/containers/*/env/*/value',
    'pod.path/containers/0/env/0/value',
    'pod.path/containers/0/env/*/value',
    'pod.path/containers/*/env/0/value',
    'pod.path/containers/*/env/*/*',
    'pod.path/containers/*/env/0/*',
    'pod.path/containers/*/*/*/value',
    'pod.path/containers/*/*/0/value',
    'pod.path/*/*/*/*/*',
    'pod.path/*/0/*/0/*',
    'pod.path/env/MODE/value',
    'pod.path/env/PLAIN',
    'pod.path/env/*',
    'object.path/spec/containers/*/env/*/value',
    'object.path/spec/*/*/*/*/*',
    'oldObject.path/spec/initContainers/*/env/*/value',
  ])('shows nothing of the values at %s', (field) => {
    expect(said(field)).not.toContain(canary);
  });

  it('shows what is beside them', () => {
    expect(said('pod.path/containers/*/env/*/name')).toContain('MODE');
    expect(said('pod.path/containers/*/image')).toContain('nginx');
  });
});
