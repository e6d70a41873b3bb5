// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ApiServer } from '@bartizan/adapters/cluster-access';
import { issueAuthority, issueServer } from '@bartizan/adapters/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseEgress } from './egress.ts';
import { pathOf } from './kinds.ts';
import { networkObjects } from './objects/network.ts';
import { NAMES } from './objects/object.ts';

const SERVERS = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes';
const POLICY = pathOf({
  kind: 'NetworkPolicy',
  metadata: { name: NAMES.controller, namespace: NAMES.namespace },
});
/** What is there, by address; null: who asks may not read it. */
const held = new Map<string, object | null>();
let server: Server;
let api: ApiServer;

beforeEach(async () => {
  held.clear();
  const validity = { nowMs: Date.now(), lifetimeMs: 3_600_000 };
  const authority = await issueAuthority('cluster', validity);
  const leaf = await issueServer(authority, ['127.0.0.1'], validity);
  server = createServer({ key: leaf.keyPem, cert: leaf.certificatePem }, (request, response) => {
    const object = held.get(request.url ?? '');
    response.writeHead(object === undefined ? 404 : object === null ? 403 : 200, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(object ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  api = { url: `https://127.0.0.1:${port}`, caPem: authority.certificatePem };
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const ports = async (wanted?: readonly number[]) => {
  const chosen = await chooseEgress(api, wanted);
  return chosen.ok ? chosen.value : chosen.error.code;
};
const installWith = (egressPorts: readonly number[]): void => {
  const policy = networkObjects({ egressPorts }).find(({ metadata }) => metadata.name === NAMES.controller);
  if (policy === undefined) throw new Error('no such policy');
  held.set(POLICY, policy);
};

describe('ports that the controller may reach', () => {
  it('are those that it always may where API servers listen at one of them, or nobody says where', async () => {
    expect(await ports()).toEqual([]);
    held.set(SERVERS, { ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] });
    expect(await ports()).toEqual([]);
    held.set(SERVERS, null);
    expect(await ports()).toEqual([]);
  });

  it('are those of the API servers wherever they listen', async () => {
    held.set(SERVERS, { ports: [{ name: 'https', port: 16_443, protocol: 'TCP' }] });
    expect(await ports()).toEqual([16_443]);
    expect(await ports([5000, 443])).toEqual([5000, 16_443]);
  });

  it('stay what they are until others are asked for', async () => {
    installWith([5000, 8082]);
    expect(await ports()).toEqual([5000, 8082]);
    expect(await ports([5001])).toEqual([5001]);
    installWith([]);
    expect(await ports()).toEqual([]);
  });
});
