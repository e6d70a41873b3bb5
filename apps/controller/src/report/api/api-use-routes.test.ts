// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ApiKnowledge, ApiUse } from '@bartizan/engine/cluster-posture';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClusterAccess } from '../../decide/access/cluster-access.ts';
import { type ApiStage, buildApiStage } from '../../testing/api-stage.ts';

let test: TestStore;
let stage: ApiStage;
let reader = '';
let known: ApiKnowledge = { uses: [], unread: [], isHeard: true };
const access = new ClusterAccess({ conditionOf: () => 'synced', onChange: () => undefined });

beforeAll(async () => {
  test = await openStoreInPlace();
  stage = await buildApiStage(test.store, test.clock, { clusterAccess: access, apis: () => known });
  reader = await stage.keyOf('security-reader');
}, 60_000);
afterAll(async () => {
  await stage?.report.server.close();
  await test?.remove();
});

const ask = (query = '', headers: Record<string, string> = {}) =>
  stage.ask({ path: `access/api-uses${query}`, token: reader, headers });
const use = (more: Partial<ApiUse>): ApiUse => ({
  ...{ apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', source: 'written', by: 'helm' },
  ...{ about: 'PodDisruptionBudget/shop/web', namespace: 'shop', isOwn: false },
  ...more,
});
const USES: readonly ApiUse[] = [
  use({ by: 'kube-controller-manager', isOwn: true, removedIn: 25 }),
  use({ apiVersion: 'resource.k8s.io/v1alpha3', kind: 'DeviceTaintRule', about: 'x' }),
  use({
    ...{ apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3', kind: 'FlowSchema', source: 'requested' },
    ...{ by: 'ann (kubectl/1.30)', about: 'flowschemas', namespace: '', removedIn: 32, lastAtMs: 1000 },
    replacement: 'flowcontrol.apiserver.k8s.io/v1',
  }),
  use({ apiVersion: 'a/v1beta1', kind: 'Later', removedIn: 40 }),
];

describe('versions of the Kubernetes API in use', () => {
  it('are listed, what goes first before the rest, with who, where, until when and what instead', async () => {
    known = { uses: USES, unread: [], isHeard: true };
    const { json } = await ask();
    expect(json).toMatchObject({
      ...{ total: 4, unread: [], isAuditLogHeard: true },
      items: [
        {
          ...{ apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3', kind: 'FlowSchema', source: 'requested' },
          ...{ by: 'ann (kubectl/1.30)', about: 'flowschemas', removedIn: '1.32', isRemoved: true },
          ...{ replacement: 'flowcontrol.apiserver.k8s.io/v1', lastAtMs: 1000 },
        },
        { kind: 'Later', removedIn: '1.40', isRemoved: false },
        { kind: 'DeviceTaintRule' },
        { by: 'kube-controller-manager', isOwn: true },
      ],
    });
  });

  it('are filtered, sorted, paged and exported as every list', async () => {
    known = { uses: USES, unread: [], isHeard: true };
    expect((await ask('?filter=by:helm')).json).toMatchObject({ total: 2 });
    expect((await ask('?filter=removedIn:1.32')).json).toMatchObject({ items: [{ kind: 'FlowSchema' }] });
    expect((await ask('?sort=-removedIn&limit=1')).json).toMatchObject({
      items: [{ kind: 'DeviceTaintRule' }],
      next: '1',
    });
    const csv = await ask('', { accept: 'text/csv' });
    expect(csv.text).toContain('flowcontrol.apiserver.k8s.io/v1beta3');
    expect((await ask('?cursor=x')).status).toBe(400);
  });

  it('are no all-clear when nothing is known: what is not known is said', async () => {
    known = { uses: [], unread: ['Ingress'], isHeard: false };
    expect((await ask()).json).toMatchObject({
      ...{ items: [], total: 0, unread: ['Ingress'], isAuditLogHeard: false },
    });
    const empty = await buildApiStage(test.store, test.clock, { clusterAccess: access });
    const token = await empty.keyOf('security-reader');
    const { json } = await empty.ask({ path: 'access/api-uses', token });
    expect(json).toMatchObject({ items: [], isAuditLogHeard: false });
    expect((json as { unread: string[] }).unread).toContain('Deployment');
    await empty.report.server.close();
  });

  it('come to no more than can be shown, however many there are', async () => {
    known = {
      uses: Array.from({ length: 7000 }, (_, at) =>
        use({ about: `PodDisruptionBudget/shop/${at}`, removedIn: 25 }),
      ),
      unread: [],
      isHeard: true,
    };
    const { json } = await ask('?limit=1000');
    expect(json).toMatchObject({ total: 7000, next: '1000' });
    expect((json as { items: unknown[] }).items).toHaveLength(1000);
  });
});
