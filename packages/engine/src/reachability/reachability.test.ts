// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInNetwork } from './address.ts';
import { type Endpoint, narrows, type PodEndpoint, Reachability, readNetworkPolicies } from './index.ts';

const pod = (changes: Partial<PodEndpoint> = {}): PodEndpoint => ({
  kind: 'pod',
  namespace: 'shop',
  namespaceLabels: {},
  name: 'web-1',
  labels: { app: 'web' },
  addresses: ['10.1.0.2'],
  ports: [{ name: 'http', protocol: 'TCP', number: 8080 }],
  hostNetwork: false,
  ...changes,
});
const client = pod({ name: 'client', labels: { app: 'client' }, addresses: ['10.1.0.3'], ports: [] });
const network = (spec: object): object => ({
  kind: 'NetworkPolicy',
  metadata: { name: 'p', namespace: 'shop' },
  spec: { podSelector: {}, ...spec },
});
const cluster = (spec: object, name = 'c'): object => ({
  kind: 'ClusterNetworkPolicy',
  metadata: { name },
  spec: { tier: 'Admin', priority: 10, subject: { namespaces: {} }, ...spec },
});
const ask = (policies: readonly object[], changes: { from?: Endpoint; to?: Endpoint; port?: number } = {}) =>
  new Reachability(readNetworkPolicies(policies)).ask({
    from: client,
    to: pod(),
    protocol: 'TCP',
    port: 8080,
    ...changes,
  });

describe('addresses in networks', () => {
  it.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['10.1.2.3', '0.0.0.0/0', true],
    ['10.1.2.3', '10.1.2.3/32', true],
    ['10.1.2.4', '10.1.2.3/31', false],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['::ffff:10.0.0.1', '::ffff:0:0/96', true],
    ['10.0.0.1', '::/0', false],
    ['10.0.0.01', '10.0.0.0/8', false],
    ['10.0.0.1', '10.0.0.0/33', false],
    ['10.0.0.1', '10.0.0.0', false],
    ['1::2::3', '::/0', false],
    ['', '0.0.0.0/0', false],
  ])('%s in %s: %s', (address, range, expected) => {
    expect(isInNetwork(address, range)).toBe(expected);
  });
});

