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

const OF_PODS = {
  match: { any: [{ resources: { kinds: ['Pod'] } }] },
  validate: { pattern: { spec: { '=(hostNetwork)': false } } },
};

function taken(annotations: object | undefined, ...rules: readonly object[]) {
  const result = importKyverno({
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: { name: 'example', ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      validationFailureAction: 'Enforce',
      rules: [{ name: 'first', ...OF_PODS }, ...rules],
    },
  });
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}
const refusedBy = (rules: Parameters<typeof verdict>[0]): string[] =>
  Object.entries(REQUESTS).flatMap(([name, request]) =>
    verdict(rules, request).decision.verdict === 'deny' ? [name] : [],
  );
const controllers = (named: unknown) => ({ 'pod-policies.kyverno.io/autogen-controllers': named });

describe('rules about pods', () => {
  it.each<[string, object | undefined, readonly string[]]>([
    ['no annotations', undefined, ['Pod', 'debug', 'Deployment', 'Job']],
    ['other annotations', { a: 'b' }, ['Pod', 'debug', 'Deployment', 'Job']],
    ['nothing', controllers(''), ['Pod', 'debug', 'Deployment', 'Job']],
    ['all controllers', controllers('all'), ['Pod', 'debug', 'Deployment', 'Job']],
    ['no controllers', controllers('none'), ['Pod', 'debug']],
    ['some controllers', controllers('DaemonSet,Deployment,StatefulSet'), ['Pod', 'debug', 'Deployment']],
  ])('are about the controllers that the policy names: %s', (_name, annotations, refused) => {
    const { rules, notes } = taken(annotations);
    expect(notes).toEqual([]);
    expect(refusedBy(rules)).toEqual(refused);
  });

  it.each<[string, readonly string[], unknown, readonly string[]]>([
    ['no controllers', ['Pod', 'Deployment'], 'none', ['Pod', 'debug', 'Deployment']],
    ['no controllers', ['Pod', 'batch/v1/Job'], 'none', ['Pod', 'debug', 'Job']],
    ['others', ['Pod', 'Job'], 'DaemonSet,Deployment', ['Pod', 'debug', 'Deployment', 'Job']],
    ['all', ['Pod', 'Deployment'], 'all', ['Pod', 'debug', 'Deployment', 'Job']],
  ])('are about the kinds that they name where the policy names %s: %j', (_name, kinds, named, refused) => {
    const labelled = {
      name: 'second',
      match: { any: [{ resources: { kinds } }] },
      validate: { pattern: { metadata: { labels: { app: '?*' } } } },
    };
    const { rules, notes } = taken(controllers(named), labelled);
    expect(notes).toEqual([]);
    expect(refusedBy(rules.filter(({ id }) => id.endsWith('.second')))).toEqual(refused);
  });

  it.each(['Deployment,none', 'Rollout', 7])(
    'are left out alone, not those of other kinds, where the controllers are not known: %j',
    (named) => {
      const ofServices = {
        name: 'services',
        match: { any: [{ resources: { kinds: ['Service'] } }] },
        validate: { pattern: { spec: { '=(type)': '!NodePort' } } },
      };
      const { rules, notes } = taken(controllers(named), ofServices);
      expect(notes).toMatchObject([{ part: 'first', effect: 'dropped' }]);
      expect(rules.map(({ id, match }) => [id, match.resources])).toEqual([
        ['kyverno.example.services', ['/services']],
      ]);
    },
  );
});
