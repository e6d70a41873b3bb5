// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

type Json = Readonly<Record<string, unknown>>;

/** A policy's spec and what is asked of it; both sides have to say the same. */
export interface PolicyCase {
  readonly name: string;
  readonly spec: Json;
  /** Fields of the ConfigMap that is created. */
  readonly object: Json;
  readonly binding?: Json;
  readonly params?: Json;
}

const failing = (expression: string): Json => ({ validations: [{ expression }] });
const annotated = (value: string): Json => ({
  ...failing('true'),
  auditAnnotations: [{ key: 'value', valueExpression: `string(${value})` }],
});
const DATA = { data: { size: '3', kind: 'a-b', list: 'x,y,z' } };
const of = (name: string, spec: Json, object: Json = DATA, more: Partial<PolicyCase> = {}): PolicyCase => ({
  name,
  spec,
  object,
  ...more,
});

/** Judged by the API server and by us. */
export const POLICY_CASES: readonly PolicyCase[] = [
  of('allows', failing('object.data.size == "3"')),
  of('denies', failing('object.data.size == "4"')),
  of('message', { validations: [{ expression: 'false', message: ' Not here. ' }] }),
  of('sentence', { validations: [{ expression: 'false', messageExpression: '"size " + object.data.size' }] }),
  of('sentence-fails', {
    validations: [
      { expression: 'false', message: 'instead', messageExpression: 'string(object.data.nothing)' },
    ],
  }),
  of('sentence-of-two-lines', {
    validations: [{ expression: 'false', message: 'instead', messageExpression: '"a\\nb"' }],
  }),
  of('bare-expression', failing(' object.data.size   ==  "9" ')),
  of('error-fails', failing('object.data.nothing == "1"')),
  of('error-ignored', { ...failing('object.data.nothing == "1"'), failurePolicy: 'Ignore' }),
  of('error-absorbed', failing('object.data.nothing == "1" || object.data.size == "3"')),
  of('error-in-all', failing('object.data.list.split(",").all(x, object.data[x] == "1")')),
  of('error-then-false', failing('![1, 2].all(x, x == 2 && object.data.nothing == "1" && false)')),
  of('overflow', failing('9223372036854775807 + int(object.data.size) > 0')),
  of('division', failing('7 / (int(object.data.size) - 3) == 1')),
  of('conversion', failing('int(object.data.kind) == 1')),
  of('variables', {
    variables: [
      { name: 'broken', expression: 'object.data.nothing' },
      { name: 'size', expression: 'int(object.data.size)' },
      { name: 'twice', expression: 'variables.size * 2' },
    ],
    validations: [{ expression: 'variables.twice == 6' }],
  }),
  of('variable-optional', {
    variables: [{ name: 'kind', expression: 'object.data.?kind' }],
    validations: [{ expression: '[variables.kind.orValue(""), "c"] == ["a-b", "c"]' }],
  }),
  of('variable-broken', {
    variables: [{ name: 'broken', expression: 'object.data.nothing' }],
    validations: [{ expression: 'variables.broken == "1"' }],
  }),
  of('condition-false', {
    ...failing('false'),
    matchConditions: [{ name: 'a', expression: 'object.data.size == "4"' }],
  }),
  of('condition-error', {
    ...failing('true'),
    matchConditions: [{ name: 'a', expression: 'object.data.nothing == "4"' }],
  }),
  of('condition-error-and-false', {
    ...failing('false'),
    matchConditions: [
      { name: 'a', expression: 'object.data.nothing == "4"' },
      { name: 'b', expression: 'false' },
    ],
  }),
  of('condition-namespace', {
    ...failing('false'),
    matchConditions: [{ name: 'a', expression: 'namespaceObject == null' }],
  }),
  of(
    'request',
    failing('request.operation == "CREATE" && request.kind.kind == "ConfigMap" && request.dryRun'),
  ),
  of(
    'request-namespace',
    failing('request.namespace == "default" && namespaceObject.metadata.name == "default"'),
  ),
  of('request-sub-resource', failing('!has(request.subResource) || request.subResource == ""')),
  of('old-object', failing('oldObject == null')),
  of('null-field', failing('object.data.?nothing.orValue("none") == "none"')),
  of('default-not-needed', failing('object.data.?size.orValue(object.data.nothing) == "3"')),
  of('default-needed', failing('object.data.?other.orValue(object.data.nothing) == "3"')),
  of('optional-map', failing('{?"a": object.data.?nothing, "b": dyn("c")}.size() == 1')),
  of('two-variables', failing('object.data.all(k, v, k.size() > 0 && v.size() > 0)')),
  of('pattern', failing('object.data.kind.matches("^[a-z](-[a-z])*$")')),
  of('long-pattern', failing('"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".matches("^(a+)+$")')),
  of('unicode', failing('"ta©o😀".size() == 5 && "😀a".indexOf("a") == 1')),
  of('mixed-numbers', failing('dyn(1) == dyn(1.0) && dyn(2u) > dyn(1.5) && 1 in [1, 2]')),
  of(
    'too-dear',
    failing(
      `${'[0,1,2,3,4,5,6,7,8,9]'.repeat(1)}.map(a, lists.range(1000).map(b, lists.range(1000))).size() == 10`,
    ),
  ),
  of(
    'authorizer-type',
    failing('authorizer.group("").resource("pods").namespace("default").check("create").allowed()'),
  ),
  of('warn', { validations: [{ expression: 'false', message: 'be careful' }] }, DATA, {
    binding: { validationActions: ['Warn'] },
  }),
  of(
    'parameters',
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      ...failing('object.data.size == params.data.size'),
    },
    DATA,
    {
      params: { data: { size: '3' } },
    },
  ),
  of(
    'parameters-deny',
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      ...failing('object.data.size == params.data.size'),
    },
    DATA,
    {
      params: { data: { size: '4' } },
    },
  ),
  of('parameters-unused', {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    ...failing('params == null'),
  }),
  of('parameters-missing', { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, ...failing('true') }, DATA, {
    binding: {
      paramRef: { name: 'nobody-made-it', namespace: 'default', parameterNotFoundAction: 'Deny' },
      validationActions: ['Audit'],
    },
  }),
  of('annotation-error', annotated('object.data.nothing'), DATA, {
    binding: { validationActions: ['Audit'] },
  }),
  of('annotation-error-ignored', { ...annotated('object.data.nothing'), failurePolicy: 'Ignore' }),
];

