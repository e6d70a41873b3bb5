// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readAuditEvent } from './index.ts';

const factsOf = (resource: string, changes: object) =>
  readAuditEvent({
    kind: 'Event',
    ...{ auditID: 'a', stage: 'ResponseComplete', verb: 'patch', requestURI: '/x' },
    objectRef: { resource, name: 'shop' },
    responseStatus: { code: 200 },
    ...changes,
  })?.facts ?? {};

describe('the Pod Security level of a namespace', () => {
  const ENFORCE = 'pod-security.kubernetes.io/enforce';
  const PATH = '/metadata/labels/pod-security.kubernetes.io~1enforce';
  const level = (requestObject: unknown, responseObject?: unknown) =>
    factsOf('namespaces', { requestObject, responseObject })['audit.pod-security'];
  const labels = (value: unknown) => ({ metadata: { labels: value } });
  const after = (value: object = {}) => ({ kind: 'Namespace', ...labels({ team: 'a', ...value }) });

  it.each([
    ['null in a merge patch', labels({ [ENFORCE]: null })],
    ['null for all labels', labels(null)],
    ['all labels replaced', labels({ $patch: 'replace', team: 'a' })],
    ['all labels deleted', labels({ $patch: 'delete' })],
    ['removal in a JSON patch', [{ op: 'remove', path: PATH }]],
    [
      'removal after a test',
      [
        { op: 'test', path: PATH, value: 'restricted' },
        { op: 'remove', path: PATH },
      ],
    ],
    ['a move in a JSON patch', [{ op: 'move', from: PATH, path: '/metadata/labels/was' }]],
    ['removal of all labels', [{ op: 'remove', path: '/metadata/labels' }]],
    ['other labels in a JSON patch', [{ op: 'replace', path: '/metadata/labels', value: { team: 'a' } }]],
  ])('is none after %s, which allows as much as privileged', (_name, patch) => {
    expect(level(patch, after())).toBe('privileged');
    expect(level(patch)).toBe('privileged');
  });

  it.each([
    ['a merge patch', labels({ [ENFORCE]: 'restricted' })],
    ['other labels with it', labels({ $patch: 'replace', [ENFORCE]: 'restricted' })],
    ['a JSON patch', [{ op: 'add', path: PATH, value: 'restricted' }]],
    [
      'removal and addition',
      [
        { op: 'remove', path: PATH },
        { op: 'add', path: PATH, value: 'restricted' },
      ],
    ],
    [
      'all labels of a JSON patch',
      [{ op: 'add', path: '/metadata/labels', value: { [ENFORCE]: 'restricted' } }],
    ],
  ])('is what %s sets', (_name, patch) => {
    expect(level(patch, after({ [ENFORCE]: 'restricted' }))).toBe('restricted');
    expect(level(patch)).toBe('restricted');
  });

  it('is what became of the namespace, whatever the patch wanted', () => {
    expect(level(labels({ [ENFORCE]: null }), after({ [ENFORCE]: 'baseline' }))).toBe('baseline');
  });

  it('is not said by a patch of something else', () => {
    for (const patch of [
      labels({ team: 'b' }),
      [{ op: 'remove', path: '/metadata/labels/team' }],
      [7],
      'x',
      null,
    ])
      expect(level(patch, after())).toBeUndefined();
  });
});

describe('admission that refuses nothing any more', () => {
  const isOff = (resource: string, requestObject: unknown, responseObject?: unknown, verb = 'patch') =>
    factsOf(resource, { verb, requestObject, responseObject })['audit.admission-off'];
  const rules = [{ operations: ['CREATE'], resources: ['pods'] }];
  const hook = (webhooks?: unknown) => ({ kind: 'ValidatingWebhookConfiguration', webhooks });
  const binding = (validationActions: unknown) => ({
    kind: 'ValidatingAdmissionPolicyBinding',
    spec: { policyName: 'guard', validationActions },
  });
  const policy = (...expressions: string[]) => ({
    kind: 'ValidatingAdmissionPolicy',
    spec: { validations: expressions.map((expression) => ({ expression })) },
  });
  const HOOKS = 'validatingwebhookconfigurations';
  const POLICIES = 'validatingadmissionpolicies';
  const BINDINGS = 'validatingadmissionpolicybindings';

  it.each([
    ['a list without webhooks', HOOKS, { webhooks: [] }, hook()],
    ['webhooks that are asked about nothing', HOOKS, { webhooks: [{ name: 'a' }] }, hook([{ name: 'a' }])],
    ['a binding that only records', BINDINGS, { spec: { validationActions: ['Audit'] } }, binding(['Audit'])],
    ['a policy that is always content', POLICIES, policy(' true'), policy(' true')],
    ['a policy that asks nothing', POLICIES, policy(), { ...policy(), spec: {} }],
  ])('is %s', (_name, resource, patch, became) => {
    expect(isOff(resource, patch, became)).toBe(true);
    expect(isOff(resource, [{ op: 'replace', path: '/x', value: 1 }], became)).toBe(true);
    expect(isOff(resource, became, undefined, 'update')).toBe(true);
  });

  it.each([
    [
      'certificates that change',
      HOOKS,
      { webhooks: [{ name: 'a' }] },
      hook([{ name: 'a', rules }, { name: 'b' }]),
    ],
    ['a binding that refuses', BINDINGS, { spec: {} }, binding(['Audit', 'Deny'])],
    ['a policy that asks', POLICIES, policy('object.x'), policy('true', 'object.x')],
  ])('is not %s', (_name, resource, patch, became) => {
    expect(isOff(resource, patch, became)).toBe(false);
  });

  it('is not guessed from a patch alone, which does not say what is there', () => {
    expect(isOff(HOOKS, { metadata: { labels: { a: 'b' } } })).toBeUndefined();
    expect(isOff(BINDINGS, { spec: { policyName: 'x' } }, { kind: 'Status' })).toBeUndefined();
  });
});

describe('a request that only tries', () => {
  it.each([
    ['/x?dryRun=All', true],
    ['/x?fieldManager=f&dry%52un=All', true],
    ['/x?dryRun=', undefined],
    // No parameter at all to the API server, which then writes.
    ['/x?dryRun=All;', undefined],
    ['/x?fieldManager=dryRun', undefined],
    ['/x', undefined],
  ])('%s', (requestURI, expected) => {
    expect(factsOf('namespaces', { requestURI })['audit.dry-run']).toBe(expected);
  });

  it('is no deletion: its body may say otherwise', () => {
    const facts = factsOf('validatingadmissionpolicies', { verb: 'delete', requestURI: '/x?dryRun=All' });
    expect(facts['audit.dry-run']).toBeUndefined();
  });
});
