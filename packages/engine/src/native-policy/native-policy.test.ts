// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import {
  type CompiledNativePolicy,
  compileNativePolicy,
  judgeNativePolicy,
  type NativeInputs,
  type NativeRequest,
} from './index.ts';

type Json = Readonly<Record<string, unknown>>;
const PODS = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
];

const policyOf = (spec: Json): Json => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'rules' },
  spec: { matchConstraints: { resourceRules: PODS }, ...spec },
});
const bindingOf = (spec: Json): Json => ({
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: 'everywhere' },
  spec: { policyName: 'rules', validationActions: ['Deny'], ...spec },
});
const compiled = (spec: Json, binding?: Json): CompiledNativePolicy => {
  const found = compileNativePolicy(
    policyOf(spec),
    binding === undefined ? {} : { binding: bindingOf(binding) },
  );
  if (!found.ok) throw new Error(found.error.detail);
  return found.value;
};
const POD: NativeRequest = {
  operation: 'CREATE',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  resource: { group: '', version: 'v1', resource: 'pods' },
  namespace: 'shop',
  name: 'web',
  object: { metadata: { name: 'web', labels: { app: 'web' } }, spec: { replicas: 3, hostNetwork: true } },
  namespaceObject: { metadata: { name: 'shop', labels: { stage: 'prod' } } },
  userInfo: { username: 'ann', groups: ['devs'] },
};
const judge = (spec: Json, request: Partial<NativeRequest> = {}, binding?: Json, inputs: NativeInputs = {}) =>
  judgeNativePolicy(compiled(spec, binding), { ...POD, ...request }, inputs);
const NO_HOST = {
  validations: [{ expression: '!has(object.spec.hostNetwork) || !object.spec.hostNetwork' }],
};

describe('validations', () => {
  it('deny with the message and reason of the first that gives one', () => {
    const [one, two, three] = judge({
      validations: [
        {
          expression: 'object.spec.replicas < 3',
          messageExpression: '"has " + string(object.spec.replicas)',
        },
        { expression: 'false', message: 'no', messageExpression: '"two\\nlines"', reason: 'Forbidden' },
        { expression: ' false ' },
      ],
    }).reasons;
    expect(one).toMatchObject({ message: 'has 3', reason: 'Invalid', kind: 'validation' });
    expect(two).toMatchObject({ message: 'no', reason: 'Forbidden' });
    expect(three?.message).toBe('failed expression: false');
  });

  it('know the request, the namespace and the old object', () => {
    const found = judge({
      validations: [
        { expression: 'request.userInfo.username == "ann" && "devs" in request.userInfo.groups' },
        { expression: 'request.operation == "CREATE" && request.kind.kind == "Pod" && !request.dryRun' },
        { expression: 'namespaceObject.metadata.labels.stage == "prod" && oldObject == null' },
      ],
    });
    expect(found.verdict).toBe('allow');
    expect(found.matched).toBe(true);
    expect(found.cost).toBeGreaterThan(10);
  });

  it('follow the failure policy when they end in an error', () => {
    const spec = { validations: [{ expression: 'object.spec.missing == 1' }] };
    expect(judge(spec)).toMatchObject({
      verdict: 'deny',
      reasons: [{ kind: 'error', message: 'no such key: missing' }],
    });
    expect(judge({ ...spec, failurePolicy: 'Ignore' })).toMatchObject({
      verdict: 'allow',
      reasons: [{ kind: 'error' }],
    });
  });
});

describe('variables', () => {
  it('are known by their type where it is a scalar, a list or a map of such, and may be everything else otherwise', () => {
    const taken = (expression: string, use: string): boolean =>
      compileNativePolicy(
        policyOf({ variables: [{ name: 'v', expression }], validations: [{ expression: use }] }),
      ).ok;
    expect(taken('object.?spec', '[variables.v.orValue(""), "a"].size() == 2')).toBe(true);
    expect(taken('request', 'variables.v.nobody == ""')).toBe(true);
    expect(taken('1', 'variables.v == "a"')).toBe(false);
    expect(taken('["a"]', 'variables.v == [1]')).toBe(false);
  });

  it('are computed when they are needed, with those before them', () => {
    const found = judge({
      variables: [
        { name: 'wrong', expression: 'object.nothing.here' },
        { name: 'replicas', expression: 'object.spec.replicas' },
        { name: 'twice', expression: 'variables.replicas * 2' },
      ],
      validations: [{ expression: 'variables.twice == 6 && variables.twice + variables.replicas == 9' }],
    });
    expect(found.verdict).toBe('allow');
  });
});

