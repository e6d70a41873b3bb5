// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { pod, requestOf, verdict } from '../testing/judged.ts';
import { importKyverno } from './index.ts';

const spec = { hostNetwork: true, containers: [{ name: 'a', image: 'x' }] };
const ofKind = (group: string, resource: string, kind: string) =>
  requestOf(
    {
      apiVersion: `${group}/v1`,
      kind,
      metadata: { name: 'web', namespace: 'shop' },
      spec: { template: { spec } },
    },
    { group, resource, kind },
  );
const REQUESTS = {
  Pod: requestOf(pod(spec)),
  debug: requestOf(pod(spec), { subResource: 'ephemeralcontainers', operation: 'UPDATE' }),
  Deployment: ofKind('apps', 'deployments', 'Deployment'),
  Job: ofKind('batch', 'jobs', 'Job'),
};

function taken(annotations: object | undefined) {
  const result = importKyverno({
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: { name: 'example', ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      validationFailureAction: 'Enforce',
      rules: [
        {
          name: 'first',
          match: { any: [{ resources: { kinds: ['Pod'] } }] },
          validate: { pattern: { spec: { '=(hostNetwork)': false } } },
        },
      ],
    },
  });
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}
const controllers = (named: unknown) => ({ 'pod-policies.kyverno.io/autogen-controllers': named });

describe('rules about pods', () => {
  it.each<[string, object | undefined, readonly string[]]>([
    ['no annotations', undefined, ['Pod', 'debug', 'Deployment', 'Job']],
    ['other annotations', { a: 'b' }, ['Pod', 'debug', 'Deployment', 'Job']],
    ['all controllers', controllers('all'), ['Pod', 'debug', 'Deployment', 'Job']],
    ['no controllers', controllers('none'), ['Pod', 'debug']],
    ['some controllers', controllers('DaemonSet,Deployment,StatefulSet'), ['Pod', 'debug', 'Deployment']],
  ])('are about the controllers that the policy names: %s', (_name, annotations, refused) => {
    const { rules, notes } = taken(annotations);
    expect(notes).toEqual([]);
    const found = Object.entries(REQUESTS).filter(
      ([, request]) => verdict(rules, request).decision.verdict === 'deny',
    );
    expect(found.map(([name]) => name)).toEqual(refused);
  });

  it.each(['', 'Deployment,none', 'Rollout', 7])(
    'are left out where the controllers are not known: %j',
    (named) => {
      const { rules, notes } = taken(controllers(named));
      expect(rules).toEqual([]);
      expect(notes).toMatchObject([{ part: 'first', effect: 'dropped' }]);
    },
  );
});
