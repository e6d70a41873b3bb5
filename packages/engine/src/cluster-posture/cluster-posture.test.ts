// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { AccessGraph, readAccess } from '../access/index.ts';
import { Reachability, readNetworkPolicies, readPod } from '../reachability/index.ts';
import {
  type ClusterClaim,
  clusterClaims,
  componentsOf,
  exposureOf,
  type ProbeResult,
  readPostureObjects,
  secretUses,
} from './index.ts';

type Json = Record<string, unknown>;
const NOW_MS = Date.UTC(2026, 10, 28);
const LIFECYCLE = {
  asOf: '2026-11-28',
  windows: [
    { product: 'kubernetes', release: '1.33', endsOn: '2026-06-28' },
    { product: 'kubernetes', release: '1.35', endsOn: '2027-02-01' },
    { product: 'kubernetes', release: '1.37', endsOn: '2027-10-28' },
    { product: 'containerd', release: '2.0', endsOn: '2025-11-07' },
  ],
};

const object = (
  kind: string,
  name: string,
  more: Json = {},
  namespace = 'shop',
  metadata: Json = {},
): Json => ({
  kind,
  metadata: { name, namespace, ...metadata },
  ...more,
});
const pod = (name: string, spec: Json = {}, labels: Json = { app: name }): Json =>
  object('Pod', name, { spec: { containers: [{ image: `registry.example/${name}:1` }], ...spec } }, 'shop', {
    labels,
  });
const service = (name: string, spec: Json, metadata: Json = {}): Json =>
  object(
    'Service',
    name,
    { spec: { selector: { app: name }, ports: [{ port: 80, nodePort: 30080 }], ...spec } },
    'shop',
    metadata,
  );
const node = (name: string, info: Json, providerID = ''): Json =>
  object('Node', name, { spec: { providerID }, status: { nodeInfo: info } }, '');
const role = (name: string, rules: Json[]): Json => object('ClusterRole', name, { rules }, '');
const bind = (name: string, subjects: Json[]): Json =>
  object('ClusterRoleBinding', name, { roleRef: { kind: 'ClusterRole', name }, subjects }, '');

/** Everything that is told about some objects. */
function judge(
  objects: readonly Json[],
  more: {
    readonly unreadable?: string[];
    readonly unreadPolicies?: string[];
    readonly server?: string;
    readonly probes?: readonly ProbeResult[];
  } = {},
) {
  const { unreadable = [], unreadPolicies = [], server = 'v1.37.2' } = more;
  const posture = readPostureObjects(objects);
  const reachability = new Reachability(readNetworkPolicies(objects));
  const exposure = exposureOf(posture, { reachability, namespaceLabels: () => ({}), unreadPolicies });
  const secrets = secretUses(posture, new AccessGraph(readAccess(objects)));
  const components = componentsOf(posture, server, { lifecycle: LIFECYCLE, nowMs: NOW_MS });
  const endpoints = objects.filter(({ kind }) => kind === 'Pod').map((one) => readPod(one, {}));
  const claims = [
    ...clusterClaims({
      ...{
        objects: posture,
        namespaces: ['shop'],
        endpoints,
        reachability,
        exposure,
        secrets,
        components,
        probes: more.probes ?? [],
      },
      ...{ unreadable, unreadPolicies, unreadUses: [], nowMs: NOW_MS },
    }),
  ];
  const of = (check: string, about?: string): ClusterClaim | undefined =>
    claims.find((one) => one.check.id === check && (about === undefined || one.about === about));
  return { exposure, secrets, components, claims, of };
}

