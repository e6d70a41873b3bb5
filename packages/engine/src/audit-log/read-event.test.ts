// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACTS_BY_NAME } from '../runtime/index.ts';
import { readAuditEvent } from './index.ts';

const event = (changes: object = {}): object => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: 'a-1',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/secrets?limit=500',
  verb: 'list',
  user: {
    username: 'system:serviceaccount:dev:ci',
    groups: ['system:serviceaccounts', 'system:authenticated'],
  },
  sourceIPs: ['10.1.0.5', '203.0.113.9'],
  userAgent: 'kubectl/v1.37.2 (linux/amd64) kubernetes/abc',
  objectRef: { resource: 'secrets', namespace: 'shop', apiVersion: 'v1' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-11-28T18:00:00.000000Z',
  ...changes,
});
const factsOf = (changes: object = {}) => readAuditEvent(event(changes))?.facts ?? {};

describe('an event of the audit log', () => {
  it('becomes facts: who, what, from where, with which answer', () => {
    expect(readAuditEvent(event())).toMatchObject({
      id: expect.stringMatching(/^[\da-f]{64}$/),
      atMs: Date.UTC(2026, 10, 28, 18),
      resource: 'secrets',
      namespace: 'shop',
      facts: {
        'audit.verb': 'list',
        'audit.user-kind': 'service-account',
        'audit.own-namespace': false,
        'audit.user-agent': 'kubectl/v1.37.2',
        'audit.source-scope': 'public',
        'audit.path': '/api/v1/namespaces/shop/secrets',
        'audit.code': 200,
        'audit.allowed': true,
      },
    });
  });

  it('has no time where the log has none that can be', () => {
    for (const time of ['0001-01-01T00:00:00Z', 'yesterday', 7])
      expect(readAuditEvent(event({ requestReceivedTimestamp: time }))?.atMs).toBeUndefined();
  });

  it('knows kinds of users', () => {
    const kind = (username: string, groups: readonly string[] = []) =>
      factsOf({ user: { username, groups } })['audit.user-kind'];
    expect(kind('ann')).toBe('person');
    expect(kind('system:anonymous', ['system:unauthenticated'])).toBe('anonymous');
    expect(kind('system:node:n1', ['system:nodes'])).toBe('node');
    expect(kind('system:kube-scheduler')).toBe('system');
  });

  it('is judged once: when it is answered, or when it begins and goes on', () => {
    expect(readAuditEvent(event({ stage: 'RequestReceived' }))).toBeUndefined();
    expect(readAuditEvent(event({ stage: 'ResponseStarted' }))).toBeUndefined();
    expect(readAuditEvent(event({ stage: 'ResponseStarted', verb: 'watch' }))).toBeDefined();
    const exec = {
      stage: 'ResponseStarted',
      verb: 'create',
      objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' },
      requestURI: '/api/v1/namespaces/shop/pods/web/exec?command=sh&command=-c&command=id%20-u&stdin=true',
    };
    expect(factsOf(exec)['audit.command']).toEqual(['sh', '-c', 'id -u']);
  });

  it('is another one whenever the API server says so, whatever id the client gave', () => {
    const idOf = (changes: object) => readAuditEvent(event(changes))?.id;
    const exec = { objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' } };
    expect(idOf({ ...exec, stage: 'ResponseStarted' })).toBe(idOf({ ...exec, stageTimestamp: 'later' }));
    const others = [
      {},
      { auditID: `a-1${'x'.repeat(128)}1` },
      { auditID: `a-1${'x'.repeat(128)}2` },
      { requestReceivedTimestamp: '2026-11-28T18:00:00.000001Z' },
      { requestURI: '/api/v1/namespaces/shop/secrets?limit=501' },
      { verb: 'get' },
      { user: { username: 'ann' } },
    ];
    expect(new Set(others.map(idOf)).size).toBe(others.length);
  });

  it('tells the command however its query is written', () => {
    const command = (query: string) =>
      factsOf({
        objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' },
        requestURI: `/api/v1/namespaces/shop/pods/web/exec?${query}`,
      })['audit.command'];
    expect(command('%63ommand=sh&stdin=true')).toEqual(['sh']);
    expect(command('container=?&command=sh')).toEqual(['sh']);
    expect(command(`container=${'x'.repeat(20_000)}&command=sh`)).toEqual(['sh']);
    expect(command('command=sh&command&xcommand=no&%zz=1')).toEqual(['sh', '']);
  });

  it('tells as whom somebody acted, and never loses system:masters among many groups', () => {
    expect(factsOf()['audit.impersonated-groups']).toBeUndefined();
    const many = Array.from({ length: 100 }, (_one, at) => `team-${at}`);
    const facts = factsOf({ impersonatedUser: { username: 'mallory', groups: [...many, 'system:masters'] } });
    expect(facts['audit.impersonated']).toBe('mallory');
    expect(facts['audit.impersonated-groups']).toHaveLength(64);
    expect(facts['audit.impersonated-groups']).toContain('system:masters');
  });

  it('tells the shape of a body, and never what a secret holds', () => {
    const canary = 'canary-9f2e';
    const secret = factsOf({
      objectRef: { resource: 'secrets', namespace: 'shop' },
      requestObject: { type: 'Opaque', data: { key: canary }, stringData: { other: canary } },
    });
    expect(secret['audit.object-type']).toBe('Opaque');
    expect(JSON.stringify(readAuditEvent(event({ requestObject: { data: canary } })))).not.toContain(canary);
    expect(
      factsOf({
        objectRef: { resource: 'pods', namespace: 'shop' },
        requestObject: {
          spec: {
            containers: [{ env: [{ name: 'TOKEN', value: canary }] }],
            initContainers: [{ securityContext: { privileged: true } }],
            volumes: [{ hostPath: { path: '/' } }, { hostPath: { path: '//etc/.' } }],
          },
        },
      }),
    ).toMatchObject({ 'audit.privileged': true, 'audit.host-paths': ['/', '/etc'] });
    expect(
      factsOf({
        objectRef: { resource: 'clusterrolebindings' },
        requestObject: {
          roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
          subjects: [{ kind: 'Group', name: 'system:unauthenticated' }],
        },
      }),
    ).toMatchObject({
      'audit.role': 'ClusterRole/cluster-admin',
      'audit.subjects': ['Group:system:unauthenticated'],
    });
  });

  it('has only facts of the vocabulary, and takes anything without a fault', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('pods', 'roles', 'rolebindings', 'services', 'namespaces'),
        (value, resource) => {
          const read = readAuditEvent(
            event({
              user: value,
              sourceIPs: value,
              objectRef: { resource },
              requestObject: value,
              responseStatus: value,
              requestURI: value,
            }),
          );
          for (const name of Object.keys(read?.facts ?? {})) expect(FACTS_BY_NAME.has(name)).toBe(true);
          readAuditEvent(value);
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});
