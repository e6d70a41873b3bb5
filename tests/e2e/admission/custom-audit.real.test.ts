// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GATHERED_RIGHTS, RIGHTS } from '@bartizan/cli';
import type { AdmissionCoverage, ResponseOf } from '@bartizan/contracts';
import { anAdmissionRule } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubebox, serviceAccountToken, tokenKubeconfig, useCluster } from '../../cluster/kubebox.ts';
import { type CallApi, definition, type Judging, prepare, RULE, startJudging } from './judging.ts';
import { pod } from './objects.ts';

const GROUP = 'shapes.example';
/** From a right that is given, or a change of a kind, until what exists is judged by it. */
const JUDGED_MS = 5_000;
/** What may not be read is asked for again that often. */
const AGAIN_MS = 60_000;

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const of = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});
/** What a generator writes of the template of a pod, as far as pods of the test go. */
const TEMPLATE = of({
  metadata: open,
  spec: of(
    {
      terminationGracePeriodSeconds: { type: 'integer' },
      automountServiceAccountToken: { type: 'boolean' },
      containers: {
        type: 'array',
        items: of(
          {
            ...{ name: { type: 'string' }, image: { type: 'string' } },
            command: { type: 'array', items: { type: 'string' } },
            securityContext: of({ privileged: { type: 'boolean' } }),
          },
          ['name'],
        ),
      },
    },
    ['containers'],
  ),
});
const ofGroup = (kind: string, spec: object) => definition(GROUP, kind, spec);
const template = (isPrivileged: boolean) => ({ spec: pod('x', { privileged: isPrivileged }).spec });
const object = (kind: string, name: string, spec: object) => ({
  ...{ apiVersion: `${GROUP}/v1`, kind },
  ...{ metadata: { name }, spec },
});
const roll = (name: string, bad: boolean) => object('Roll', name, { template: template(bad) });
const opened = (name: string, bad: boolean) => object('Open', name, { template: template(bad), size: 1 });
const crew = (name: string, bad: boolean) =>
  object('Crew', name, {
    head: { template: template(false) },
    workers: [{ template: template(false) }, { template: template(bad) }],
  });
const plain = (name: string) => object('Plain', name, { size: 1 });

