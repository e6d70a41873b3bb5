// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanRecord } from '@bartizan/adapters/store';
import { type FindingException, ROUTES, type Route } from '@bartizan/contracts';
import type { ComplianceRun } from '@bartizan/contracts/compliance';
import {
  aCheck,
  aContainer,
  aFinding,
  aFlow,
  aNode,
  anAccessRequest,
  anAdmissionDecision,
  anAdmissionRule,
  anApiKey,
  anImage,
  aProcessEvent,
  aRegistry,
  aSecurityEvent,
  aStoredException,
  aStoredRule,
  aUser,
  aWorkload,
  openStoreInPlace,
  type TestStore,
} from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiStage, buildApiStage } from '../testing/api-stage.ts';

const SCOPE = { kind: 'system', purpose: 'test' } as const;
const routes: readonly Route[] = ROUTES;
/** Ids of records of tenant `default`, by the beginning of the path. */
const IDS: Readonly<Record<string, string>> = {
  users: 'u-1',
  'api-keys': 'k-1',
  nodes: 'n-1',
  workloads: 'w-1',
  containers: 'c-1',
  findings: 'f-1',
  registries: 'r-1',
  events: 'n-1:boot-1:security:1',
  explain: 'f-1',
  images: 'sha256:aa',
  exceptions: 'x-1',
  rules: 'custom.privileged',
  decisions: 'd-1',
  requests: 'a-1',
  runs: 'run-1',
};
const QUERIES: Readonly<Record<string, string>> = { 'package.places': '?purl=x' };
const BODIES: Readonly<Record<string, unknown>> = {
  'admission.rule.put': { rule: anAdmissionRule(), enabled: true },
  'user.update': { displayName: 'x' },
  'access.request.refuse': { decision: 'no' },
  'access.request.approve': {},
  'finding.accept': { reason: 'mine', expiresAtMs: Date.UTC(2026, 5, 1) },
  'node.command': { command: 'scan-now' },
  'registry.update': {
    name: 'theirs',
    kind: 'docker',
    host: 'r.example',
    plainHttp: false,
    includes: [],
    excludes: [],
    platforms: [],
    schedule: { kind: 'manual' },
    concurrency: 1,
  },
};
let test: TestStore;
let stage: ApiStage;
let own = '';
let other = '';

const OURS = { kind: 'tenant', cluster: 'local', tenant: 'default' } as const;
const aList = (workload: string): ScanRecord => ({
  workload,
  scan: 's',
  distribution: 'debian 12',
  distributionName: 'Debian',
  packages: [{ name: 'openssl', version: '1', ecosystem: 'npm', purl: 'x', cataloger: 'npm', locations: [] }],
  coverage: [],
  incomplete: [],
  scannedAtMs: 1,
  matchedWith: '',
});
const exception: FindingException = {
  id: 'x-1',
  cluster: 'local',
  tenant: 'default',
  match: { package: 'nothing' },
  owner: 'aiko',
  reason: 'known',
  expiresAtMs: Date.UTC(2030, 0, 1),
  createdBy: 'aiko',
  createdAtMs: 1,
  matches: 0,
};

const aRun: ComplianceRun = {
  id: 'run-1',
  at: 1,
  cluster: 'local',
  tenant: 'default',
  nodes: [],
  benchmarks: [],
  counts: { pass: 0, fail: 0, unknown: 0, manual: 0, notApplicable: 0 },
  results: [],
  evidence: [],
};

const pathOf = (route: Route): string => {
  const [, first = '', second = ''] = route.path.split('/');
  const head = ['admission', 'compliance', 'access'].includes(first) ? second : first;
  const path = route.path
    .slice(1)
    .replace(':id', encodeURIComponent(IDS[head] ?? 'none'))
    .replace(':control', 'k03-rbac');
  return `${path}${QUERIES[route.id] ?? ''}`;
};
const call = (route: Route, token: string) =>
  stage.ask({
    method: route.method,
    path: pathOf(route),
    token,
    ...(BODIES[route.id] === undefined ? {} : { body: BODIES[route.id] }),
  });

