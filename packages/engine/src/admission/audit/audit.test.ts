// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import type { AdmissionRule } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import {
  AdmissionAudit,
  type AdmissionPolicy,
  type AdmissionRequest,
  admissionCoverage,
  compileAdmissionPolicy,
  EMPTY_CONTEXT,
  explainAdmissionRule,
  pssNamespace,
  pssRules,
  simulateAdmission,
} from '../index.ts';
import { SharedTexts } from './shared-texts.ts';

const setOf = (policy: AdmissionPolicy) => {
  const set = compileAdmissionPolicy(policy);
  if (!set.ok) throw new Error(set.error.detail);
  return set.value;
};
const podRequest = (name: string, namespace: string, privileged: boolean): AdmissionRequest => ({
  operation: 'CREATE',
  group: '',
  resource: 'pods',
  subResource: '',
  kind: 'Pod',
  namespace,
  name,
  object: { spec: { containers: [{ name: 'a', image: 'x', securityContext: { privileged } }] } },
  user: { name: 'alice', groups: [] },
  owner: `Deployment/${name}`,
});
const service: AdmissionRequest = {
  operation: 'CREATE',
  group: '',
  resource: 'services',
  subResource: '',
  kind: 'Service',
  namespace: 'shop',
  name: 's',
  object: { spec: { type: 'NodePort' } },
};
const BASELINE = pssRules('baseline');
const [first] = BASELINE;
if (first === undefined) throw new Error('no rule');
const nodePort: AdmissionRule = {
  ...first,
  id: 'test.node-port',
  match: { resources: ['/services'], operations: ['CREATE'], namespaces: ['shop'] },
  condition: { field: 'service.type', operator: 'in', value: ['NodePort', 'LoadBalancer'] },
  message: { en: '{service.type}', ja: '{service.type}' },
};

describe('the audit of what exists', () => {
  it('judges a changed object alone, and tells what changed', () => {
    const audit = new AdmissionAudit(setOf({ rules: BASELINE }), EMPTY_CONTEXT);
    expect(audit.put('a', podRequest('a', 'shop', true), 0)?.after).toEqual([
      { rule: 'pss.baseline.privileged', mode: 'enforce', state: 'violated' },
    ]);
    audit.put('b', podRequest('b', 'shop', false), 0);
    expect(audit.summary()).toMatchObject({ objects: 2, violating: 1 });
    expect(audit.put('a', podRequest('a', 'shop', true), 0)).toBeUndefined();
    expect(audit.put('a', podRequest('a', 'shop', false), 0)?.after).toEqual([]);
    expect(audit.summary().violating).toBe(0);
    expect(audit.remove('a')).toBeUndefined();
  });

  it('judges again only what other rules are about', () => {
    const audit = new AdmissionAudit(setOf({ rules: BASELINE }), EMPTY_CONTEXT);
    audit.put('a', podRequest('a', 'shop', true), 0);
    audit.put('s', service, 0);
    const { changes, judged } = audit.swap(setOf({ rules: [...BASELINE, nodePort] }), 0);
    expect(judged).toBe(1);
    expect(changes.map(({ key }) => key)).toEqual(['s']);
    const less = audit.swap(setOf({ rules: [nodePort] }), 0);
    expect(less.judged).toBe(1);
    expect(audit.hitsOf('a')).toEqual([]);
  });

  it('keeps to exceptions and forgets them when they end', () => {
    const exception = {
      id: 'e.x',
      rules: ['pss.*'],
      namespaces: ['shop'],
      owner: 'o',
      reason: 'r',
      expiresAtMs: 10,
    };
    const audit = new AdmissionAudit(setOf({ rules: BASELINE, exceptions: [exception] }), EMPTY_CONTEXT);
    expect(audit.put('a', podRequest('a', 'shop', true), 9)?.after[0]?.state).toBe('excepted');
    expect(audit.again(['a'], 10)[0]?.after[0]?.state).toBe('violated');
  });
});

describe('coverage', () => {
  it('names kinds, namespaces and pairs that no rule looks at', () => {
    const shopOnly = BASELINE.map((rule) => ({
      ...rule,
      match: { ...rule.match, namespaces: ['shop', 'pay'] },
    }));
    const report = admissionCoverage(setOf({ rules: [...shopOnly, nodePort] }), {
      kinds: [
        { group: '', resource: 'pods', kind: 'Pod' },
        { group: '', resource: 'services', kind: 'Service' },
        { group: 'example.org', resource: 'widgets', kind: 'Widget' },
      ],
      namespaces: ['shop', 'pay', 'lab'],
    });
    expect(report.uncoveredKinds.map(({ kind }) => kind)).toEqual(['Widget']);
    expect(report.uncoveredNamespaces).toEqual(['lab']);
    expect(report.gaps).toEqual([{ group: '', resource: 'services', namespace: 'pay' }]);
    expect(report.covered[0]).toMatchObject({ namespace: 'shop', rules: { enforce: BASELINE.length } });
  });
});