describe('reachability', () => {
  it('is open where nothing speaks, and says so', () => {
    expect(ask([])).toMatchObject({
      reach: 'allowed',
      directions: [{ because: 'default' }, { because: 'default' }],
    });
  });

  it('names the policies that isolate a pod', () => {
    expect(ask([network({ policyTypes: ['Ingress'] })])).toMatchObject({
      reach: 'denied',
      directions: [
        { direction: 'egress', because: 'default' },
        { direction: 'ingress', because: 'isolated', policies: [{ namespace: 'shop', name: 'p' }] },
      ],
    });
  });

  it('asks both sides', () => {
    const open = network({ ingress: [{}] });
    expect(ask([open]).reach).toBe('allowed');
    expect(
      ask([open, network({ policyTypes: ['Egress'], podSelector: { matchLabels: { app: 'client' } } })])
        .reach,
    ).toBe('denied');
  });

  it('takes a named port as the port of the pod that is connected to', () => {
    const named = network({ ingress: [{ ports: [{ port: 'http' }] }] });
    expect(ask([named]).reach).toBe('allowed');
    expect(ask([named], { port: 9090 }).reach).toBe('denied');
  });

  it('takes ranges of ports, and networks with exceptions', () => {
    const range = network({ ingress: [{ ports: [{ port: 8000, endPort: 8100 }] }] });
    expect(ask([range]).reach).toBe('allowed');
    expect(ask([range], { port: 8101 }).reach).toBe('denied');
    const block = network({
      ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.3/32'] } }] }],
    });
    expect(ask([block]).reach).toBe('denied');
    expect(ask([block], { from: { kind: 'address', address: '10.9.9.9' } }).reach).toBe('allowed');
  });

  it('does not guess whether an end without a known address is in a network', () => {
    const everywhere = [{ ipBlock: { cidr: '0.0.0.0/0' } }];
    const block = network({ ingress: [{ from: everywhere }] });
    const assumed = { ...client, addresses: [] };
    expect(ask([block], { from: assumed })).toMatchObject({
      reach: 'unknown',
      directions: [{}, { reach: 'unknown', because: 'rule', rule: '0' }],
    });
    expect(ask([block], { from: client }).reach).toBe('allowed');
    const out = network({ policyTypes: ['Egress'], egress: [{ to: everywhere }] });
    expect(ask([out], { to: pod({ addresses: [] }) }).reach).toBe('unknown');
    const byLabels = network({ ingress: [{ from: everywhere }, { from: [{ podSelector: {} }] }] });
    expect(ask([byLabels], { from: assumed }).reach).toBe('allowed');
    const both = network({ ingress: [{ from: [...everywhere, { podSelector: {} }] }] });
    expect(ask([both], { from: assumed }).reach).toBe('allowed');
    const otherPort = network({ ingress: [{ from: everywhere, ports: [{ port: 443 }] }] });
    expect(ask([otherPort], { from: assumed }).reach).toBe('denied');
    const refusing = cluster({ egress: [{ action: 'Deny', to: [{ networks: ['10.0.0.0/8'] }] }] });
    expect(ask([refusing], { to: pod({ addresses: [] }) }).reach).toBe('unknown');
    expect(ask([refusing], { to: pod({ addresses: ['11.0.0.1'] }) }).reach).toBe('allowed');
  });

  it('does not hold pods on the network of their node, and does not guess when they are peers', () => {
    const closed = network({ policyTypes: ['Ingress'] });
    expect(ask([closed], { to: pod({ hostNetwork: true }) })).toMatchObject({
      reach: 'allowed',
      directions: [{}, { because: 'host-network' }],
    });
    const fromClient = network({
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }] }],
    });
    expect(ask([fromClient], { from: { ...client, hostNetwork: true } }).reach).toBe('unknown');
  });

  it('is unknown, never open, where a form is not known', () => {
    const names = cluster({ egress: [{ action: 'Accept', to: [{ domainNames: ['*.example.com'] }] }] });
    expect(ask([names]).reach).toBe('unknown');
    expect(ask([cluster({ egress: [{ action: 'Perhaps', to: [{ namespaces: {} }] }] })]).reach).toBe(
      'unknown',
    );
    expect(ask([network({ ingress: [{ from: [{ somethingNew: {} }] }] })]).reach).toBe('unknown');
  });

  it('asks the admin tier first and the baseline last', () => {
    const deny = { action: 'Deny', from: [{ namespaces: {} }] };
    const plain = network({ ingress: [{}] });
    expect(ask([cluster({ ingress: [deny] }), plain])).toMatchObject({
      reach: 'denied',
      directions: [{}, { tier: 'admin', because: 'rule' }],
    });
    expect(ask([cluster({ tier: 'Baseline', ingress: [deny] }), plain]).reach).toBe('allowed');
    expect(ask([cluster({ tier: 'Baseline', ingress: [deny] })]).reach).toBe('denied');
    const pass = cluster({ priority: 1, ingress: [{ action: 'Pass', from: [{ namespaces: {} }] }] });
    expect(ask([pass, cluster({ ingress: [deny] }), network({ ingress: [] })])).toMatchObject({
      directions: [{}, { tier: 'namespace', passed: [{ kind: 'ClusterNetworkPolicy', rule: '0' }] }],
    });
  });

  it('goes on after a rule that passes, tier by tier, and says so', () => {
    const to = [{ namespaces: {} }];
    const pass = cluster({ ingress: [{ name: 'go-on', action: 'Pass', from: to }] });
    const basePass = cluster({ tier: 'Baseline', ingress: [{ name: 'base', action: 'Pass', from: to }] });
    const [, ingress] = ask([pass, basePass]).directions;
    expect(ingress).toMatchObject({ reach: 'allowed', because: 'default' });
    expect(ingress?.passed?.map(({ rule }) => rule)).toEqual(['go-on', 'base']);
    // A smaller number is asked first.
    const deny = { action: 'Deny', from: to };
    const accept = { action: 'Accept', from: to };
    const both = (one: number, two: number) =>
      ask([
        cluster({ priority: one, ingress: [deny] }, 'one'),
        cluster({ priority: two, ingress: [accept] }, 'two'),
      ]).reach;
    expect([both(1, 2), both(2, 1)]).toEqual(['denied', 'allowed']);
  });

  it('counts a policy of the cluster as narrowing only where it denies something', () => {
    const to = [{ namespaces: {} }];
    const of = (spec: object, kind: 'plain' | 'cluster' = 'cluster') => {
      const [read] = readNetworkPolicies([kind === 'plain' ? network(spec) : cluster(spec)]);
      if (read === undefined) throw new Error('not read');
      return [narrows(read, 'ingress'), narrows(read, 'egress')];
    };
    expect(of({ ingress: [{ action: 'Accept', from: to }] })).toEqual([false, false]);
    expect(of({ ingress: [{ action: 'Pass', from: to }] })).toEqual([false, false]);
    expect(of({ egress: [{ action: 'Deny', to }] })).toEqual([false, true]);
    expect(of({ ingress: [] }, 'plain')).toEqual([true, false]);
  });

  it('takes names that every object of JavaScript has for what they are', () => {
    const kinds = ['__proto__', 'constructor', 'toString'];
    expect(readNetworkPolicies(kinds.map((kind) => ({ kind, spec: {} })))).toEqual([]);
    for (const action of kinds)
      expect(ask([cluster({ ingress: [{ action, from: [{ namespaces: {} }] }] })]).reach).toBe('unknown');
    const exists = { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] };
    expect(ask([network({ podSelector: exists, policyTypes: ['Ingress'] })]).reach).toBe('allowed');
  });

  it('takes anything for a policy without a fault', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('NetworkPolicy', 'ClusterNetworkPolicy', 'AdminNetworkPolicy'),
        (value, kind) => {
          const spec = {
            podSelector: value,
            ingress: [value, { from: [value], ports: [value] }],
            subject: value,
            policyTypes: value,
          };
          expect(['allowed', 'denied', 'unknown']).toContain(
            ask([
              { kind, metadata: value, spec },
              { kind, spec: value },
            ]).reach,
          );
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });
});