describe('match conditions', () => {
  it('one that is false decides, an error only without it', () => {
    const error = { name: 'error', expression: 'object.nothing.here == 1' };
    const no = { name: 'no', expression: 'false' };
    const yes = { name: 'yes', expression: 'request.userInfo.username != "bob"' };
    const spec = { validations: [{ expression: 'false' }] };
    expect(judge({ ...spec, matchConditions: [error, no] })).toMatchObject({
      verdict: 'allow',
      matched: false,
    });
    expect(judge({ ...spec, matchConditions: [yes, error] }).reasons[0]?.kind).toBe('error');
    expect(judge({ ...spec, matchConditions: [yes] }).verdict).toBe('deny');
  });
});

describe('match rules', () => {
  const about = (constraints: Json, request: Partial<NativeRequest> = {}): boolean | string => {
    const found = judge({ matchConstraints: { resourceRules: PODS, ...constraints }, ...NO_HOST }, request);
    return found.verdict === 'undecided' ? 'undecided' : found.matched;
  };
  const rule = (change: Json) => ({ resourceRules: [{ ...PODS[0], ...change }] });

  it('take operations, groups, resources, names and scope into account', () => {
    expect(about({})).toBe(true);
    expect(about({}, { operation: 'DELETE' })).toBe(false);
    expect(about({}, { subResource: 'exec' })).toBe(false);
    expect(about(rule({ resources: ['pods/*'] }), { subResource: 'exec' })).toBe(true);
    expect(about(rule({ resources: ['*'] }), { subResource: 'exec' })).toBe(false);
    expect(about(rule({ resources: ['*/exec'] }), { subResource: 'exec' })).toBe(true);
    expect(about(rule({ apiGroups: ['apps'] }))).toBe(false);
    expect(about(rule({ resourceNames: ['other'] }))).toBe(false);
    expect(about(rule({ scope: 'Cluster' }))).toBe(false);
    expect(about({ excludeResourceRules: PODS })).toBe(false);
  });

  it('look at labels of object and namespace, and say when those are not known', () => {
    expect(about({ objectSelector: { matchLabels: { app: 'web' } } })).toBe(true);
    expect(about({ objectSelector: { matchLabels: { app: 'db' } } })).toBe(false);
    const stage = {
      namespaceSelector: { matchExpressions: [{ key: 'stage', operator: 'NotIn', values: ['prod'] }] },
    };
    expect(about(stage)).toBe(false);
    const { namespaceObject: _left, ...unknown } = POD;
    const found = judgeNativePolicy(
      compiled({ matchConstraints: { resourceRules: PODS, ...stage }, ...NO_HOST }),
      unknown,
    );
    expect(found).toMatchObject({ verdict: 'undecided', reasons: [{ kind: 'unknown' }] });
  });

  it('find the object in another version, which cannot be judged here', () => {
    const equivalents = [{ group: '', version: 'v2', resource: 'pods' }];
    expect(about(rule({ apiVersions: ['v2'] }), { equivalents })).toBe('undecided');
    expect(about({ ...rule({ apiVersions: ['v2'] }), matchPolicy: 'Exact' }, { equivalents })).toBe(false);
  });

  it('leave policies themselves alone', () => {
    const group = 'admissionregistration.k8s.io';
    const resource = { group, version: 'v1', resource: 'validatingadmissionpolicies' };
    expect(about(rule({ apiGroups: ['*'], resources: ['*'] }), { resource })).toBe(false);
  });
});

