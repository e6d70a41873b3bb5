// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readAuditEvent, usedRequests } from './index.ts';

const used = (changes: object) => {
  const request = readAuditEvent({
    kind: 'Event',
    ...{ auditID: 'a', stage: 'ResponseComplete', verb: 'get', requestURI: '/api/v1/namespaces/shop/pods/p' },
    user: { username: 'ann' },
    objectRef: { resource: 'pods', namespace: 'shop', name: 'p' },
    responseStatus: { code: 200 },
    ...changes,
  });
  return request === undefined ? undefined : usedRequests(request);
};
const pods = { verb: 'get', group: '', resource: 'pods', namespace: 'shop' };

describe('a permission that was used', () => {
  it('is what the authorizer was asked for', () => {
    expect(used({})).toEqual([{ user: 'ann', attributes: { ...pods, name: 'p' } }]);
    expect(
      used({ objectRef: { resource: 'deployments', apiGroup: 'apps', namespace: 'shop' }, verb: 'list' }),
    ).toEqual([
      {
        user: 'ann',
        attributes: { verb: 'list', group: 'apps', resource: 'deployments', namespace: 'shop' },
      },
    ]);
    expect(used({ objectRef: undefined, requestURI: '/metrics?x=1' })).toEqual([
      { user: 'ann', attributes: { verb: 'get', nonResourceURL: '/metrics' } },
    ]);
  });

  it('has the name of what is created only where the path has it', () => {
    expect(used({ verb: 'create' })).toEqual([{ user: 'ann', attributes: { ...pods, verb: 'create' } }]);
    const token = { resource: 'serviceaccounts', subresource: 'token', namespace: 'shop', name: 'ci' };
    expect(used({ verb: 'create', objectRef: token })).toEqual([
      { user: 'ann', attributes: { verb: 'create', group: '', ...token } },
    ]);
  });

  it('is used also when the request then failed, and not when it was refused or nobody knows', () => {
    expect(used({ responseStatus: { code: 404 } })).toHaveLength(1);
    expect(used({ responseStatus: { code: 403 } })).toEqual([]);
    expect(used({ responseStatus: undefined })).toEqual([]);
    const forbidden = { annotations: { 'authorization.k8s.io/decision': 'forbid' } };
    expect(used({ ...forbidden, responseStatus: { code: 200 } })).toEqual([]);
    // Refused by admission, not by the authorizer.
    const allowed = { annotations: { 'authorization.k8s.io/decision': 'allow' } };
    expect(used({ ...allowed, responseStatus: { code: 403 } })).toHaveLength(1);
  });

  it('is that of whoever is acted as, and acting so is used too', () => {
    expect(used({ impersonatedUser: { username: 'bob' } })).toEqual([
      { user: 'ann', attributes: { verb: 'impersonate', group: '', resource: 'users', name: 'bob' } },
      { user: 'bob', attributes: { ...pods, name: 'p' } },
    ]);
    expect(used({ impersonatedUser: { username: 'system:serviceaccount:shop:web' } })?.[0]).toEqual({
      user: 'ann',
      attributes: {
        verb: 'impersonate',
        group: '',
        resource: 'serviceaccounts',
        namespace: 'shop',
        name: 'web',
      },
    });
  });
});

describe('acting as somebody else', () => {
  const groups = (...names: string[]) =>
    names.map((name) => ({
      user: 'ann',
      attributes: { verb: 'impersonate', group: '', resource: 'groups', name },
    }));
  const user = {
    user: 'ann',
    attributes: { verb: 'impersonate', group: '', resource: 'users', name: 'bob' },
  };
  const then = { user: 'bob', attributes: { ...pods, name: 'p' } };

  it('uses a permission for each group, the uid and each extra, as the API server asks for them', () => {
    const extra = { 'example.test/scopes': ['view', 'edit'], reason: ['incident'] };
    const impersonatedUser = {
      ...{ username: 'bob', uid: '7', extra },
      groups: ['ops', 'viewers', 'system:authenticated'],
    };
    const identity = (resource: string, name: string, subresource?: string) => ({
      user: 'ann',
      attributes: {
        ...{ verb: 'impersonate', group: 'authentication.k8s.io', resource, name },
        ...(subresource === undefined ? {} : { subresource }),
      },
    });
    expect(used({ impersonatedUser })).toEqual([
      user,
      ...groups('ops', 'viewers'),
      identity('uids', '7'),
      identity('userextras', 'view', 'example.test/scopes'),
      identity('userextras', 'edit', 'example.test/scopes'),
      identity('userextras', 'incident', 'reason'),
      then,
    ]);
  });

  it('uses no permission for groups that the API server adds itself', () => {
    expect(used({ impersonatedUser: { username: 'bob', groups: ['system:authenticated'] } })).toEqual([
      user,
      then,
    ]);
    const web = {
      username: 'system:serviceaccount:shop:web',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    };
    expect(used({ impersonatedUser: web })).toHaveLength(2);
    const chosen = used({ impersonatedUser: { ...web, groups: ['ops', ...web.groups] } });
    expect(chosen?.slice(1, -1)).toEqual(
      groups('ops', 'system:serviceaccounts', 'system:serviceaccounts:shop'),
    );
  });

  it('with system:masters uses that group, and nothing that was granted to whoever is acted as', () => {
    const impersonatedUser = { username: 'bob', groups: ['system:masters', 'system:authenticated'] };
    expect(used({ impersonatedUser })).toEqual([user, ...groups('system:masters')]);
  });
});

describe('the body of a patch', () => {
  it('is what the patch made, where the log has it', () => {
    const patched = readAuditEvent({
      kind: 'Event',
      ...{ auditID: 'a', stage: 'ResponseComplete', verb: 'patch', requestURI: '/x' },
      objectRef: { resource: 'clusterrolebindings', name: 'b' },
      requestObject: [{ op: 'replace', path: '/subjects/0/name', value: 'mallory' }],
      responseObject: {
        kind: 'ClusterRoleBinding',
        roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'User', name: 'mallory' }],
      },
    });
    expect(patched?.facts).toMatchObject({
      'audit.role': 'ClusterRole/cluster-admin',
      'audit.subjects': ['User:mallory'],
    });
  });
});
