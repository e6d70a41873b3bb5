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
