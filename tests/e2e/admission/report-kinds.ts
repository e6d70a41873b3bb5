// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const TEXT = { type: 'string' };
const COUNT = { type: 'integer' };
const OUTCOMES = ['pass', 'fail', 'warn', 'error', 'skip'];
const object = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  ...(required.length === 0 ? {} : { required }),
  properties,
});

/** What both APIs ask of a result: a server with these kinds drops what is not named here, and refuses other words. */
const RESULT = object(
  {
    source: TEXT,
    policy: TEXT,
    rule: TEXT,
    category: TEXT,
    severity: { type: 'string', enum: ['critical', 'high', 'low', 'medium', 'info'] },
    timestamp: object({ seconds: { type: 'integer', format: 'int64' }, nanos: COUNT }, ['nanos', 'seconds']),
    result: { type: 'string', enum: OUTCOMES },
    scored: { type: 'boolean' },
    message: TEXT,
    properties: { type: 'object', additionalProperties: TEXT },
    resources: {
      type: 'array',
      items: object({
        apiVersion: TEXT,
        kind: TEXT,
        namespace: TEXT,
        name: TEXT,
        uid: TEXT,
        resourceVersion: TEXT,
        fieldPath: TEXT,
      }),
    },
  },
  ['policy'],
);

interface Api {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly hasSource: boolean;
}
export const OPEN_REPORTS: Api = {
  ...{ group: 'openreports.io', version: 'v1alpha1', kind: 'Report', plural: 'reports', hasSource: true },
};
export const POLICY_REPORTS: Api = {
  ...{ group: 'wgpolicyk8s.io', version: 'v1alpha2', kind: 'PolicyReport', plural: 'policyreports' },
  hasSource: false,
};

/** Both kinds of one API, as those who defined it publish them: of a namespace, and of the whole cluster. */
export function reportKinds({ group, version, kind, plural, hasSource }: Api): readonly object[] {
  const schema = {
    type: 'object',
    properties: {
      apiVersion: TEXT,
      kind: TEXT,
      metadata: { type: 'object' },
      ...(hasSource ? { source: TEXT } : {}),
      summary: object(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, COUNT]))),
      results: { type: 'array', items: RESULT },
    },
  };
  return [
    { scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase() } },
    {
      scope: 'Cluster',
      names: { kind: `Cluster${kind}`, plural: `cluster${plural}`, singular: `cluster${kind.toLowerCase()}` },
    },
  ].map(({ scope, names }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${group}` },
    spec: {
      group,
      scope,
      names: { ...names, listKind: `${names.kind}List` },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  }));
}
