// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionDecision, AdmissionRule, ResponseOf } from '@bartizan/contracts';
import { anAdmissionRule } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { type CallApi, definition, type Judging, prepare, startJudging } from './judging.ts';
import { pod } from './objects.ts';

const ANY = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
/** Kinds whose objects hold whatever they hold: what is in a template is not checked by the API server. */
const DEFINITIONS = [
  definition('argoproj.io', 'Rollout', ANY, 'v1alpha1'),
  definition('serving.knative.dev', 'Service', ANY),
  definition('example.com', 'Widget', ANY),
];
const holder = (apiVersion: string, kind: string, name: string, spec: object) => ({
  apiVersion,
  kind,
  metadata: { name },
  spec,
});
const template = (isPrivileged: boolean) => ({
  metadata: { labels: { app: 'web' } },
  spec: pod('web', { privileged: isPrivileged }).spec,
});
const rollout = (name: string, isPrivileged: boolean) =>
  holder('argoproj.io/v1alpha1', 'Rollout', name, { replicas: 1, template: template(isPrivileged) });
const knative = (name: string, isPrivileged: boolean) =>
  holder('serving.knative.dev/v1', 'Service', name, { template: template(isPrivileged) });
const widget = (name: string, size: number) => holder('example.com/v1', 'Widget', name, { size });

/** About a kind of which nothing is known but its name. */
const WIDGETS: AdmissionRule = anAdmissionRule({
  id: 'custom.widgets',
  mode: 'enforce',
  match: { resources: ['example.com/widgets'], operations: ['CREATE', 'DELETE'] },
  condition: { cel: 'object != null && object.spec.size > 3' },
  message: { en: 'the widget is too large', ja: 'ウィジェットが大きすぎます' },
});
/** From the answer to a changed rule until the API servers ask by it. */
const IN_FORCE_MS = 2_000;