describe('secrets in use', () => {
  const takes = [
    pod('web', {
      containers: [
        { image: 'web', env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'p' } } }] },
        { image: 'web', envFrom: [{ secretRef: { name: 'all' } }] },
      ],
      volumes: [
        { secret: { secretName: 'tls' } },
        { projected: { sources: [{ secret: { name: 'parts' } }] } },
      ],
      imagePullSecrets: [{ name: 'pull' }],
    }),
    object('Ingress', 'front', { spec: { tls: [{ secretName: 'tls' }] } }),
  ];

  it('are found in every place where a pod or an ingress names one', () => {
    const found = judge(takes).secrets.map(({ name, users }) => [
      name,
      ...users.map(({ by, way }) => `${by} ${way}`),
    ]);
    expect(found).toEqual([
      ['db', 'Pod/web environment'],
      ['all', 'Pod/web environment'],
      ['tls', 'Pod/web file', 'Ingress/front ingress-tls'],
      ['parts', 'Pod/web file'],
      ['pull', 'Pod/web image-pull'],
    ]);
    expect(judge(takes).of('secret.in-environment')).toMatchObject({
      outcome: 'fail',
      evidence: ['Pod/web: Secret/shop/db', 'Pod/web: Secret/shop/all'],
    });
  });

  it('say who may read each, by name and by verb', () => {
    const { secrets, of } = judge([
      ...takes,
      role('named', [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['db'] }]),
      bind('named', [{ kind: 'Group', name: 'system:authenticated' }]),
      role('lister', [{ verbs: ['list'], apiGroups: [''], resources: ['secrets'] }]),
      bind('lister', [
        { kind: 'User', name: 'ann' },
        { kind: 'ServiceAccount', name: 'token-cleaner', namespace: 'kube-system' },
      ]),
    ]);
    const readers = Object.fromEntries(secrets.map((one) => [one.name, one.readers]));
    expect(readers['db']).toEqual(['Group/system:authenticated', 'User/ann']);
    expect(readers['tls']).toEqual(['User/ann']);
    expect(of('secret.readable-by-everyone')).toMatchObject({
      outcome: 'fail',
      evidence: ['Secret/shop/db: Group/system:authenticated'],
    });
  });

  it('are unknown, not safe, where roles or pods cannot be read', () => {
    expect(
      judge(takes, { unreadable: ['ClusterRoleBinding'] }).of('secret.readable-by-everyone'),
    ).toMatchObject({
      outcome: 'unknown',
      evidence: ['unread: ClusterRoleBinding'],
    });
    expect(judge(takes).of('secret.readable-by-everyone')?.outcome).toBe('pass');
    expect(judge([]).of('secret.readable-by-everyone')?.outcome).toBe('not-applicable');
  });
});

describe('exposure', () => {
  it('lists each way out, and what is behind it', () => {
    const { exposure } = judge([
      pod('web'),
      pod('agent', { hostNetwork: true }),
      pod('port', { containers: [{ image: 'x', ports: [{ containerPort: 80, hostPort: 8080 }] }] }),
      service('web', { type: 'LoadBalancer', loadBalancerSourceRanges: ['192.0.2.0/24'] }),
      service('web2', { type: 'NodePort', selector: { app: 'web' }, externalIPs: ['198.51.100.7'] }),
      service('plain', {}),
      service(
        'inside',
        { type: 'LoadBalancer' },
        {
          annotations: { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal' },
        },
      ),
      object('Ingress', 'front', {
        spec: {
          rules: [{ host: 'shop.example', http: { paths: [{ backend: { service: { name: 'web' } } }] } }],
        },
      }),
    ]);
    expect(exposure.map(({ name, way, pods, ports }) => [name, way, pods.length, ports[0]?.number])).toEqual([
      ['web', 'load-balancer', 1, 80],
      ['web2', 'node-port', 1, 30080],
      ['web2', 'external-ip', 1, 80],
      ['inside', 'internal-load-balancer', 0, 80],
      ['front', 'ingress', 1, undefined],
      ['agent', 'host-network', 1, undefined],
      ['port', 'host-port', 1, 8080],
    ]);
  });

  it('finds administration pages by image and by label, unless their sources are limited', () => {
    const grafana = pod(
      'g',
      { containers: [{ image: 'docker.io/grafana/grafana:12@sha256:0' }] },
      { app: 'g' },
    );
    const labelled = pod('d', {}, { app: 'd', 'k8s-app': 'kubernetes-dashboard' });
    const { of } = judge([
      grafana,
      labelled,
      service('g', { type: 'NodePort' }),
      service('d', { type: 'LoadBalancer', loadBalancerSourceRanges: ['192.0.2.0/24'] }),
    ]);
    expect(of('exposed.administration', 'Service/shop/g')).toMatchObject({
      outcome: 'fail',
      evidence: ['Service/shop/g: node-port 30080 → grafana'],
    });
    expect(of('exposed.administration', 'Service/shop/d')?.outcome).toBe('pass');
  });

  it('asks whether a policy narrows it, and does not guess where policies cannot be read', () => {
    const objects = [pod('web'), service('web', { type: 'NodePort' })];
    const policy = object('NetworkPolicy', 'in', {
      spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] },
    });
    const outcome = (...judged: Parameters<typeof judge>) =>
      judge(...judged).of('exposed.without-policy')?.outcome;
    expect(outcome(objects)).toBe('fail');
    expect(outcome([...objects, policy])).toBe('pass');
    expect(outcome(objects, { unreadPolicies: ['NetworkPolicy'] })).toBe('unknown');
    expect(outcome([service('web', { type: 'NodePort' })])).toBe('unknown');
  });
});

