// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { AccessGraph, readAccess } from '../access/index.ts';
import { Reachability } from '../reachability/index.ts';
import {
  clusterClaims,
  mayBeKeptIn,
  outcomeOf,
  type ProbeResult,
  probesOf,
  probeUrl,
  readPostureObjects,
  secretUses,
} from './index.ts';

type Json = Record<string, unknown>;

const node = (name: string, addresses: readonly string[], more: Json = {}, providerID = ''): Json => ({
  kind: 'Node',
  metadata: { name },
  spec: { providerID },
  status: {
    addresses: [
      ...addresses.map((address) => ({ type: 'InternalIP', address })),
      { type: 'ExternalIP', address: '192.0.2.1' },
    ],
    ...more,
  },
});
const service = (name: string, spec: Json): Json => ({
  kind: 'Service',
  metadata: { namespace: 'shop', name },
  spec: { selector: { app: name }, ...spec },
});
const pod = (app: string): Json => ({
  kind: 'Pod',
  metadata: { namespace: 'shop', name: `${app}-1`, labels: { app } },
  spec: { containers: [{ image: 'registry.example/own:1' }] },
});
const probes = (objects: readonly Json[]) => probesOf(readPostureObjects(objects), undefined);
const urls = (objects: readonly Json[]) => probes(objects).map(probeUrl);

/** What is said about one object when a probe of it came out so. */
function told(results: readonly ProbeResult[], about: string) {
  const objects = readPostureObjects([]);
  const claims = clusterClaims({
    ...{ objects, namespaces: [], endpoints: [], exposure: [], components: [], unreadable: [] },
    ...{ reachability: new Reachability([]), unreadPolicies: [], unreadUses: [], nowMs: 0, probes: results },
    secrets: secretUses(objects, new AccessGraph(readAccess([]))),
  });
  return [...claims].find((claim) => claim.about === about && claim.check.id === 'exposed.answers-strangers');
}

describe('probes of the API server and of nodes', () => {
  it('are listed for the inner address of each node', () => {
    const read = readPostureObjects([node('n1', ['fd00::1'])]);
    const found = probesOf(read, { host: 'fd00::9', port: 6443 });
    expect(found[0]).toMatchObject({ about: 'Cluster', host: 'fd00::9', port: 6443, scheme: 'https' });
    expect(found.slice(1).every(({ host, about }) => host === 'fd00::1' && about === 'Node/n1')).toBe(true);
    expect(found.map(({ id }) => id)).toContain('n1/kubelet');
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    expect(probes([])).toEqual([]);
  });

  it('go to the port that the kubelet says it has', () => {
    const moved = { daemonEndpoints: { kubeletEndpoint: { Port: 10260 } } };
    expect(urls([node('n1', ['10.0.0.1'], moved)])).toContain('https://10.0.0.1:10260/pods');
    for (const Port of [0, -1, 70000, 1.5, 'x'])
      expect(urls([node('n1', ['10.0.0.1'], { daemonEndpoints: { kubeletEndpoint: { Port } } })])).toContain(
        'https://10.0.0.1:10250/pods',
      );
  });

  it.each([
    'metadata.google.internal',
    '169.254.169.254',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    'fe80::1',
    'ff02::1',
    '::',
    '::ffff:169.254.169.254',
    '10.0.0.1/x',
    '',
  ])('never go to %s, whatever a node says of itself', (address) => {
    expect(urls([node('n1', [address])])).toEqual([]);
    expect(urls([node('n1', [address, '10.0.0.1'])]).every((url) => url.includes('//10.0.0.1:'))).toBe(true);
  });
});

describe('probes of metadata services', () => {
  it('are listed for the clouds that nodes are in, one each', () => {
    const found = probes([
      node('n1', [], {}, 'aws:///eu-1/i-1'),
      node('n2', [], {}, 'aws:///eu-1/i-2'),
      node('n3', [], {}, 'gce://project/zone/n3'),
    ]);
    expect(found.map(probeUrl)).toEqual([
      'http://169.254.169.254:80/latest/meta-data/',
      'http://169.254.169.254:80/computeMetadata/v1/instance/',
    ]);
    expect(found.map(({ header }) => header)).toEqual([undefined, ['Metadata-Flavor', 'Google']]);
  });
});

