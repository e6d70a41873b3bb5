// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CheckResult, DEFAULT_TENANT, LOCAL_CLUSTER, parser, tenantScope } from '@bartizan/contracts';
import { type ComplianceRun, FrameworkAssessment } from '@bartizan/contracts/compliance';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKnowledge } from '../../decide/rule-book.ts';
import { type ApiStage, buildApiStage } from '../../testing/api-stage.ts';

const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
const CONTENT = new URL('../../../../../content', import.meta.url).pathname;

let test: TestStore;
let stage: ApiStage;
let reader = '';
let stranger = '';

function knownFrameworks() {
  const quiet = () => undefined;
  const loaded = loadKnowledge(CONTENT, { debug: quiet, info: quiet, warn: quiet, error: quiet });
  if (!loaded.ok) throw new Error(loaded.error.detail);
  return loaded.value.frameworks;
}

const check = (id: string, outcome: CheckResult['outcome'], ageMs = 0): CheckResult => ({
  check: id,
  cluster: LOCAL_CLUSTER,
  tenant: DEFAULT_TENANT,
  subject: { workload: `host-${id}`, kind: 'Host', namespace: '', name: '=node-1' },
  outcome,
  severity: 'high',
  title: { en: 'title', ja: '名前' },
  evidence: ['seen'],
  owasp: { 2022: [], 2025: [] },
  checkedAtMs: test.clock.nowMs() - ageMs,
});

beforeAll(async () => {
  test = await openStoreInPlace();
  stage = await buildApiStage(test.store, test.clock, { frameworks: knownFrameworks() });
  reader = await stage.keyOf('security-reader');
  stranger = await stage.keyOf('security-reader', 'other');
  const put = await test.store.checks.put(SCOPE, [
    check('host.time-sync', 'pass'),
    check('host.logs-remote', 'fail'),
    check('host.docker-insecure-registries', 'pass', 8 * 24 * 3600_000),
  ]);
  expect(put.ok).toBe(true);
});
afterAll(() => test.remove());

const get = (path: string, token = reader) => stage.ask({ path: `compliance/${path}`, token });
const parse = parser(FrameworkAssessment);
const controlOf = async (framework: string, id: string, token = reader) => {
  const parsed = parse((await get(`frameworks/${framework}`, token)).json);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error[0]));
  return parsed.value.controls.find((control) => control.id === id);
};

describe('frameworks', () => {
  it('are listed with both editions of the OWASP list', async () => {
    const told = await get('frameworks');
    expect(told.status).toBe(200);
    const ids = JSON.stringify(told.json);
    for (const id of ['ismap', 'fisc', 'pci-dss-4', 'owasp-kubernetes-2022', 'owasp-kubernetes-2025'])
      expect(ids).toContain(`"${id}"`);
  });
  it('tell a control that is met, one that is not, one whose evidence is too old, and one for people', async () => {
    expect((await controlOf('nist-800-53-r5', 'AU-8'))?.state).toBe('met');
    expect(await controlOf('pci-dss-4', '10.3.3')).toMatchObject({ state: 'not-met', failed: 1 });
    expect(await controlOf('nist-800-190', '4.2.1')).toMatchObject({
      state: 'unknown',
      mappings: [{ state: 'stale', title: { en: 'Docker checks the certificates of all registries' } }],
    });
    expect((await controlOf('pci-dss-4', '12.1.1'))?.state).toBe('not-judged');
  });
  it('take what is said of exposure, secrets and versions of the cluster, and of who may do what', async () => {
    const put = await test.store.checks.put(SCOPE, [
      check('exposed.administration', 'fail'),
      check('exposed.without-policy', 'pass'),
      check('secret.in-environment', 'pass'),
      check('secret.readable-by-everyone', 'unknown'),
      check('version.supported', 'fail'),
      check('access.path-to-admin', 'fail'),
      check('cloud.metadata-reachable', 'fail'),
    ]);
    expect(put.ok).toBe(true);
    const stateOf = async (framework: string, id: string, ref: string) => {
      const found = (await controlOf(framework, id))?.mappings.find((one) => one.ref === ref);
      return found === undefined ? undefined : [found.state, found.title.en === ref];
    };
    expect(await stateOf('soc2', 'CC6.6', 'posture:exposed.administration')).toEqual(['fail', false]);
    expect(await stateOf('soc2', 'CC6.6', 'posture:exposed.without-policy')).toEqual(['pass', false]);
    expect(await stateOf('pci-dss-4', '8.6.2', 'posture:secret.in-environment')).toEqual(['pass', false]);
    expect(await stateOf('nist-800-53-r5', 'AC-3', 'posture:secret.readable-by-everyone')).toEqual([
      'unknown',
      false,
    ]);
    expect(await stateOf('disa-stig-kubernetes', 'V-242442', 'posture:version.supported')).toEqual([
      'fail',
      false,
    ]);
    expect(await stateOf('ismap', '9.2.3', 'access:access.path-to-admin')).toEqual(['fail', false]);
    const owasp = 'owasp-kubernetes-2025';
    expect(await stateOf(owasp, 'K06', 'posture:exposed.administration')).toEqual(['fail', false]);
    expect(await stateOf(owasp, 'K08', 'posture:cloud.metadata-reachable')).toEqual(['fail', false]);
    // No cluster is watched here: nothing is said of what nobody asked.
    expect(await stateOf('nist-800-53-r5', 'SC-7', 'posture:network.pod-without-policy')).toEqual([
      'no-data',
      false,
    ]);
  });
  it('show a tenant nothing of another: no data, never met', async () => {
    expect(await controlOf('nist-800-53-r5', 'AU-8', stranger)).toMatchObject({
      state: 'unknown',
      mappings: [{ state: 'no-data' }],
    });
  });
  it('are refused without a login, and to who may not read scores', async () => {
    expect((await stage.ask({ path: 'compliance/frameworks' })).status).toBe(401);
    expect((await get('frameworks', await stage.keyOf('ci'))).status).toBe(403);
  });
  it('that nobody knows, and runs that nobody made, are not found', async () => {
    expect((await get('frameworks/none')).status).toBe(404);
    expect((await get('frameworks/ismap?run=none')).status).toBe(404);
    expect((await get('frameworks/ismap?compare=none')).status).toBe(404);
  });
});