/** Expressions as a validation: taken or refused when the policy is created. */
export const EXPRESSIONS: readonly string[] = [
  'object.spec.flag',
  'object.spec.flag == true',
  '1 + 1',
  '1 == 1.0',
  '1 == "a"',
  'null == 1',
  'type(1) == type("a")',
  'request.nobody == ""',
  'request.userInfo.username.startsWith("a")',
  'request.userInfo.extra["a"][0] == "b"',
  'request.kind == "Pod"',
  'namespaceObject.metadata.labels["a"] == "b"',
  'namespaceObject.metadata.nothing == "b"',
  'namespaceObject.status.phase == "Active"',
  'variables.none == 1',
  'params.x == 1',
  'size(object) > 0',
  'object.all(k, v, true)',
  'object.all(k, k, true)',
  'object.items.map(x, x.name).join(",") == ""',
  '["a"].map(x, x.size()).sum() == 1',
  '["a", 1].size() == 2',
  '[1, dyn("a")].size() == 2',
  '{"a": 1, "b": "c"}.size() == 2',
  'object.items.filter(x, x.name).size() == 0',
  'object.x ? true : false',
  '"a" in object.metadata.labels',
  '1 in ["a"]',
  '"a".matches("(")',
  '"a".matches("^(([a-z0-9]{1,63}\\\\.){1,20})$")',
  '"a".matches("((a{2}){501})")',
  '"a".matches("((a{2}){500})")',
  'duration("x") == duration("1s")',
  'timestamp("2026-01-01T00:00:00Z") < timestamp(object.metadata.creationTimestamp)',
  'object.metadata.name.foo()',
  'foo(object)',
  'has(object)',
  'has(object.a.b)',
  'object.?a.?b.hasValue()',
  'object[?"a"].orValue("b") == "b"',
  'optional.none().orValue(1) == 1',
  '[object.?a.orValue(""), "b"].size() == 2',
  '[object[?"a"].orValue(""), "b"].size() == 2',
  '[dyn(object).?a.orValue(""), "b"].size() == 2',
  'object.items.all(c, [c.?a.orValue(""), "b"].size() == 2)',
  'cel.bind(x, object.a, x == x)',
  'math.greatest(1, 2) == 2',
  'base64.encode(b"a") == ""',
  '"a".reverse() == "a"',
  'strings.quote("a") == "a"',
  '[3, 1].sort() == [1, 3]',
  '[3, 1].sortBy(x, x) == [1, 3]',
  '[1].first().hasValue()',
  '[1].includes(1)',
  'sets.contains([1], ["a"])',
  'quantity(1) == quantity("1")',
  'quantity("1").add(1).isInteger()',
  'ip("1.2.3.4") == cidr("1.2.3.4/8").ip()',
  'authorizer.path("/x").check("get").allowed()',
  'authorizer.requestResource.check("update").allowed()',
  'authorizer.group("").check("get").allowed()',
  'string(object.a) == "1"',
  'int(true) == 1',
  'b"a" + b"b" == b"ab"',
  '-object.a == 1',
  '!object.a',
  'true && 1',
  'r"\\d" == "\\\\d"',
  'jsonpatch.escapeKey("a") == "a"',
];

/** Taken by the API server and refused by us: messages of protocol buffers, which no object of Kubernetes is. */
export const KNOWN_DIFFERENCES: readonly string[] = ['google.protobuf.Timestamp{} == timestamp(0)'];