describe.skipIf(!hasKubebox)('what exists of custom kinds', { timeout: 400_000 }, () => {
  const up = useCluster();
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-custom-'));
  let judging: Judging;

  const apply = (one: object, ...more: string[]) =>
    up().kubectl(['apply', '-n', 'shop', ...more, '-f', '-'], JSON.stringify(one));
  const create = (one: object) =>
    up().kubectl(['create', '-n', 'shop', '--dry-run=server', '-f', '-'], JSON.stringify(one));
  const call: CallApi = (...about) => judging.call(...about);
  const within = <T>(check: () => T | Promise<T>, timeout = 5 * JUDGED_MS): Promise<T> =>
    vi.waitFor(check, { timeout, interval: 100 });
  const coverage = () => call<AdmissionCoverage>('GET', 'admission/coverage');
  const rowOf = async (plural: string) =>
    (await coverage()).custom.kinds.find(({ resource }) => resource === `${GROUP}/${plural}`);
  /** Names of custom objects with an open finding of the rule. */
  const found = async (): Promise<string[]> => {
    const { items } = await call<ResponseOf<'finding.list'>>(
      'GET',
      `findings?filter=${encodeURIComponent(`check:${RULE} state:open`)}&limit=200`,
    );
    return items
      .map(({ subject }) => subject.name)
      .filter((name) => /^(Roll|Open|Crew|Plain)\//.test(name))
      .toSorted();
  };
  const permit = async (plural: string, verbs = 'list,watch'): Promise<void> => {
    const role = `reads-${plural}`;
    await up().kubectl([
      ...['create', 'clusterrole', role, `--verb=${verbs}`, `--resource=${plural}.${GROUP}`],
    ]);
    await up().kubectl(['label', 'clusterrole', role, `${GATHERED_RIGHTS.label}=true`]);
  };
  async function takes(what: string, check: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    await within(check);
    const tookMs = Math.round(performance.now() - startedAt);
    process.stdout.write(`${what} after ${tookMs} ms (promised: ${JUDGED_MS} ms)\n`);
  }

  beforeAll(async () => {
    const { kubectl } = up();
    const workers = { type: 'array', items: of({ template: TEMPLATE }) };
    await prepare(up(), [
      ofGroup('Roll', of({ replicas: { type: 'integer' }, template: TEMPLATE })),
      ofGroup('Open', of({ template: open, size: { type: 'integer' }, values: open })),
      ofGroup('Crew', of({ head: of({ template: TEMPLATE }), workers })),
      ofGroup('Plain', of({ size: { type: 'integer' } })),
    ]);
    for (const one of [
      roll('bad', true),
      roll('good', false),
      opened('bad', true),
      crew('bad', true),
      plain('one'),
    ])
      await apply(one);
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
    await apply({
      ...role,
      metadata: { name: GATHERED_RIGHTS.role },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [GATHERED_RIGHTS.label]: 'true' } }] },
    });
    // The rights of an installation, and none of a custom kind.
    const rules = [
      ...(RIGHTS['bartizan-controller-read'] ?? []),
      ...(RIGHTS['bartizan-controller-admission'] ?? []),
    ].map(({ why: _why, resourceNames: _names, ...rule }) => rule);
    const token = await serviceAccountToken(up(), { namespace: 'default', name: 'bartizan', rules });
    await kubectl([
      ...['create', 'clusterrolebinding', 'custom', `--clusterrole=${GATHERED_RIGHTS.role}`],
      '--serviceaccount=default:bartizan',
    ]);
    judging = await startJudging(up(), tokenKubeconfig(up(), folder, token));
  }, 400_000);
  afterAll(async () => {
    await judging?.controller.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it.each([
    ['by its schema', roll, 'spec.template.spec'],
    ['by its name', opened, 'spec.template.spec'],
    ['in a list of them', crew, 'spec.workers[1].template.spec'],
  ] as const)('a pod that is found %s is judged at admission', async (_, made, place) => {
    await within(() =>
      expect(create(made('worse', true))).rejects.toThrow(
        `Container main is privileged at ${place}.containers[0].securityContext.privileged`,
      ),
    );
    await expect(create(made('better', false))).resolves.toContain('created');
  });

  it('is unknown where nobody may read it, with the command that helps, and never passes for nothing', async () => {
    await within(async () => expect((await rowOf('rolls'))?.audit).toBe('not-permitted'), AGAIN_MS);
    for (const [plural, way, places, native] of [
      ['rolls', 'schema', ['spec.template'], true],
      ['opens', 'name', ['spec.template'], false],
      ['crews', 'schema', ['spec.head.template', 'spec.workers[*].template'], false],
    ] as const) {
      const row = await rowOf(plural);
      expect(row).toMatchObject({ found: way, places, native, audit: 'not-permitted' });
      expect(row).toMatchObject({ code: 'E_KUBE_NOT_PERMITTED' });
      expect(row).not.toHaveProperty('objects');
    }
    expect((await rowOf('opens'))?.open).toEqual(['spec.values']);
    expect(await rowOf('plains')).toBeUndefined();
    const kind = (await coverage()).kinds.find(({ resource }) => resource === `${GROUP}/rolls`);
    expect(kind).not.toHaveProperty('objects');
    expect(await found()).toEqual([]);
    const { conditions } = await call<ResponseOf<'system.status'>>('GET', 'system');
    expect(conditions.map(({ code }) => code)).toContain('admission.custom-kinds-unread');
  });

  it('is judged as soon as somebody permits it, by the command that is shown', async () => {
    const remedy = (await rowOf('rolls'))?.remedy ?? '';
    for (const command of remedy.split(' && ')) await up().kubectl(command.split(' ').slice(1));
    await permit('opens');
    await takes('a custom kind is judged', async () =>
      expect(await found()).toEqual(['Open/bad', 'Roll/bad']),
    );
    expect(await rowOf('rolls')).toMatchObject({ audit: 'followed', objects: 2 });
    await apply(roll('bad', false), '--overwrite=true');
    await takes('a custom object that was mended is fine', async () =>
      expect(await found()).toEqual(['Open/bad']),
    );
  });

  it('is read about once a minute where it may be listed and not watched, and that is told', async () => {
    await permit('crews', 'list');
    await within(async () => expect(await found()).toContain('Crew/bad'), 2 * AGAIN_MS);
    await within(async () => {
      const row = await rowOf('crews');
      expect(row).toMatchObject({ audit: 'listed', code: 'E_KUBE_NOT_PERMITTED', objects: 1 });
      expect(row?.remedy).toContain('--verb=list,watch --resource=crews.shapes.example');
    });
    await apply(crew('bad', false), '--overwrite=true');
    await within(async () => expect(await found()).not.toContain('Crew/bad'), AGAIN_MS + 2 * JUDGED_MS);
    expect(await rowOf('crews')).toMatchObject({ audit: 'listed', objects: 1 });
  });

  it('is part of a simulation', async () => {
    const stricter = anAdmissionRule({
      ...{ id: 'custom.stricter', mode: 'enforce' },
      condition: {
        some: 'containers',
        where: { field: 'container.name', operator: 'equals', value: 'main' },
      },
    });
    const { examples } = await call<ResponseOf<'admission.simulate'>>('POST', 'admission/simulations', {
      rules: [stricter],
    });
    expect(examples.map(({ kind, name }) => `${kind}/${name}`)).toContain('Roll/good');
  });

  it('follows the schema of its kind, and is gone with it', async () => {
    await apply(ofGroup('Open', of({ size: { type: 'integer' }, podTemplate: TEMPLATE })));
    await takes('a pod that moved is looked for elsewhere', async () => {
      expect(await rowOf('opens')).toMatchObject({ found: 'schema', places: ['spec.podTemplate'] });
      // The API server prunes what the schema does not name any more.
      expect(await found()).not.toContain('Open/bad');
    });
    const moved = (bad: boolean) => object('Open', 'moved', { size: 1, podTemplate: template(bad) });
    await within(() => expect(create(moved(true))).rejects.toThrow('spec.podTemplate.spec.containers[0]'));
    await expect(create(moved(false))).resolves.toContain('created');
    await up().kubectl(['delete', 'crd', `opens.${GROUP}`, `crews.${GROUP}`]);
    await takes('a kind that is gone is forgotten', async () => {
      expect(await rowOf('opens')).toBeUndefined();
      expect(await rowOf('crews')).toBeUndefined();
      expect(await found()).toEqual([]);
    });
    expect(await rowOf('rolls')).toMatchObject({ audit: 'followed' });
  });
});