describe('a binding', () => {
  it('chooses what a failure does, and where', () => {
    expect(judge(NO_HOST, {}, { validationActions: ['Warn', 'Audit'] })).toMatchObject({
      verdict: 'alert',
      warnings: [expect.stringContaining('failed expression')],
    });
    const elsewhere = { matchResources: { namespaceSelector: { matchLabels: { stage: 'test' } } } };
    expect(judge(NO_HOST, {}, elsewhere).matched).toBe(false);
  });

  it('brings parameters: each denies, none follows parameterNotFoundAction', () => {
    const spec = {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: 'object.spec.replicas <= int(params.data.most)' }],
    };
    const most = (value: string) => ({ data: { most: value } });
    const ask = (params: NativeInputs['params'], paramRef: Json = {}, actions = ['Deny']) =>
      judge(spec, {}, { paramRef, validationActions: actions }, params === undefined ? {} : { params })
        .verdict;
    expect(ask([most('5')])).toBe('allow');
    expect(ask([most('5'), most('2')])).toBe('deny');
    expect(ask([])).toBe('deny');
    expect(ask([], { parameterNotFoundAction: 'Allow' })).toBe('allow');
    expect(ask(undefined)).toBe('undecided');
    // That there are none is no failed validation: the actions have no say.
    expect(ask([], {}, ['Audit'])).toBe('deny');
    expect(ask([most('2')], {}, ['Audit'])).toBe('alert');
    const ignoring = judge({ ...spec, failurePolicy: 'Ignore' }, {}, { paramRef: {} }, { params: [] });
    expect(ignoring.verdict).toBe('allow');
  });

  it('without a paramRef asks once, with no parameters', () => {
    const spec = {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: 'params == null' }],
    };
    for (const inputs of [{}, { params: [] }, { params: [{ data: {} }] }])
      expect(judge(spec, {}, {}, inputs)).toMatchObject({ verdict: 'allow', matched: true });
    const some = { ...spec, validations: [{ expression: 'params.data.most == "1"' }] };
    expect(judge(some, {}, {}, {})).toMatchObject({ verdict: 'deny', reasons: [{ kind: 'error' }] });
    expect(judge({ ...some, failurePolicy: 'Ignore' }, {}, {}, {}).verdict).toBe('allow');
  });
});

describe('what cannot be known', () => {
  const spec = {
    validations: [{ expression: 'authorizer.group("").resource("pods").check("delete").allowed()' }],
    failurePolicy: 'Ignore',
  };
  it('is undecided, whatever the failure policy', () => {
    expect(judge(spec)).toMatchObject({ verdict: 'undecided', reasons: [{ kind: 'unknown' }] });
    expect(judge(spec, {}, undefined, { authorize: () => ({ allowed: true }) }).verdict).toBe('allow');
  });

  const { namespaceObject: _namespace, userInfo: _user, ...BARE } = POD;
  const bare = (spec: Json, request: Partial<NativeRequest> = {}) =>
    judgeNativePolicy(compiled(spec), { ...BARE, ...request });
  it.each([
    'namespaceObject == null || !("env" in namespaceObject.metadata.labels)',
    'namespaceObject != null',
    'has(namespaceObject.metadata.labels)',
    'namespaceObject.metadata.labels["env"] == "prod"',
    'request.userInfo.username == "x"',
    'has(request.userInfo.username)',
    '"devs" in request.userInfo.groups',
  ])('is so of the namespace and of who asks: %s', (expression) => {
    for (const failurePolicy of ['Fail', 'Ignore'])
      expect(bare({ validations: [{ expression }], failurePolicy })).toMatchObject({
        verdict: 'undecided',
        reasons: [{ kind: 'unknown' }],
      });
  });

  it('does not hide what is certain', () => {
    const expression = 'namespaceObject.metadata.name == "x" && object.spec.replicas > 5';
    expect(bare({ validations: [{ expression }] }).verdict).toBe('deny');
    const ofCluster = { validations: [{ expression: 'namespaceObject == null' }] };
    expect(bare(ofCluster, { namespace: '' }).verdict).toBe('allow');
    const kind = { group: '', version: 'v1', kind: 'Namespace' };
    const resource = { group: '', version: 'v1', resource: 'namespaces' };
    const everything = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }];
    expect(
      bare({ matchConstraints: { resourceRules: everything }, ...ofCluster }, { kind, resource }).verdict,
    ).toBe('allow');
  });

  it('comes before an error of another match condition', () => {
    const conditions = [
      { name: 'error', expression: 'object.nothing.here == 1' },
      { name: 'unknown', expression: 'request.userInfo.username == "x"' },
    ];
    const spec = { validations: [{ expression: 'true' }], matchConditions: conditions };
    expect(bare(spec).verdict).toBe('undecided');
    expect(bare({ ...spec, matchConditions: conditions.toReversed() }).verdict).toBe('undecided');
  });
});

