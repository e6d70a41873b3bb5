// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ApiServer } from '@bartizan/adapters/cluster-access';
import { issueAuthority, issueServer } from '@bartizan/adapters/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathOf } from './kinds.ts';
import { labelsOf } from './objects/object.ts';
import { findObjects, removeObjects } from './removal.ts';

const NAME = 'bartizan-main-k01.host-path';
/** What is there, by address. */
const held = new Map<string, object>();
/** Addresses at which somebody makes the object anew when it is deleted, once. */
const guarded = new Set<string>();
let server: Server;
let api: ApiServer;

const addressOf = (kind: string): string => pathOf({ kind, metadata: { name: NAME } });
const put = (kind: string): void =>
  void held.set(addressOf(kind), { metadata: { name: NAME, labels: labelsOf('admission') } });

beforeEach(async () => {
  held.clear();
  guarded.clear();
  const validity = { nowMs: Date.now(), lifetimeMs: 3_600_000 };
  const authority = await issueAuthority('cluster', validity);
  const leaf = await issueServer(authority, ['127.0.0.1'], validity);
  server = createServer({ key: leaf.keyPem, cert: leaf.certificatePem }, (request, response) => {
    const [address = ''] = (request.url ?? '').split('?');
    const object = held.get(address);
    if (request.method === 'DELETE' && !guarded.delete(address)) held.delete(address);
    const items = [...held].filter(([path]) => path.startsWith(`${address}/`)).map(([, item]) => item);
    const isMissing = request.method === 'DELETE' && object === undefined;
    request.resume();
    response.writeHead(isMissing ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(request.method === 'GET' ? { items } : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  api = { url: `https://127.0.0.1:${port}`, caPem: authority.certificatePem };
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('what an uninstall removes', () => {
  it.each([
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
  ])('is removed once more where the controller put it back: %s', async (kind) => {
    put(kind);
    guarded.add(addressOf(kind));
    const found = await findObjects(api);
    expect(found).toEqual({ ok: true, value: [{ kind, name: NAME }] });
    expect(await removeObjects(api, found.ok ? found.value : [], 5_000)).toEqual({ ok: true, value: [] });
    expect([...held.keys()]).toEqual([]);
  });

  it('is told as left where it stays, and is asked for no second time when nobody puts it back', async () => {
    put('ClusterRole');
    guarded.add(addressOf('ClusterRole'));
    const objects = [{ kind: 'ClusterRole', name: NAME }];
    expect(await removeObjects(api, objects, 100)).toEqual({ ok: true, value: objects });
  });
});
