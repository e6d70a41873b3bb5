// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.ts';
import type { Language } from '../text/catalogue.ts';

let folder = '';
const MANIFESTS = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: creator}
rules:
- {verbs: [create], apiGroups: [""], resources: [pods]}
- {verbs: [get], apiGroups: [apps], resources: [deployments/scale], resourceNames: [web]}
---
apiVersion: v1
kind: List
items:
- apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleBinding
  metadata: {name: devs, namespace: shop}
  roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: creator}
  subjects: [{kind: Group, name: devs, apiGroup: rbac.authorization.k8s.io}]
- {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
- {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
- {apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: []}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 5432}]}]}
`;

const bartizan = (words: readonly string[], language: Language = 'en', file = 'all.yaml') =>
  runCommand(['access', ...words, ...(file === '' ? [] : ['--from', join(folder, file)])], {
    language,
    checkout: '',
  });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-access-'));
  writeFileSync(join(folder, 'all.yaml'), MANIFESTS);
  writeFileSync(join(folder, 'broken.yaml'), `${MANIFESTS}---\nkind: [\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('access, from manifests', () => {
  it('says who can, as a table, CSV and JSON', async () => {
    const table = await bartizan(['who-can', 'create', 'pods', '-n', 'shop']);
    expect(table.exitCode).toBe(0);
    expect(table.stdout).toMatch(/Group\/devs +RoleBinding\/shop\/devs +ClusterRole\/creator +create pods/);
    expect(table.stderr).toContain('who may create pods in shop: 1 grants');
    expect((await bartizan(['who-can', 'create', 'pods', '-n', 'shop'], 'ja')).stderr).toContain(
      '誰か：1 件',
    );
    const csv = await bartizan(['who-can', 'create', 'pods', '-n', 'shop', '-o', 'csv']);
    expect(csv.stdout).toBe(
      'subject,binding,role,rule\r\nGroup/devs,RoleBinding/shop/devs,ClusterRole/creator,create pods\r\n',
    );
    const sub = ['who-can', 'get', 'deployments/scale.apps', '-n', 'shop', '-o', 'json'];
    expect(JSON.parse((await bartizan(sub)).stdout)).toMatchObject({ total: 0, unreadable: [] });
    expect(JSON.parse((await bartizan([...sub, '--name', 'web'])).stdout)).toMatchObject({ total: 1 });
    expect(JSON.parse((await bartizan(['who-can', 'create', 'pods', '-o', 'json'])).stdout)).toMatchObject({
      total: 0,
    });
  });

  it('says what somebody can, by name and by group', async () => {
    const of = async (words: string[]) =>
      JSON.parse((await bartizan(['what-can', ...words, '-o', 'json'])).stdout) as unknown;
    expect(await of(['ann'])).toMatchObject({ total: 0 });
    expect(await of(['ann', '--groups', 'devs'])).toMatchObject({ total: 2 });
    expect(await of(['Group/devs'])).toMatchObject({ total: 2, grants: [{ subject: 'Group/devs' }, {}] });
  });

  it('says the way to cluster-admin by its exit code too', async () => {
    const path = await bartizan(['paths', 'Group/devs']);
    expect(path.exitCode).toBe(3);
    expect(path.stdout).toContain('cluster-admin');
    const none = await bartizan(['paths', 'ann']);
    expect([none.exitCode, none.stdout]).toEqual([0, '']);
    expect(none.stderr).toContain('no way from User/ann');
  });

  it('counts the pods that a chart will make', async () => {
    const to = (kind: string, name: string) =>
      `roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${kind}}
subjects: [{kind: ServiceAccount, name: ${name}, namespace: shop}]`;
    writeFileSync(
      join(folder, 'chart.yaml'),
      `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: execer}
rules: [{verbs: [create], apiGroups: [""], resources: [pods/exec]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cluster-admin}
rules: [{verbs: ['*'], apiGroups: ['*'], resources: ['*']}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web, namespace: shop}
${to('execer', 'web')}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: op}
${to('cluster-admin', 'op')}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: op, namespace: shop}
spec: {template: {metadata: {labels: {app: op}}, spec: {serviceAccountName: op, containers: []}}}
---
apiVersion: v1
kind: Service
metadata: {name: op, namespace: shop}
spec: {type: NodePort, selector: {app: op}, ports: [{port: 80, nodePort: 30080}]}
`,
    );
    const path = await bartizan(['paths', 'ServiceAccount/shop/web'], 'en', 'chart.yaml');
    expect(path.stdout).toContain('pod shop/Deployment/op holds a token of shop/op');
    expect(path.exitCode).toBe(3);
    const exposure = await bartizan(['exposure', '-o', 'json'], 'en', 'chart.yaml');
    expect(JSON.parse(exposure.stdout)).toMatchObject([{ name: 'op', pods: ['Deployment/op'] }]);
  });

  it('does not say no where something could not be read', async () => {
    const path = await bartizan(['paths', 'ann'], 'en', 'broken.yaml');
    expect(path.stderr).toContain('unknown');
    expect(path.stderr).toContain('broken.yaml');
    const reach = await bartizan(
      ['reach', 'shop/web', 'shop/db', '--port', '5432', '-o', 'json'],
      'en',
      'broken.yaml',
    );
    expect(JSON.parse(reach.stdout)).toMatchObject({ reach: 'unknown' });
  });

  it('reads what any object lists, however deep, as kubectl makes it', async () => {
    const binding = {
      ...{
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'all' },
      },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'creator' },
      subjects: [{ kind: 'User', name: 'eve', apiGroup: 'rbac.authorization.k8s.io' }],
    };
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, items: [binding] };
    let document: object = config;
    for (let level = 0; level < 8; level++) document = { apiVersion: 'v1', kind: 'List', items: [document] };
    writeFileSync(join(folder, 'listed.yaml'), `${MANIFESTS}---\n${JSON.stringify(document)}\n`);
    const { stdout } = await bartizan(['who-can', 'create', 'pods', '-n', 'shop'], 'en', 'listed.yaml');
    expect(stdout).toMatch(/User\/eve +ClusterRoleBinding\/all/);
  });

  it('says which pod may reach which', async () => {
    const reach = async (port: string) =>
      JSON.parse(
        (await bartizan(['reach', 'shop/web', 'shop/db', '--port', port, '-o', 'json'])).stdout,
      ) as unknown;
    expect(await reach('5432')).toMatchObject({ reach: 'allowed' });
    expect(await reach('22')).toMatchObject({ reach: 'denied' });
    expect((await bartizan(['reach', 'shop/web', 'shop/none', '--port', '1'])).exitCode).not.toBe(0);
    expect((await bartizan(['reach', 'web', 'shop/db', '--port', '1'])).exitCode).not.toBe(0);
  });

  it('says what is exposed, which secrets are used and how old the parts are', async () => {
    writeFileSync(
      join(folder, 'posture.yaml'),
      `apiVersion: v1
kind: Pod
metadata: {name: g, namespace: shop, labels: {app: grafana}}
spec: {containers: [{image: grafana, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: p}}}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: g, namespace: shop}
spec: {type: NodePort, selector: {app: grafana}, ports: [{port: 80, nodePort: 30080}]}
---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {nodeInfo: {kubeletVersion: v1.30.1, containerRuntimeVersion: 'containerd://1.7.2'}}
`,
    );
    const of = async (words: string[]) =>
      JSON.parse((await bartizan([...words, '-o', 'json'], 'en', 'posture.yaml')).stdout) as unknown;
    expect(await of(['exposure'])).toMatchObject([
      { name: 'g', way: 'node-port', guard: 'none', component: 'grafana', isOutside: true },
    ]);
    expect(await of(['secrets'])).toMatchObject([{ name: 'db', readerCount: 0 }]);
    expect((await bartizan(['components'], 'ja', 'posture.yaml')).stdout).toContain('サポート');
    expect((await bartizan(['exposure', '--sort', 'name'], 'en', 'posture.yaml')).exitCode).not.toBe(0);
  });

  it('tells components of the pods that a chart will make', async () => {
    writeFileSync(
      join(folder, 'dns.yaml'),
      `apiVersion: apps/v1
kind: Deployment
metadata: {name: coredns, namespace: kube-system}
spec: {template: {spec: {containers: [{name: dns, image: 'registry.k8s.io/coredns/coredns:v1.11.1'}]}}}
`,
    );
    const { stdout } = await bartizan(['components', '-o', 'json'], 'en', 'dns.yaml');
    expect(JSON.parse(stdout)).toMatchObject([{ product: 'coredns', version: 'v1.11.1' }]);
  });

  it('says which versions of the API manifests are written in that a release removes', async () => {
    writeFileSync(
      join(folder, 'old.yaml'),
      `apiVersion: batch/v1beta1
kind: CronJob
metadata: {name: report, namespace: shop}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
`,
    );
    const words = ['components', '--server', 'v1.24.3'];
    const json = await bartizan([...words, '-o', 'json'], 'en', 'old.yaml');
    expect(JSON.parse(json.stdout)).toMatchObject([
      {
        product: 'kubernetes',
        apiUseCount: 1,
        apiUses: [
          {
            ...{ apiVersion: 'batch/v1beta1', kind: 'CronJob', source: 'manifest', removedIn: '1.25' },
            ...{ about: 'CronJob/shop/report', replacement: 'batch/v1', isRemoved: false },
          },
        ],
      },
    ]);
    expect((await bartizan(words, 'en', 'old.yaml')).stdout).toContain('1 batch/v1beta1/CronJob(1.25)');
    expect((await bartizan(words, 'ja', 'old.yaml')).stdout).toContain('旧 API');
    const uses = ['api-uses', '--server', 'v1.26.0'];
    expect(JSON.parse((await bartizan([...uses, '-o', 'json'], 'en', 'old.yaml')).stdout)).toMatchObject([
      { apiVersion: 'batch/v1beta1', about: 'CronJob/shop/report', removedIn: '1.25', isRemoved: true },
    ]);
    expect((await bartizan(uses, 'en', 'old.yaml')).stdout).toMatch(
      /1\.25\s+batch\/v1beta1 CronJob\s+batch\/v1/u,
    );
    expect((await bartizan(uses, 'ja', 'old.yaml')).stdout).toContain('移行先');
  });
});

describe('what is not used', () => {
  it('is asked of one subject or of everybody, and flags of the other form are refused before anything is asked', async () => {
    const one = [
      ['--minimum-hours', '1'],
      ['--groups', 'a'],
      ['-o', 'manifests'],
    ];
    for (const flags of one) {
      const told = await bartizan(['unused', ...flags], 'en', '');
      expect(told.stderr).toContain('are about one subject: name it');
      expect(told.exitCode).toBe(2);
      expect(told.stdout).toBe('');
    }
    const all = [
      ['--filter', 'origin:given'],
      ['--sort', 'unseen'],
      ['--limit', '1'],
    ];
    for (const flags of all) {
      const told = await bartizan(['unused', 'ann', ...flags], 'ja', '');
      expect(told.stderr).toContain('一覧用です');
      expect(told.exitCode).toBe(2);
    }
  });
});