describe('audit annotations', () => {
  it('are kept when they give a text', () => {
    const found = judge({
      ...NO_HOST,
      auditAnnotations: [
        { key: 'who', valueExpression: '" " + request.userInfo.username' },
        { key: 'none', valueExpression: 'null' },
        { key: 'empty', valueExpression: '""' },
      ],
    });
    expect(found.auditAnnotations).toEqual({ who: 'ann' });
  });

  it('refuse by the failure policy when they go wrong, whatever the binding does', () => {
    const spec = {
      validations: [{ expression: 'true' }],
      auditAnnotations: [{ key: 'k', valueExpression: 'string(object.spec.missing)' }],
    };
    expect(judge(spec, {}, { validationActions: ['Audit', 'Warn'] })).toMatchObject({
      verdict: 'deny',
      reasons: [{ kind: 'error', message: 'no such key: missing', always: true }],
      warnings: [],
    });
    expect(judge({ ...spec, failurePolicy: 'Ignore' })).toMatchObject({
      verdict: 'allow',
      reasons: [{ kind: 'error' }],
    });
  });
});

describe('limits', () => {
  it('end a policy that costs too much by its failure policy', () => {
    const list = `[${Array.from({ length: 100 }, (_one, at) => at).join(', ')}]`;
    const expression = `${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c >= 0)))`;
    const spec = { validations: Array.from({ length: 12 }, () => ({ expression })) };
    const found = judge(spec);
    expect(found.verdict).toBe('deny');
    expect(found.reasons).toHaveLength(12);
    expect(found.cost).toBeLessThan(10_100_000);
  });
});

describe('a policy that the API server refuses', () => {
  it.each([
    [{ validations: [{ expression: 'object.' }] }, 'spec.validations[0].expression'],
    [{ validations: [{ expression: 'object.spec.flag' }] }, 'it is dyn and must be bool'],
    [{ validations: [{ expression: '1 + 1' }] }, 'it is int and must be bool'],
    [{ validations: [{ expression: 'true', messageExpression: '1' }] }, 'messageExpression'],
    [{ validations: [{ expression: 'params.x == 1' }] }, 'there is no variable params'],
    [{ validations: [{ expression: 'request.nobody == ""' }] }, 'has no field nobody'],
    [{ validations: [{ expression: 'variables.later' }], variables: [] }, 'has no field later'],
    [{ variables: [{ name: 'a', expression: 'variables.b' }] }, 'has no field b'],
    [{ validations: 'x' }, 'is not a list'],
    [
      { matchConstraints: { objectSelector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } } },
      'no operator Near',
    ],
  ] as const)('%j is refused with its place', (spec, detail) => {
    const found = compileNativePolicy(policyOf(spec));
    expect(found.ok).toBe(false);
    expect(found.ok ? '' : found.error).toMatchObject({
      code: 'E_NATIVE_POLICY',
      detail: expect.stringContaining(detail),
    });
  });

  it('is refused by the version that lacks a function', () => {
    const policy = policyOf({ validations: [{ expression: 'isIP("1.2.3.4")' }] });
    expect(compileNativePolicy(policy, { minor: 31 }).ok).toBe(true);
    expect(compileNativePolicy(policy, { minor: 30 }).ok).toBe(false);
  });
});
