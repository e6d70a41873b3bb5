// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileAdmissionPolicy } from '../../admission/index.ts';
import { pod, requestOf } from '../testing/judged.ts';
import { PODS, policy, refuses, taken } from '../testing/kyverno-policies.ts';
import { importKyverno } from './index.ts';

const by = (pattern: unknown, object: object): boolean => refuses(policy({ pattern }), requestOf(object));
const ofContainers = (item: object): object => ({ spec: { containers: [item] } });

describe('patterns', () => {
  it.each([
    ['a value that must be there', { runAsNonRoot: true }, {}, true],
    ['the value', { runAsNonRoot: true }, { runAsNonRoot: true }, false],
    ['a truth value as text', { runAsNonRoot: 'true' }, { runAsNonRoot: true }, false],
    ['equality where it is there', { '=(privileged)': 'false' }, {}, false],
    ['equality that does not hold', { '=(privileged)': 'false' }, { privileged: true }, true],
    ['absence', { 'X(procMount)': 'null' }, { procMount: 'Default' }, true],
    ['absence that holds', { 'X(procMount)': 'null' }, {}, false],
    ['a number above', { runAsUser: '>0' }, { runAsUser: 0 }, true],
    ['a number above that holds', { runAsUser: '>0' }, { runAsUser: 1 }, false],
    ['a number that is not there', { runAsUser: '>=1' }, {}, true],
    ['a condition that does not hold', { '(privileged)': true, runAsUser: 5 }, {}, false],
    ['a condition that holds', { '(privileged)': true, runAsUser: 5 }, { privileged: true }, true],
  ])('ask %s', (_name, pattern, security, expected) => {
    const object = pod({}, {}, { securityContext: security });
    // What may be missing is asked of a map that may be missing.
    const map = Object.keys(pattern).some((key) => key.includes('('))
      ? '=(securityContext)'
      : 'securityContext';
    expect(by(ofContainers({ [map]: pattern }), object)).toBe(expected);
  });

  it('ask values with or, and, not and stars', () => {
    const image = (pattern: string) => by(ofContainers({ image: pattern }), pod());
    expect(image('quay.io/* | docker.io/*')).toBe(false);
    expect(image('docker.io/*')).toBe(true);
    expect(image('!*:latest')).toBe(false);
    expect(image('!*:latest & quay.io/*')).toBe(false);
    expect(image('!quay.io/*')).toBe(true);
    expect(image('?*')).toBe(false);
  });

  it('ask resources, volumes, ports, labels and the namespace', () => {
    const limits = ofContainers({ resources: { limits: { memory: '?*' } } });
    expect(by(limits, pod())).toBe(true);
    expect(by(limits, pod({}, {}, { resources: { limits: { memory: '1Gi' } } }))).toBe(false);
    const noHostPath = { spec: { '=(volumes)': [{ 'X(hostPath)': 'null' }] } };
    expect(by(noHostPath, pod())).toBe(false);
    expect(by(noHostPath, pod({ volumes: [{ name: 'x', hostPath: { path: '/' } }] }))).toBe(true);
    const noSocket = { spec: { '=(volumes)': [{ '=(hostPath)': { path: '!/var/run/docker.sock' } }] } };
    expect(by(noSocket, pod({ volumes: [{ name: 'x', hostPath: { path: '/srv' } }] }))).toBe(false);
    expect(by(noSocket, pod({ volumes: [{ name: 'x', hostPath: { path: '/var/run/docker.sock' } }] }))).toBe(
      true,
    );
    const noFolder = { spec: { '=(volumes)': [{ '=(hostPath)': { path: '!/data/' } }] } };
    expect(by(noFolder, pod({ volumes: [{ name: 'x', hostPath: { path: '/data/' } }] }))).toBe(true);
    const noHostPort = ofContainers({ '=(ports)': [{ '=(hostPort)': 0 }] });
    expect(by(noHostPort, pod({}, {}, { ports: [{ containerPort: 1, hostPort: 80 }] }))).toBe(true);
    expect(by(noHostPort, pod())).toBe(false);
    const labelled = { metadata: { labels: { 'app.kubernetes.io/name': '?*' } } };
    expect(by(labelled, pod())).toBe(true);
    expect(by(labelled, pod({}, { labels: { 'app.kubernetes.io/name': 'web' } }))).toBe(false);
    expect(by({ metadata: { namespace: '!shop' } }, pod())).toBe(true);
  });

  it('ask the pod of a deployment as they ask a pod', () => {
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { template: { spec: { hostNetwork: true, containers: [{ name: 'a', image: 'x' }] } } },
    };
    const request = requestOf(deployment, { group: 'apps', resource: 'deployments', kind: 'Deployment' });
    expect(refuses(policy({ pattern: { spec: { '=(hostNetwork)': 'false' } } }), request)).toBe(true);
  });

  it('may be one of several', () => {
    const either = policy({
      anyPattern: [{ spec: { runtimeClassName: 'gvisor' } }, { spec: { nodeName: 'n1' } }],
    });
    expect(refuses(either, requestOf(pod()))).toBe(true);
    expect(refuses(either, requestOf(pod({ nodeName: 'n1' })))).toBe(false);
  });
});