describe('probes of administration pages', () => {
  it('go to the address of the service, at a path that only who signed in may see', () => {
    const ports = [
      { port: 80, protocol: 'TCP' },
      { port: 8443, protocol: 'TCP' },
      { port: 53, protocol: 'UDP' },
    ];
    const found = probes([service('grafana', { clusterIP: '10.96.0.7', ports }), pod('grafana')]);
    expect(found.map(probeUrl)).toEqual(['http://10.96.0.7:80/api/org', 'https://10.96.0.7:8443/api/org']);
    expect(found[0]).toMatchObject({ about: 'Service/shop/grafana', namespace: 'shop' });
  });

  it('are none for what has no address, no pods, speaks no HTTP, or is not known', () => {
    const ports = [{ port: 80 }];
    expect(urls([service('grafana', { clusterIP: 'None', ports }), pod('grafana')])).toEqual([]);
    expect(urls([service('grafana', { clusterIP: '10.96.0.7', ports })])).toEqual([]);
    expect(urls([service('redis', { clusterIP: '10.96.0.7', ports }), pod('redis')])).toEqual([]);
    expect(urls([service('shop', { clusterIP: '10.96.0.7', ports }), pod('shop')])).toEqual([]);
    expect(urls([service('constructor', { clusterIP: '10.96.0.7', ports }), pod('constructor')])).toEqual([]);
  });
});

describe('answers to probes', () => {
  it.each([
    [{ kind: 'status', status: 200 }, 'open'],
    [{ kind: 'status', status: 401 }, 'refused'],
    [{ kind: 'status', status: 302 }, 'refused'],
    [{ kind: 'status', status: 500 }, 'refused'],
    [{ kind: 'fault', code: 'ECONNREFUSED' }, 'closed'],
    [{ kind: 'fault', code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }, 'refused'],
    [{ kind: 'fault', code: 'ETIMEDOUT' }, 'silent'],
    [{ kind: 'fault', code: 'EHOSTUNREACH' }, 'silent'],
  ] as const)('read %j as %s', (answer, outcome) => {
    expect(outcomeOf(answer)).toBe(outcome);
  });

  it('are not taken for closed where a policy around who asks may have refused', () => {
    const refused = { kind: 'fault', code: 'ECONNREFUSED' } as const;
    expect(outcomeOf(refused, true)).toBe('silent');
    expect(outcomeOf({ kind: 'status', status: 200 }, true)).toBe('open');
    expect(outcomeOf({ kind: 'status', status: 401 }, true)).toBe('refused');
    const ports = [{ port: 443 }];
    const objects = [
      node('n1', ['10.0.0.1'], {}, 'aws:///eu-1/i-1'),
      service('grafana', { clusterIP: '10.96.0.7', ports }),
      pod('grafana'),
    ];
    const all = probesOf(readPostureObjects(objects), { host: '10.96.0.1', port: 443 });
    const free = (letOut: readonly number[]) =>
      all.filter((probe) => !mayBeKeptIn(probe, letOut)).map(({ about, port }) => `${about} ${port}`);
    expect(free([443, 6443])).toEqual([]);
    // Ports of services and of metadata services may be exchanged on the way: only those of nodes are what they seem.
    expect(free([80, 443, 10250])).toEqual(['Node/n1 10250']);
    expect(all.map(({ about }) => about.split('/')[0])).toEqual(
      expect.arrayContaining(['Cluster', 'Service']),
    );
  });

  it('are a finding with the fix of what answered, unknown when all is silent, nothing when nobody asked', () => {
    const [kubelet, , etcd] = probes([node('n1', ['fd00::1'])]);
    if (kubelet === undefined || etcd === undefined) throw new Error('no probe');
    const one = (outcome: ProbeResult['outcome']) =>
      told([{ probe: kubelet, outcome, said: '200' }], 'Node/n1');
    expect(one('open')).toMatchObject({
      outcome: 'fail',
      evidence: ['GET https://[fd00::1]:10250/pods → 200'],
      action: { en: expect.stringContaining('authentication.anonymous.enabled') },
    });
    expect(one('open')?.action.en).not.toContain('etcd');
    expect(one('silent')?.outcome).toBe('unknown');
    expect(one('refused')?.outcome).toBe('pass');
    const both = told(
      [
        { probe: kubelet, outcome: 'refused', said: '401' },
        { probe: etcd, outcome: 'open', said: '200' },
      ],
      'Node/n1',
    );
    expect(both?.action.en).toContain('client-cert-auth');
    expect(both?.action.en).not.toContain('authentication.anonymous');
    expect(told([], 'Node/n1')).toBeUndefined();
  });
});