describe('runs of benchmarks', () => {
  const run = (id: string, at: number, status: 'pass' | 'fail', node = 'n-1'): ComplianceRun => ({
    id,
    at,
    cluster: LOCAL_CLUSTER,
    tenant: DEFAULT_TENANT,
    nodes: [{ node, name: node.replace('n-', 'node-'), managed: false, roles: ['master'] }],
    benchmarks: [],
    counts: { pass: 0, fail: 0, unknown: 0, manual: 0, notApplicable: 0 },
    results: [
      {
        benchmark: 'cis-kubernetes-1.11',
        check: '1.2.1',
        node,
        status,
        reason: { en: 'seen', ja: '確認' },
        evidence: [],
      },
    ],
    evidence: [],
  });
  it('answer a control that names another edition, and are compared', async () => {
    const now = test.clock.nowMs();
    const put = await test.store.complianceRuns.put(SCOPE, [
      run('run-old', now - 3600_000, 'fail'),
      run('run-new', now, 'pass'),
    ]);
    expect(put.ok).toBe(true);
    expect((await controlOf('disa-stig-kubernetes', 'V-242390'))?.state).toBe('met');
    const ofList = (await controlOf('owasp-kubernetes-2022', 'K09'))?.mappings ?? [];
    expect(ofList.find(({ ref }) => ref === 'benchmark:cis-kubernetes-1.12/1.2.1')?.state).toBe('pass');
    expect(ofList.some(({ ref }) => ref.startsWith('posture:benchmark.'))).toBe(false);
    const told = await get('frameworks/disa-stig-kubernetes?compare=run-old');
    const parsed = parse(told.json);
    expect(parsed.ok ? parsed.value.change?.repaired : told.text).toEqual([
      { ref: 'benchmark:cis-kubernetes-1.12/1.2.1', subject: 'node-1', node: 'node-1' },
    ]);
    const old = await get('frameworks/disa-stig-kubernetes?run=run-old');
    expect(old.text).toContain('"not-met"');
  });
  it('are compared with the newest one of the same node, not with those of others', async () => {
    const now = test.clock.nowMs();
    const put = await test.store.complianceRuns.put(SCOPE, [
      run('run-old', now - 3600_000, 'fail'),
      run('run-new', now, 'fail'),
      run('run-other', now, 'fail', 'n-2'),
    ]);
    expect(put.ok).toBe(true);
    const parsed = parse((await get('frameworks/disa-stig-kubernetes?compare=run-old')).json);
    const change = parsed.ok ? parsed.value.change : undefined;
    expect(change?.newlyFailing).toEqual([]);
    expect(change?.stillOpen.map(({ node }) => node)).toEqual(['node-1']);
    // All nodes are told of beside it.
    const failed = parsed.ok ? parsed.value.controls.find(({ id }) => id === 'V-242390')?.failed : undefined;
    expect(failed).toBe(2);
    const csv = await get('reports?framework=disa-stig-kubernetes&format=csv&lang=en&compare=run-old');
    const rows = csv.text.split('\r\n').filter((row) => row.includes('Still open'));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(/,V-242390,.*,node-1,.*,Still open,run-old \(.*\)$/u);
  });
});

describe('reports', () => {
  it('come in every form and both languages, named by framework, language and day', async () => {
    for (const lang of ['en', 'ja'])
      for (const [format, start] of [
        ['pdf', '%PDF-1.7'],
        ['csv', '\uFEFF'],
        ['oscal', '{"assessment-results"'],
        ['json', '{"id":"ismap"'],
      ] as const) {
        const told = await get(`reports?framework=ismap&format=${format}&lang=${lang}`);
        expect(told.status).toBe(200);
        expect(told.text.startsWith(start)).toBe(true);
        expect(String(told.headers['content-disposition'])).toMatch(
          new RegExp(`filename="bartizan-ismap-${lang}-\\d{4}-\\d\\d-\\d\\d\\.`),
        );
      }
  });
  it('hold ISMAP, FISC and PCI DSS together in the audit pack', async () => {
    const { text } = await get('reports?framework=audit-pack-japan&format=csv&lang=ja');
    for (const title of ['ISMAP 管理基準', 'FISC', 'PCI DSS']) expect(text).toContain(title);
    expect(text).toContain(`'=node-1`);
  });
  it('in a form or language that does not exist are refused', async () => {
    expect((await get('reports?framework=ismap&format=doc&lang=en')).status).toBe(400);
    expect((await get('reports?framework=ismap&format=pdf&lang=fr')).status).toBe(400);
  });
});