beforeAll(async () => {
  test = await openStoreInPlace();
  const { store } = test;
  const put = [
    await store.nodes.put(SCOPE, [aNode()]),
    await store.workloads.put(SCOPE, [aWorkload()]),
    await store.containers.put(SCOPE, [aContainer()]),
    await store.images.put(SCOPE, [anImage()]),
    await store.findings.put(SCOPE, [aFinding()]),
    await store.registries.put(SCOPE, [aRegistry()]),
    await store.checks.put(SCOPE, [aCheck()]),
    await store.users.put(SCOPE, { user: aUser(), passwordHash: 'x', previousHashes: [], failures: 0 }),
    await store.apiKeys.putWithHash(SCOPE, anApiKey({ expiresAtMs: Date.UTC(2030, 1, 1) }), 'hash'),
    await store.events.append(SCOPE, [aSecurityEvent(1), aProcessEvent(1), aFlow(1)]),
    await store.scans.put(OURS, aList('w-1')),
    await store.scans.put(OURS, { ...aList('sha256:aa'), of: 'image' }),
    await store.exceptions.put(SCOPE, [exception]),
    await store.admissionRules.put(SCOPE, [aStoredRule()]),
    await store.admissionDecisions.put(SCOPE, [anAdmissionDecision()]),
    await store.admissionExceptions.put(SCOPE, [aStoredException()]),
    await store.complianceRuns.put(SCOPE, [aRun]),
    await store.accessRequests.put(SCOPE, [anAccessRequest()]),
  ];
  expect(put.every((one) => one.ok)).toBe(true);
  stage = await buildApiStage(store, test.clock);
  own = await stage.keyOf('admin');
  other = await stage.keyOf('admin', 'other');
}, 60_000);
afterAll(async () => {
  await stage?.report.server.close();
  await test?.remove();
});

describe('the administrator of another tenant', () => {
  /** What comes with the product is everybody's. */
  const OF_PRODUCT = ['compliance.framework'];
  const withId = routes.filter((route) => route.path.includes(':id') && !OF_PRODUCT.includes(route.id));

  it.each(withId.filter(({ method }) => method === 'GET'))('finds nothing at $path', async (route) => {
    expect([route.id, (await call(route, own)).status]).toEqual([route.id, 200]);
    const answer = await call(route, other);
    expect([route.id, answer.status, answer.json]).toMatchObject([route.id, 404, { code: 'E_NOT_FOUND' }]);
  });

  it.each(withId.filter(({ method }) => method !== 'GET'))(
    'changes nothing by $method $path',
    async (route) => {
      const answer = await call(route, other);
      expect([route.id, answer.status]).toEqual([route.id, 404]);
      expect(stage.sent).toEqual([]);
      const user = await test.store.users.byId(SCOPE, 'u-1');
      const key = await test.store.apiKeys.get(SCOPE, 'k-1');
      const finding = await test.store.findings.get(SCOPE, 'f-1');
      const registry = await test.store.registries.get(SCOPE, 'r-1');
      const request = await test.store.accessRequests.get(SCOPE, 'a-1');
      expect([user, key, finding, registry, request]).toMatchObject([
        { value: { user: { displayName: 'Aiko', mustChangePassword: false }, passwordHash: 'x' } },
        { value: { revoked: false } },
        { value: { state: 'open' } },
        { value: { name: 'ours' } },
        { value: { state: 'asked' } },
      ]);
    },
  );

  const OF_ALL = ['rule.list', 'api-key.list'];
  it.each(routes.filter((route) => route.list === true && !route.path.includes(':id')))(
    'sees nothing in the list $path',
    async (route) => {
      const answer = await call(route, other);
      // To another tenant there is no cluster: that is said, and nothing of it.
      const ofCluster =
        route.tag === 'access' && route.path.startsWith('/access/') && route.id !== 'access.requests';
      expect([route.id, answer.status]).toEqual([route.id, ofCluster ? 409 : 200]);
      if (ofCluster) return;
      // The audit log of a tenant names what its own people tried, also in vain.
      if (route.id === 'audit.list') return;
      expect(answer.text).not.toMatch(/"(?:u|k|n|w|c|f|r|a)-1"/u);
      if (!OF_ALL.includes(route.id)) expect(answer.json).toMatchObject({ items: [] });
      const csv = await stage.ask({ path: pathOf(route), token: other, headers: { accept: 'text/csv' } });
      expect(csv.text).not.toMatch(/\b(?:u|k|n|w|c|f|r|a)-1\b/u);
    },
  );

  it('sees in counts, map and audit log only what is its own', async () => {
    const status = await stage.ask({ path: 'system', token: other });
    expect(status.json).toMatchObject({
      counts: { nodes: 0, workloads: 0, packages: 0, events24h: 0, openFindings: {} },
    });
    expect((await stage.ask({ path: 'map', token: other })).json).toMatchObject({ nodes: [], edges: [] });
    expect((await stage.ask({ path: 'system', token: own })).json).toMatchObject({
      counts: { nodes: 1, workloads: 1, packages: 1, openFindings: { high: '1' } },
    });
    const audit = await stage.ask({ path: 'audit?limit=1000', token: other });
    expect(audit.text).not.toContain('"tenant":"default"');
  });
});