describe('quantities', () => {
  const cpu = (pattern: unknown, limit: string | number) =>
    by(
      ofContainers({ resources: { limits: { cpu: pattern } } }),
      pod({}, {}, { resources: { limits: { cpu: limit } } }),
    );
  it.each<[unknown, string | number, boolean]>([
    ['100m | 200m', '100m', false],
    ['100m | 200m', '0.1', false],
    ['100m | 200m', '300m', true],
    ['29m', '29m', false],
    ['!8', '8', true],
    ['!8', '8000m', true],
    ['!8', '7', false],
    [2, 2, false],
    [2, '2', false],
    ['<=500m', '500m', false],
    ['<=500m', '0.6', true],
    ['>=1', '999m', true],
    ['>=1', 1, false],
  ])('of processors are in one unit: %s of %s', (pattern, limit, expected) => {
    expect(cpu(pattern, limit)).toBe(expected);
  });

  const claims = { any: [{ resources: { kinds: ['PersistentVolumeClaim'] } }] };
  const claimed = (storage: unknown) =>
    policy({ pattern: { spec: { resources: { requests: { storage } } } } }, { match: claims });
  it.each(['<=10Gi', '>=1Gi', '<10Gi', '>1Gi', '10Gi', '!10Gi', '1Gi | 2Gi', '!>1Gi'])(
    'at a free path leave the rule out, with a note: %s',
    (pattern) => {
      const { rules, notes } = taken(claimed(pattern));
      expect(rules).toEqual([]);
      expect(notes.map(({ part, effect }) => [part, effect])).toEqual([['first', 'dropped']]);
    },
  );

  const replicas = (pattern: unknown, count: unknown) =>
    refuses(
      policy(
        { pattern: { spec: { minReadySeconds: pattern } } },
        { match: { any: [{ resources: { kinds: ['Deployment'] } }] } },
      ),
      requestOf(
        {
          ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } },
          spec: { minReadySeconds: count },
        },
        { group: 'apps', resource: 'deployments', kind: 'Deployment' },
      ),
    );
  it.each<[unknown, unknown, boolean]>([
    ['>=2', 2, false],
    ['>=2', 3, false],
    ['>=2', 1, true],
    ['<=2', 2, false],
    ['<=2', 3, true],
    // Text is no number: what it says is not let past.
    ['<=2', '900', true],
    ['<=2', undefined, true],
    [5, 5, false],
    ['!5', 5, true],
  ])('that are numbers are asked at a free path, too: %s of %s', (pattern, count, expected) => {
    expect(replicas(pattern, count)).toBe(expected);
  });

  it('of text leave the rule out: what a label says is not counted', () => {
    const { rules } = taken(policy({ pattern: { metadata: { labels: { tier: '>5' } } } }));
    expect(rules).toEqual([]);
  });
});

describe('conditions, loops and levels', () => {
  const operation = {
    all: [{ key: "{{ request.operation || 'BACKGROUND' }}", operator: 'NotEquals', value: 'DELETE' }],
  };
  const all = 'request.object.spec.[ephemeralContainers, initContainers, containers][]';
  it('refuse capabilities that are not listed', () => {
    const list = {
      key: `{{ ${all}.securityContext.capabilities.add[] }}`,
      operator: 'AnyNotIn',
      value: ['CHOWN'],
    };
    const document = policy({ deny: { conditions: { all: [list] } } }, { preconditions: operation });
    const adding = (name: string) =>
      requestOf(pod({}, {}, { securityContext: { capabilities: { add: [name] } } }));
    expect(refuses(document, adding('SYS_ADMIN'))).toBe(true);
    expect(refuses(document, adding('CHOWN'))).toBe(false);
  });
  it('go over containers', () => {
    const drop = {
      key: 'ALL',
      operator: 'AnyNotIn',
      value: '{{ element.securityContext.capabilities.drop[] || `[]` }}',
    };
    const document = policy({ foreach: [{ list: all, deny: { conditions: { all: [drop] } } }] });
    expect(refuses(document, requestOf(pod()))).toBe(true);
    expect(
      refuses(document, requestOf(pod({}, {}, { securityContext: { capabilities: { drop: ['ALL'] } } }))),
    ).toBe(false);
  });
  it('take Pod Security by level and version', () => {
    const baseline = policy({ podSecurity: { level: 'baseline', version: 'v1.29' } });
    expect(refuses(baseline, requestOf(pod()))).toBe(false);
    expect(refuses(baseline, requestOf(pod({ hostPID: true })))).toBe(true);
  });
});

