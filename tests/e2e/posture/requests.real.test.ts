// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OPT_IN_RIGHTS, RIGHTS } from '@bartizan/cli';
import type { AccessRequest, ResponseOf } from '@bartizan/contracts';
import { ControllerProcess, type Told } from '@bartizan/testkit/attack';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubebox, serviceAccountToken, tokenKubeconfig, useCluster } from '../../cluster/kubebox.ts';
import { SecondApiServer } from '../../cluster/second-api-server.ts';
import { cli } from './audit-setup.ts';
import { Person } from './person.ts';

/** From the end of the time to "no". */
const PROMISE_MS = 2_000;
const SHORTEST_MS = 1_000;
const within = <T>(check: () => Promise<T>, timeout = 5 * PROMISE_MS): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 100 });
const requestOf = ({ status, json }: Told): AccessRequest => {
  if (status >= 400) throw new Error(JSON.stringify(json));
  return json as unknown as AccessRequest;
};
const READ = [
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ServiceAccount',
  'Pod',
  'Namespace',
];
const VIEW = { role: { kind: 'ClusterRole', name: 'view' }, namespace: 'shop' };

describe.skipIf(!hasKubebox)('access for a time in a real cluster', { timeout: 200_000 }, () => {
  const up = useCluster();
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-requests-'));
  const server = new SecondApiServer(up);
  let controller: ControllerProcess;
  let asker: Person;
  let admin: Person;
  let worker = '';

  /** What the API server answers the service account itself. */
  const may = async (verb: string, resource: string): Promise<boolean> => {
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, resource, namespace: 'shop' } },
    };
    const args = [
      '--kubeconfig',
      worker,
      'create',
      '--validate=false',
      '-f',
      '-',
      '-o',
      'jsonpath={.status.allowed}',
    ];
    return (await up().kubectl(args, JSON.stringify(review))).trim() === 'true';
  };
  const ask = async (more: object, durationMs: number): Promise<AccessRequest> => {
    const subject = { kind: 'ServiceAccount', namespace: 'shop', name: 'worker' };
    const body = { subject, reason: 'an incident is looked into', durationMs, ...more };
    return requestOf(await asker.post('/access/requests', body));
  };
  const approve = async ({ id }: AccessRequest, more: object = {}): Promise<AccessRequest> =>
    requestOf(await admin.post(`/access/requests/${id}/approval`, more));
  const show = async ({ id }: AccessRequest): Promise<ResponseOf<'access.request'>> =>
    (await admin.get(`/access/requests/${id}`)).json as unknown as ResponseOf<'access.request'>;
  const bindings = async (): Promise<string> =>
    up().kubectl([
      'get',
      'rolebindings,clusterrolebindings,roles',
      '-A',
      '-l',
      'access.bartizan.dev/request',
      '-o',
      'name',
    ]);
  /** What is not known is no risk that may be called none: roles and bindings have to be read first. */
  const isKnown = (): Promise<void> =>
    within(async () => {
      const status = (await admin.get('/system')).json as unknown as ResponseOf<'system.status'>;
      const kinds = status.kubernetes?.kinds ?? [];
      const unread = READ.filter((kind) => kinds.find((one) => one.kind === kind)?.condition !== 'synced');
      expect(unread).toEqual([]);
    }, 120_000);
  const audited = async ({ id }: AccessRequest): Promise<string[]> => {
    const page = await admin.get(`/audit?filter=target:${id}&limit=100`);
    const { items } = page.json as unknown as ResponseOf<'audit.list'>;
    return items.map(({ action, outcome, detail }) => `${action} ${outcome} ${detail}`);
  };

  beforeAll(async () => {
    await server.start();
    const { kubectl } = up();
    await kubectl(['create', 'namespace', 'shop']);
    await kubectl(['create', 'configmap', 'settings', '-n', 'shop', '--from-literal=a=b']);
    worker = tokenKubeconfig(
      up(),
      folder,
      await serviceAccountToken(up(), { namespace: 'shop', name: 'worker', rules: [] }),
    );
    // The controller has the rights of an installation and of the file that is applied beside it, and no others.
    const rules = [...(RIGHTS['bartizan-controller-read'] ?? []), ...Object.values(OPT_IN_RIGHTS).flat()].map(
      ({ why: _why, ...rule }) => rule,
    );
    const token = await serviceAccountToken(up(), { namespace: 'default', name: 'bartizan', rules });
    controller = new ControllerProcess({
      kubeconfig: tokenKubeconfig(up(), folder, token, server.url),
      accessRequests: { shortestMs: SHORTEST_MS },
    });
    await controller.start();
    asker = await Person.named(controller, 'ren', 'security-reader');
    admin = await Person.named(controller, 'aiko', 'admin');
    await isKnown();
  }, 400_000);
  afterAll(async () => {
    await controller?.close();
    await server.kill().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it('is asked, approved by somebody else, counts, and ends on time', async () => {
    expect(await may('list', 'pods')).toBe(false);
    const asked = await ask(VIEW, 8_000);
    expect(asked).toMatchObject({
      state: 'asked',
      level: 'written',
      askedBy: 'ren',
      risk: { level: 'minor', hadPath: false },
    });
    expect((await asker.post(`/access/requests/${asked.id}/approval`, {})).json).toMatchObject({
      code: 'E_FORBIDDEN',
    });
    expect(await may('list', 'pods')).toBe(false);
    const active = await approve(asked, { decision: 'go ahead' });
    expect(active).toMatchObject({ state: 'active', decidedBy: 'aiko', decision: 'go ahead' });
    expect(await may('list', 'pods')).toBe(true);
    expect(await may('get', 'secrets')).toBe(false);
    await sleep(Math.max(0, (active.expiresAtMs ?? 0) - Date.now()));
    await within(async () => expect(await may('list', 'pods')).toBe(false));
    process.stdout.write(
      `the grant ends ${Date.now() - (active.expiresAtMs ?? 0)} ms after its time (promised: ${PROMISE_MS} ms)\n`,
    );
    await within(async () => expect(await show(asked)).toMatchObject({ state: 'ended', end: 'time' }));
    expect(await bindings()).toBe('');
    const audit = (await audited(asked)).join('\n');
    for (const action of [
      'ask success',
      'approve refused',
      'approve success',
      'start success',
      'finish success over: time',
    ])
      expect(audit).toContain(`access.request.${action}`);
  });

  it('is approved by nobody who asked for it, with no login and no key of theirs', async () => {
    const subject = { kind: 'ServiceAccount', namespace: 'shop', name: 'worker' };
    const body = { subject, ...VIEW, reason: 'mine', durationMs: 60_000 };
    const own = requestOf(await admin.post('/access/requests', body));
    const made = (await admin.post('/api-keys', { name: 'k', role: 'admin', expiresInDays: 1 })).json;
    const headers = { authorization: `Bearer ${String(made['secret'])}` };
    // A key that a key of theirs made is theirs as well.
    const second = await controller.ask('POST', '/api-keys', {
      body: { name: 'k2', role: 'admin', expiresInDays: 1 },
      headers,
    });
    for (const tried of [
      await admin.post(`/access/requests/${own.id}/approval`, {}),
      await controller.ask('POST', `/access/requests/${own.id}/approval`, { body: {}, headers }),
      await controller.ask('POST', `/access/requests/${own.id}/approval`, {
        body: {},
        headers: { authorization: `Bearer ${String(second.json['secret'])}` },
      }),
    ])
      expect(tried).toMatchObject({ status: 403, json: { code: 'E_ACCESS_OWN_REQUEST' } });
    expect(await show(own)).toMatchObject({ state: 'asked' });
    expect(await may('list', 'pods')).toBe(false);
    // Local root is somebody else, under its own name.
    expect(await controller.call('POST', `/access/requests/${own.id}/approval`, {})).toMatchObject({
      state: 'active',
      decidedBy: 'local-root',
    });
    await admin.post(`/access/requests/${own.id}/end`);
    expect(await may('list', 'pods')).toBe(false);
  });

  it('grants verbs by a narrow role, which goes when somebody ends it early', async () => {
    const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['configmaps'] }];
    const active = await approve(await ask({ rules, namespace: 'shop' }, 60_000));
    expect(active.objects.map(({ kind }) => kind)).toEqual(['Role', 'RoleBinding']);
    expect(await may('get', 'configmaps')).toBe(true);
    expect(await may('list', 'configmaps')).toBe(false);
    expect(requestOf(await asker.post(`/access/requests/${active.id}/end`))).toMatchObject({
      ...{ state: 'ended', end: 'person', endedBy: 'ren' },
    });
    expect(await may('get', 'configmaps')).toBe(false);
    expect(await bindings()).toBe('');
  });

  it('is asked, looked at, approved and ended on the command line, in both languages', async () => {
    const envOf = (secret: unknown): Record<string, string> => ({
      BARTIZAN_SERVER: `127.0.0.1:${controller.port}`,
      BARTIZAN_TOKEN: String(secret),
      BARTIZAN_CA_SHA256: controller.caSha256,
    });
    const key = { name: 'cli', role: 'admin', expiresInDays: 1 };
    const mine = envOf((await admin.post('/api-keys', key)).json['secret']);
    const other = (await controller.call('POST', '/api-keys', key)) as { secret: string };
    const theirs = envOf(other.secret);
    const ask = [
      'access',
      'request',
      'ServiceAccount/shop/worker',
      '-n',
      'shop',
      '--for',
      '1h',
      '--reason',
      'cli',
    ];
    const asked = JSON.parse(await cli([...ask, '--role', 'view', '-o', 'json'], mine)) as AccessRequest;
    expect(asked).toMatchObject({ state: 'asked', askedBy: 'aiko', durationMs: 3_600_000 });
    const csv = await cli(['access', 'requests', '--filter', 'state:asked reason', '-o', 'csv'], mine);
    expect(csv).not.toContain(asked.id);
    expect(await cli(['access', 'requests', '--filter', 'state:asked', '-o', 'csv'], mine)).toContain(
      `${asked.id},asked,ServiceAccount/shop/worker,ClusterRole/view,shop,minor,written,aiko,`,
    );
    await expect(cli(['access', 'approve', asked.id], mine)).rejects.toThrow('E_ACCESS_OWN_REQUEST');
    const table = await cli(['access', 'approve', asked.id], { ...theirs, BARTIZAN_LANG: 'ja' });
    expect(table).toMatch(/状態[\s\S]*active/u);
    expect(await may('list', 'pods')).toBe(true);
    expect(await cli(['access', 'requests', asked.id, '-o', 'manifests'], mine)).toContain(
      'kind: RoleBinding',
    );
    expect(await cli(['access', 'end', asked.id, '-o', 'json'], theirs)).toContain('"endedBy": "local-root"');
    expect(await may('list', 'pods')).toBe(false);
  });

  it('ends although the controller was killed in between', async () => {
    const active = await approve(await ask(VIEW, 8_000));
    expect(await may('list', 'pods')).toBe(true);
    await controller.stop('SIGKILL');
    await sleep(Math.max(0, (active.expiresAtMs ?? 0) - Date.now()) + 500);
    // Nobody is there to end it: Kubernetes itself knows no end of a binding.
    expect(await may('list', 'pods')).toBe(true);
    await controller.start();
    await within(async () => expect(await may('list', 'pods')).toBe(false), 30_000);
    await within(async () => expect(await show(active)).toMatchObject({ state: 'ended', end: 'time' }));
  });

  it('ends when the API server is back that was away at its time', async () => {
    await isKnown();
    const active = await approve(await ask(VIEW, 10_000));
    await server.kill();
    await sleep(Math.max(0, (active.expiresAtMs ?? 0) - Date.now()));
    await within(async () =>
      expect(await show(active)).toMatchObject({ state: 'failed', problem: { code: 'E_KUBE_UNREACHABLE' } }),
    );
    expect(await may('list', 'pods')).toBe(true);
    await server.start();
    await within(async () => expect(await may('list', 'pods')).toBe(false), 30_000);
    await within(async () => expect(await show(active)).toMatchObject({ state: 'ended', end: 'time' }));
    expect((await audited(active)).join('\n')).toContain('access.request.finish failed E_KUBE_UNREACHABLE');
  });

  it('is not fought over: who removes the binding ended it, and who changes it is told of', async () => {
    await isKnown();
    const removed = await approve(await ask(VIEW, 60_000));
    await up().kubectl(['delete', 'rolebinding', `bartizan-access-${removed.id}`, '-n', 'shop']);
    await within(async () =>
      expect(await show(removed)).toMatchObject({ state: 'ended', end: 'in-cluster' }),
    );
    expect(await bindings()).toBe('');

    const changed = await approve(await ask(VIEW, 10_000));
    const other = {
      op: 'add',
      path: '/subjects/-',
      value: { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'eve' },
    };
    await up().kubectl([
      ...['patch', 'rolebinding', `bartizan-access-${changed.id}`, '-n', 'shop', '--type=json'],
      `-p=${JSON.stringify([other])}`,
    ]);
    await within(async () => {
      const seen = await show(changed);
      expect([seen.state, seen.changedInCluster?.by]).toEqual(['active', 'kubectl-patch']);
    });
    expect(
      await up().kubectl([
        'get',
        'rolebinding',
        `bartizan-access-${changed.id}`,
        '-n',
        'shop',
        '-o',
        'jsonpath={.subjects[*].name}',
      ]),
    ).toBe('worker eve');
    await within(async () => expect(await show(changed)).toMatchObject({ state: 'ended' }), 20_000);
    expect(await bindings()).toBe('');
  });

  it('tells the way to cluster-admin before the approval, and proposes what the controller may not write', async () => {
    await isKnown();
    const wide = await ask({ role: { kind: 'ClusterRole', name: 'cluster-admin' } }, 30_000);
    expect(wide).toMatchObject({ level: 'proposed-only', risk: { level: 'path', hadPath: false } });
    expect(wide.risk?.path?.steps.at(-1)).toMatchObject({ to: 'cluster-admin' });
    expect(await admin.post(`/access/requests/${wide.id}/approval`, {})).toMatchObject({
      status: 409,
      json: {
        code: 'E_ACCESS_RISK',
        detail: expect.stringContaining('ServiceAccount/shop/worker → cluster-admin'),
      },
    });
    const approved = await approve(wide, { acceptRisk: true });
    expect(approved).toMatchObject({
      state: 'approved',
      level: 'proposed-only',
      problem: { code: 'E_KUBE_NOT_PERMITTED' },
    });
    expect(await may('get', 'secrets')).toBe(false);
    const { yaml } = await show(wide);
    await up().kubectl(['apply', '-f', '-'], yaml);
    await within(async () => expect(await show(wide)).toMatchObject({ state: 'active' }));
    expect(await may('get', 'secrets')).toBe(true);
    await admin.post(`/access/requests/${wide.id}/end`);
    await within(async () =>
      expect(await show(wide)).toMatchObject({
        state: 'failed',
        problem: { code: 'E_ACCESS_STILL_GRANTED' },
      }),
    );
    await up().kubectl(['delete', '-f', '-'], yaml);
    await within(async () => expect(await show(wide)).toMatchObject({ state: 'ended', end: 'person' }));
    expect(await may('get', 'secrets')).toBe(false);
  });
});