describe.skipIf(!hasKubebox)('kinds that Kubernetes does not have itself', { timeout: 300_000 }, () => {
  const up = useCluster();
  let judging: Judging;

  const create = (object: object) =>
    up().kubectl(['create', '-n', 'shop', '--dry-run=server', '-f', '-'], JSON.stringify(object));
  const call: CallApi = (...about) => judging.call(...about);
  const within = <T>(check: () => T | Promise<T>, timeout = 15_000): Promise<T> =>
    vi.waitFor(check, { timeout, interval: 50 });
  const requests = async (): Promise<number> => {
    const { kubernetes } = await call<ResponseOf<'admission.status'>>('GET', 'admission/status');
    return kubernetes.admission?.requestsTotal ?? 0;
  };
  /** What the API servers are told to ask about. */
  const asked = async (): Promise<readonly string[]> => {
    const text = await up().kubectl([
      ...['get', 'validatingwebhookconfiguration', 'bartizan-test-validate', '-o', 'json'],
    ]);
    const { webhooks } = JSON.parse(text) as {
      webhooks: { rules: { apiGroups: string[]; resources: string[]; operations: string[] }[] }[];
    };
    return (webhooks[0]?.rules ?? []).flatMap(({ apiGroups, resources, operations }) =>
      resources.map((resource) => `${apiGroups.join()}/${resource} ${operations.join()}`),
    );
  };

  beforeAll(async () => {
    await prepare(up(), DEFINITIONS);
    judging = await startJudging(up(), up().kubeconfig);
  }, 300_000);
  afterAll(() => judging?.controller.close(), 60_000);

  it.each([
    ['a Rollout', rollout, 'Rollout'],
    ['a Service of Knative', knative, 'Service'],
  ] as const)(
    '%s is refused for its pod template, its twin passes, and the decision names the place',
    async (_, made, kind) => {
      await within(() =>
        expect(create(made('bad', true))).rejects.toThrow(
          'admission.privileged: Container main is privileged at spec.template.spec.containers[0].securityContext.privileged',
        ),
      );
      await expect(create(made('good', false))).resolves.toContain('created');
      const decision = await within(async () => {
        const filter = encodeURIComponent(`name:bad kind:${kind}`);
        const { items } = await call<{ items: AdmissionDecision[] }>(
          'GET',
          `admission/decisions?filter=${filter}`,
        );
        expect(items).not.toEqual([]);
        return items[0];
      });
      expect(decision).toMatchObject({ kind, decision: { verdict: 'deny', enforcementPoint: 'api-server' } });
    },
  );

  it('a kind that no rule names costs no request', async () => {
    expect(await asked()).not.toContainEqual(expect.stringContaining('widgets'));
    expect(await asked()).not.toContainEqual(expect.stringContaining('secrets'));
    const before = await requests();
    await expect(create(widget('large', 9))).resolves.toContain('created');
    expect(await requests()).toBe(before);
  });

  it('a rule of somebody about another kind is asked at once, with its operations, and no longer than it exists', async () => {
    await call('POST', 'admission/rules', { rule: WIDGETS, enabled: true }, 201);
    const startedAt = performance.now();
    await within(() => expect(create(widget('large', 9))).rejects.toThrow('the widget is too large'));
    const tookMs = Math.round(performance.now() - startedAt);
    process.stdout.write(`another kind is asked about after ${tookMs} ms (promised: ${IN_FORCE_MS} ms)\n`);
    expect(tookMs).toBeLessThan(5 * IN_FORCE_MS);
    await expect(create(widget('small', 2))).resolves.toContain('created');
    expect(await asked()).toContain('example.com/widgets CREATE,DELETE');
    await call('DELETE', 'admission/rules/custom.widgets');
    await within(() => expect(create(widget('large', 9))).resolves.toContain('created'));
    await within(async () => expect(await asked()).not.toContainEqual(expect.stringContaining('widgets')));
  });

  it('a change of the resources of a running pod is a request of its own, which a rule about pods is not asked', async () => {
    const { kubectl } = up();
    const made = pod('resized');
    const [container] = made.spec.containers;
    const containers = [{ ...container, resources: { requests: { cpu: '10m' } } }];
    await kubectl(
      ['create', '-n', 'shop', '-f', '-'],
      JSON.stringify({ ...made, spec: { ...made.spec, containers } }),
    );
    const resize = (name: string, cpu: string) => {
      const patch = { spec: { containers: [{ name: 'main', resources: { requests: { cpu } } }] } };
      const words = ['patch', 'pod', name, '--subresource=resize', '--dry-run=server', '-p'];
      return kubectl(['-n', 'shop', ...words, JSON.stringify(patch)]);
    };
    const about = (id: string, resources: string[]): AdmissionRule =>
      anAdmissionRule({
        ...{ id, mode: 'enforce', match: { resources, operations: ['UPDATE'] } },
        // Of an update only what it changes is refused.
        condition: {
          cel: 'object.spec.containers.exists(c, c.?resources.?requests.?cpu.orValue("") == "20m")',
        },
        message: { en: 'it stays as large as it is', ja: '大きさは変えられません' },
      });
    await call('POST', 'admission/rules', { rule: about('custom.pods', ['/pods']), enabled: true }, 201);
    await expect(resize('resized', '20m')).resolves.toContain('patched');
    await call(
      'POST',
      'admission/rules',
      { rule: about('custom.resize', ['/pods/resize']), enabled: true },
      201,
    );
    await within(() =>
      expect(resize('resized', '20m')).rejects.toThrow('custom.resize: it stays as large as it is'),
    );
    await expect(resize('resized', '15m')).resolves.toContain('patched');
  });

  it('none of that counts as somebody who changed a webhook', async () => {
    const { items } = await call<{ items: unknown[] }>(
      'GET',
      '/api/v1/audit?filter=action:admission.restore',
    );
    expect(items).toEqual([]);
    const { kubernetes } = await call<ResponseOf<'admission.status'>>('GET', 'admission/status');
    expect(kubernetes.admission?.webhooks.every(({ restoredTotal }) => restoredTotal === 0)).toBe(true);
  });
});