describe('a Policy, which has a namespace', () => {
  const ofTeam = (rule: object = {}, metadata: object = { name: 'example', namespace: 'team-a' }) => ({
    ...policy({ pattern: { spec: { hostPID: false } } }, rule),
    kind: 'Policy',
    metadata,
  });
  const within = (namespace: string) => requestOf(pod({ hostPID: true }, { namespace }), { namespace });

  it('holds in it and nowhere else', () => {
    expect(refuses(ofTeam(), within('team-a'))).toBe(true);
    expect(refuses(ofTeam(), within('team-b'))).toBe(false);
    expect(taken(ofTeam()).rules).toMatchObject([
      { id: 'kyverno.team-a.example.first', mode: 'enforce', match: { namespaces: ['team-a'] } },
    ]);
  });

  it.each([
    ['no namespace', ofTeam({}, { name: 'example' })],
    ['a namespace that is a pattern', ofTeam({}, { name: 'example', namespace: '*' })],
    [
      'other namespaces',
      ofTeam({ match: { any: [{ resources: { kinds: ['Pod'], namespaces: ['team-b'] } }] } }),
    ],
    [
      'a kind without a namespace',
      ofTeam({
        match: { any: [{ resources: { kinds: ['Namespace'] } }] },
        validate: { pattern: { metadata: { labels: { owner: '?*' } } } },
      }),
    ],
  ])('is left out, with a note, when it names %s', (_name, document) => {
    const { rules, notes } = taken(document);
    expect(rules).toEqual([]);
    expect(notes.map(({ part, effect }) => [part, effect])).toEqual([['first', 'dropped']]);
  });
});

describe('keys of a policy that are not known', () => {
  const hostPID = { pattern: { spec: { hostPID: false } } };
  const withSpec = (spec: object) => {
    const document = policy(hostPID) as { spec: object };
    return { ...document, spec: { ...document.spec, ...spec } };
  };
  const overrides = [{ action: 'enforce', namespaces: ['prod'] }];
  const condition = [{ name: 'not-dev', expression: 'request.namespace != "dev"' }];

  it.each([
    ['another action elsewhere', withSpec({ validationFailureActionOverrides: overrides })],
    ['conditions of the webhook', withSpec({ webhookConfiguration: { matchConditions: condition } })],
    ['rules that are not for admission', withSpec({ admission: false })],
    ['the first rule alone', withSpec({ applyRules: 'One' })],
    ['a key of the future in spec', withSpec({ surprise: true })],
    ['conditions in CEL', policy(hostPID, { celPreconditions: condition })],
    ['a key of the future in the rule', policy(hostPID, { surprise: true })],
    ['another action elsewhere, of the rule', policy({ ...hostPID, failureActionOverrides: overrides })],
    ['two ways to validate', policy({ ...hostPID, podSecurity: { level: 'baseline' } })],
    ['a key of the future in podSecurity', policy({ podSecurity: { level: 'baseline', surprise: true } })],
    [
      'a key of the future in deny',
      policy({
        deny: {
          conditions: {
            all: [
              { key: '{{ request.object.spec.volumes[].keys(@)[] }}', operator: 'AnyNotIn', value: ['x'] },
            ],
            surprise: [],
          },
        },
      }),
    ],
    ['any and all', policy(hostPID, { match: { ...PODS, all: PODS.any } })],
    [
      'a kind of another group',
      policy(
        { pattern: { metadata: { labels: { owner: '?*' } } } },
        { match: { any: [{ resources: { kinds: ['serving.knative.dev/v1/Service'] } }] } },
      ),
    ],
    [
      'a kind that an object of JavaScript has',
      policy(hostPID, { match: { any: [{ resources: { kinds: ['a/v1/constructor'] } }] } }),
    ],
    ['any and resources', policy(hostPID, { match: { ...PODS, resources: { kinds: ['Service'] } } })],
    ['a key of the future in match', policy(hostPID, { match: { ...PODS, surprise: true } })],
  ])('leave its rules out, with a note: %s', (_name, document) => {
    const { rules, notes } = taken(document);
    expect(rules).toEqual([]);
    expect(notes.map(({ part, effect }) => [part, effect])).toEqual([['first', 'dropped']]);
  });

  it.each(['Ingress', 'v1/Ingress', 'networking.k8s.io/v1/Ingress', '*/*/Ingress'])(
    'leave %s what it is',
    (kind) => {
      const match = { any: [{ resources: { kinds: [kind] } }] };
      const { rules, notes } = taken(
        policy({ pattern: { metadata: { labels: { owner: '?*' } } } }, { match }),
      );
      expect(notes).toEqual([]);
      expect(rules[0]?.match.resources).toEqual(['networking.k8s.io/ingresses']);
    },
  );

  it('leave nothing out when they say nothing, or nothing of what is refused', () => {
    const document = withSpec({
      ...{
        background: false,
        emitWarning: true,
        failurePolicy: 'Ignore',
        admission: true,
        applyRules: 'All',
      },
      validationFailureActionOverrides: [],
      webhookConfiguration: { timeoutSeconds: 5, matchConditions: [] },
    });
    expect(refuses(document, requestOf(pod({ hostPID: true })))).toBe(true);
    const quiet = policy({ ...hostPID, message: 'no', failureAction: 'Enforce' }, { celPreconditions: [] });
    expect(refuses(quiet, requestOf(pod({ hostPID: true })))).toBe(true);
  });
});