describe('the cloud', () => {
  const aws = node('n1', { kubeletVersion: 'v1.37.1' }, 'aws:///eu-west-1a/i-1');
  const account = (name: string) =>
    object('ServiceAccount', name, {}, 'shop', {
      annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/r' },
    });

  it('says which pods reach the metadata service, and that it does not matter where there is none', () => {
    const outcome = (...judged: Parameters<typeof judge>) =>
      judge(...judged).of('cloud.metadata-reachable')?.outcome;
    const egress = (except: string[]) =>
      object('NetworkPolicy', 'out', {
        spec: {
          podSelector: {},
          policyTypes: ['Egress'],
          egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except } }] }],
        },
      });
    expect(outcome([pod('web')])).toBe('not-applicable');
    expect(outcome([pod('web'), aws])).toBe('fail');
    expect(outcome([pod('web'), aws, egress([])])).toBe('fail');
    expect(outcome([pod('web'), aws, egress(['169.254.169.254/32'])])).toBe('pass');
    expect(outcome([pod('web', { hostNetwork: true }), aws, egress(['169.254.169.254/32'])])).toBe('fail');
    expect(outcome([pod('web'), aws], { unreadPolicies: ['NetworkPolicy'] })).toBe('unknown');
    expect(outcome([pod('web')], { unreadable: ['Node'] })).toBe('unknown');
  });

  it('finds roles of default accounts and of exposed pods', () => {
    const { of } = judge([
      account('default'),
      account('own'),
      pod('web', { serviceAccountName: 'own' }),
      service('web', { type: 'NodePort' }),
    ]);
    expect(of('cloud.default-account-role', 'ServiceAccount/shop/default')?.outcome).toBe('fail');
    expect(of('cloud.default-account-role', 'ServiceAccount/shop/own')?.outcome).toBe('pass');
    expect(of('cloud.exposed-pod-role', 'Service/shop/web')).toMatchObject({
      outcome: 'fail',
      evidence: ['shop/web → aws: arn:aws:iam::1:role/r'],
    });
  });
});

describe('versions', () => {
  it('tell ended, soon ending, supported and unknown apart', () => {
    const info = (kubeletVersion: string, containerRuntimeVersion: string) => ({
      kubeletVersion,
      containerRuntimeVersion,
      osImage: 'Debian GNU/Linux 12',
      kernelVersion: '6.1.0',
    });
    const { components, of } = judge(
      [
        node('old', info('v1.33.4', 'containerd://2.0.1')),
        node('soon', info('v1.35.1', 'containerd://1.6.20~ds1')),
        node('new', info('v1.38.0', 'cri-o://1.37.0')),
        node('lies', info('latest', 'own://1')),
      ],
      { server: 'v1.37.2' },
    );
    const shown = components
      .filter(({ product }) => product !== 'kernel' && product !== 'system')
      .map(({ where, product, support, behind }) => [where, product, support, behind]);
    expect(shown).toEqual([
      ['cluster', 'kubernetes', 'supported', undefined],
      ['Node/old', 'kubelet', 'ended', 4],
      ['Node/old', 'containerd', 'ended', undefined],
      ['Node/soon', 'kubelet', 'ends-soon', 2],
      ['Node/soon', 'containerd', 'unknown', undefined],
      ['Node/new', 'kubelet', 'unknown', -1],
      ['Node/new', 'cri-o', 'supported', undefined],
      ['Node/lies', 'kubelet', 'unknown', undefined],
    ]);
    const outcomes = (check: string) =>
      ['old', 'soon', 'new', 'lies'].map((name) => of(check, `Node/${name}`)?.outcome);
    expect(outcomes('version.supported')).toEqual(['fail', 'unknown', 'unknown', 'unknown']);
    expect(outcomes('version.skew')).toEqual(['fail', 'pass', 'fail', 'unknown']);
    expect(of('version.supported', 'Cluster')?.outcome).toBe('pass');
  });

  it('read hostile objects as nothing', () => {
    const hostile = [
      {
        kind: 'Pod',
        metadata: 7,
        spec: { containers: 'x', volumes: [null, { secret: [] }], hostNetwork: 'true' },
      },
      { kind: 'Service', spec: { selector: [], ports: [{ port: 'a' }], type: 'LoadBalancer' } },
      { kind: 'Ingress', spec: { rules: [{ http: { paths: {} } }], tls: [7] } },
      {
        kind: 'Node',
        status: { nodeInfo: { kubeletVersion: ['v1.1.1'] } },
        spec: { providerID: '__proto__://x' },
      },
      { kind: 'ServiceAccount', metadata: { annotations: { 'eks.amazonaws.com/role-arn': {} } } },
    ];
    expect(judge(hostile as Json[]).claims.map(({ outcome }) => outcome)).not.toContain('fail');
  });
});