describe('the simulation of a draft', () => {
  it('tells what would newly be denied, for whom and by which rule', () => {
    const now = setOf({ rules: pssRules('baseline', 37, 'warn') });
    const draft = setOf({ rules: BASELINE });
    const requests = [
      podRequest('a', 'shop', true),
      podRequest('b', 'shop', false),
      podRequest('c', 'pay', true),
      service,
    ];
    const radius = simulateAdmission({ now, draft }, requests, EMPTY_CONTEXT, 0);
    expect(radius).toMatchObject({ judged: 4, newlyDenied: 2, newlyAllowed: 0 });
    expect([...radius.byNamespace]).toEqual([
      ['shop', 1],
      ['pay', 1],
    ]);
    expect([...radius.byOwner.keys()]).toEqual(['shop/Deployment/a', 'pay/Deployment/c']);
    expect([...radius.byUser]).toEqual([['alice', 2]]);
    expect([...radius.byRule]).toEqual([['pss.baseline.privileged', 2]]);
    expect(radius.examples[0]).toMatchObject({ before: 'alert', after: 'deny' });
    const back = simulateAdmission({ now: draft, draft: now }, requests, EMPTY_CONTEXT, 0);
    expect(back).toMatchObject({ newlyDenied: 0, newlyAllowed: 2 });
  });
});

describe('the labels of a namespace', () => {
  const label = (name: string): string => `pod-security.kubernetes.io/${name}`;
  it('are read as Kubernetes reads them', () => {
    expect(pssNamespace({})).toMatchObject({ enforce: { level: 'privileged' }, faults: [] });
    expect(pssNamespace({ [label('enforce')]: 'baseline', [label('enforce-version')]: 'v1.25' })).toEqual({
      enforce: { level: 'baseline', minor: 25 },
      audit: { level: 'privileged', minor: 37 },
      warn: { level: 'baseline', minor: 25 },
      faults: [],
    });
    const wrong = pssNamespace({
      [label('enforce')]: 'strict',
      [label('warn')]: 'x',
      [label('audit-version')]: '1.2',
    });
    expect([wrong.enforce.level, wrong.warn.level, wrong.audit.minor]).toEqual([
      'restricted',
      'privileged',
      37,
    ]);
    expect(wrong.faults.map((fault) => fault.label)).toEqual([
      label('enforce'),
      label('audit-version'),
      label('warn'),
    ]);
  });
});

describe('a rule in words', () => {
  it('says when it is asked, what it asks and what follows, in both languages', () => {
    expect(explainAdmissionRule(first)).toEqual({
      en:
        'When a pod or anything that makes pods is created or changed and there is a container for which ' +
        'the container is privileged, it is refused. What is not known is treated like a violation.',
      ja:
        'Pod または Pod を作るものが作成・変更されるとき、条件（コンテナーが特権モードである）を満たすコンテナーがあるなら、' +
        '拒否します。不明な場合は違反と同じく扱います。',
    });
    expect(explainAdmissionRule(nodePort).en).toContain(
      'in shop and the type of the service is one of NodePort',
    );
    expect(explainAdmissionRule(nodePort).ja).toMatch(/^services が作成/);
    for (const rule of pssRules('restricted')) {
      const { en, ja } = explainAdmissionRule(rule);
      expect(`${en}${ja}`).not.toMatch(
        /undefined|\[object|\b(?:container|pod|volume)\.[a-zA-Z.]+ (?:is|has|contains|starts)/,
      );
    }
  });
});

describe('texts of many objects', () => {
  const pod = () =>
    JSON.parse(
      '{"kind":"Pod","spec":{"containers":[{"command":["/usr/local/bin/service"],"image":"registry.example/app:1"}]}}',
    ) as object;

  it('are held once and stay what they were, and a frozen object is left alone', () => {
    const texts = new SharedTexts();
    const objects = [
      pod(),
      pod(),
      Object.freeze({ text: '/usr/local/bin/service', list: Object.freeze([1, null]) }),
    ];
    const before = JSON.stringify(objects);
    for (const object of objects) texts.share(object);
    expect(JSON.stringify(objects)).toBe(before);
  });

  it('are not walked without end', () => {
    let deep: unknown = 'a text that is long enough';
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    expect(() => new SharedTexts().share(deep)).not.toThrow();
  });

  it('take less room than each with its own', () => {
    const program = `
      const { SharedTexts } = await import(process.argv[1]);
      const texts = new SharedTexts();
      const text = 'x'.repeat(500);
      const made = (share) => {
        gc();
        const before = process.memoryUsage().heapUsed;
        const held = Array.from({ length: 2000 }, () => {
          const object = JSON.parse(JSON.stringify({ list: [text, { text }] }));
          if (share) texts.share(object);
          return object;
        });
        gc();
        return { kb: (process.memoryUsage().heapUsed - before) / 1000, held };
      };
      made(false);
      const [own, shared] = [made(false), made(true)];
      console.log(JSON.stringify({ own: own.kb, shared: shared.kb, held: own.held.length + shared.held.length }));
    `;
    const path = new URL('./shared-texts.ts', import.meta.url).href;
    const run = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', program, path], {
      encoding: 'utf8',
    });
    const { own, shared } = JSON.parse(run.stdout) as { own: number; shared: number };
    expect(shared).toBeLessThan(own / 3);
  });
});