describe('what is not read', () => {
  it.each([
    ['CEL', { cel: { expressions: [] } }, {}],
    ['a range', { pattern: ofContainers({ resources: { limits: { cpu: '10-20' } } }) }, {}],
    ['a variable', { pattern: ofContainers({ image: '{{ allowed }}' }) }, {}],
    ['an anchor of existence', { pattern: { spec: { '^(containers)': [{ image: 'x' }] } } }, {}],
    ['an exclusion', { pattern: { spec: { hostPID: false } } }, { exclude: PODS }],
    [
      'a precondition',
      { pattern: { spec: { hostPID: false } } },
      { preconditions: { all: [{ key: 'x', operator: 'Equals', value: 'y' }] } },
    ],
    [
      'a selector',
      { pattern: { spec: { hostPID: false } } },
      { match: { any: [{ resources: { kinds: ['Pod'], selector: {} } }] } },
    ],
    [
      'a subject',
      { pattern: { spec: { hostPID: false } } },
      { match: { any: [{ resources: { kinds: ['Pod'] }, subjects: [] }] } },
    ],
    [
      'Pod Security with exclusions',
      { podSecurity: { level: 'baseline', exclude: [{ controlName: 'Seccomp' }] } },
      {},
    ],
    [
      'a query',
      { deny: { conditions: { all: [{ key: '{{ length(x) }}', operator: 'Equals', value: 1 }] } } },
      {},
    ],
  ])('leaves the rule out, with a note: %s', (_name, validate, rule) => {
    const { rules, notes } = taken(policy(validate, rule));
    expect(rules).toEqual([]);
    expect(notes.map(({ source, part, effect }) => [source, part, effect])).toEqual([
      ['example', 'first', 'dropped'],
    ]);
  });

  it.each([
    ['text', 'policy'],
    ['another kind', { kind: 'ValidatingPolicy' }],
    ['no rules', { kind: 'ClusterPolicy', spec: {} }],
    ['too many rules', { kind: 'Policy', spec: { rules: Array.from({ length: 501 }, () => ({})) } }],
  ])('refuses %s', (_name, document) => {
    expect(importKyverno(document)).toMatchObject({ ok: false, error: { code: 'E_POLICY_IMPORT' } });
  });

  it('never makes it throw, and what is taken compiles', () => {
    const keys = fc.constantFrom(
      'spec',
      '=(spec)',
      'X(spec)',
      '(spec)',
      'containers',
      '=(volumes)',
      'image',
      'securityContext',
      'privileged',
      'metadata',
      'labels',
      '^(x)',
      '__proto__',
    );
    const values = fc.oneof(
      fc.constantFrom('true', '>0', '!x', 'a | b', '?*', 'null', true, 0, null),
      fc.string(),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        values,
        fc.array(tie('tree'), { maxLength: 2 }),
        fc.dictionary(keys, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (pattern) => {
        const result = importKyverno(policy({ pattern: { spec: pattern } }));
        if (!result.ok) return;
        for (const rule of result.value.rules)
          expect(compileAdmissionPolicy({ rules: [rule] })).toMatchObject({ ok: true });
      }),
      { seed: 6, numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.anything(), (document) => {
        importKyverno(document);
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});
