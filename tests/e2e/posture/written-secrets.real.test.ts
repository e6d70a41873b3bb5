// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '@bartizan/contracts';
import { fillTemplate } from '@bartizan/testkit/secrets';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ROOT } from '../../architecture/repository.ts';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { NodeAgent } from '../../cluster/node-agent.ts';
import { type Running, startRunning } from '../../controller/running.ts';

/** Freshness that is promised to the user; tests wait five times as long. */
const PROMISE_MS = 5_000;
/** Agents search what runs after the packages of the node, which takes as long as those do. */
const SURVEYED_MS = 240_000;
const within = <T>(check: () => Promise<T>, timeout = PROMISE_MS * 5): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 50 });

/** Planted values: made here, so that no text of the repository looks like a secret. */
const canary = (about: string): string =>
  fillTemplate('glpat-{alnum:20}', `written into a cluster: ${about}`);
const CANARIES = {
  literal: canary('literal'),
  map: canary('configuration'),
  secret: canary('secret'),
  made: canary('made by the program'),
};
/** A value, and what could be made of it on the way. */
const formsOf = (value: string): readonly string[] => [
  value,
  value.slice(6),
  Buffer.from(value).toString('base64'),
];

const objects = (literal: readonly object[]): readonly object[] => [
  {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } },
    stringData: { token: CANARIES.secret, OTHER: CANARIES.secret },
  },
  {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } },
    data: { 'app.env': `LEVEL=debug\nTOKEN=${CANARIES.map}\n`, token: CANARIES.literal, colour: 'red' },
  },
  {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: 'main',
              image: 'localhost/busybox:1',
              // The program makes one up that stands in no object.
              command: [
                'sh',
                '-c',
                'export MADE_TOKEN="glpat-$(echo $PART | tr a-zA-Z b-zaB-ZA)"; exec sleep 1000',
              ],
              env: [
                ...literal,
                { name: 'PART', value: shifted(CANARIES.made.slice(6)) },
                { name: 'FROM_SECRET', valueFrom: { secretKeyRef: { name: 'db', key: 'token' } } },
                { name: 'FROM_MAP', valueFrom: { configMapKeyRef: { name: 'settings', key: 'token' } } },
                { name: 'REFERRING', value: '$(FROM_SECRET)' },
              ],
              envFrom: [{ prefix: 'DB_', secretRef: { name: 'db' } }],
            },
          ],
        },
      },
    },
  },
];
/** Each letter as the one before it: `tr a-zA-Z b-zaB-ZA` makes it again. */
function shifted(text: string): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const back = (letter: string): string => letters[(letters.indexOf(letter) + 25) % 26] ?? letter;
  return text
    .replaceAll(/[a-z]/g, back)
    .replaceAll(/[A-Z]/g, (letter) => back(letter.toLowerCase()).toUpperCase());
}

describe.skipIf(!hasKubebox)(
  'secrets that are written into a real cluster',
  { timeout: SURVEYED_MS + 60_000 },
  () => {
    const up = useCluster();
    const told: string[] = [];
    let controller: Running;
    let agent: NodeAgent | undefined;

    const apply = async (object: object): Promise<void> => {
      await up().kubectl(['apply', '-n', 'shop', '-f', '-'], JSON.stringify(object));
    };
    const secrets = async (state = 'open'): Promise<readonly Finding[]> => {
      const filter = encodeURIComponent(`kind:secret namespace:shop state:${state}`);
      const answer = await controller.call({ path: `findings?limit=500&filter=${filter}` });
      expect(answer.status, answer.text).toBe(200);
      told.push(answer.text);
      return answer.json['items'] as Finding[];
    };
    const places = async (state = 'open'): Promise<string[]> =>
      (await secrets(state))
        .map(({ subject, location }) => `${subject.kind} ${subject.name} ${location?.kind} ${location?.path}`)
        .sort();

    beforeAll(async () => {
      controller = await startRunning({ kubeconfig: up().kubeconfig });
      await up().kubectl(['create', 'namespace', 'shop']);
    });
    afterAll(async () => {
      await agent?.close();
      await controller?.close();
    }, 60_000);

    it('are findings of the workload and of the ConfigMap within the promise, and the Secret is none', async () => {
      await within(async () => {
        const { state } = (await controller.call({ path: 'system' })).json['kubernetes'] as { state: string };
        expect(state).toBe('synced');
      });
      const startedMs = performance.now();
      for (const object of objects([{ name: 'LITERAL', value: CANARIES.literal }])) await apply(object);
      await within(async () =>
        expect(await places()).toEqual([
          'Deployment web manifest containers[main].env[LITERAL]',
          'KubernetesObject ConfigMap/settings manifest data/app.env',
          'KubernetesObject ConfigMap/settings manifest data/token',
        ]),
      );
      process.stdout.write(
        `secrets in objects told ${Math.round(performance.now() - startedMs)} ms after they were applied (promised: ${PROMISE_MS} ms)\n`,
      );
    });

    it('are one group where they are one value', async () => {
      const same = (await secrets()).filter(({ location }) => !location?.path.includes('app.env'));
      expect(same).toHaveLength(2);
      const [group] = new Set(same.map(({ groupKey }) => groupKey));
      const answer = await controller.call({ path: 'finding-groups?limit=100' });
      told.push(answer.text);
      expect(answer.json['items']).toContainEqual(
        expect.objectContaining({ groupKey: group, findings: 2, workloads: 2 }),
      );
    });

    it('are not told again at what runs: of its environment only what no object explains is', async () => {
      await up().kubectl(['rollout', 'status', 'deployment/web', '-n', 'shop', '--timeout=50s']);
      agent = new NodeAgent(up(), controller);
      await agent.start({ searchRules: join(ROOT, 'content') });
      await within(async () => {
        expect(await places(), agent?.log.slice(-2000)).toEqual([
          'Deployment web environment env[MADE_TOKEN]',
          'Deployment web manifest containers[main].env[LITERAL]',
          'KubernetesObject ConfigMap/settings manifest data/app.env',
          'KubernetesObject ConfigMap/settings manifest data/token',
        ]);
      }, SURVEYED_MS);
      const made = (await secrets()).find(({ location }) => location?.kind === 'environment');
      expect(made).toMatchObject({
        subject: { namespace: 'shop', name: 'web', containerName: 'main' },
        secret: { preview: 'glpa…(26)' },
      });
    });

    it('go when the object is put right', async () => {
      const [, map, deployment] = objects([]);
      if (map === undefined || deployment === undefined) throw new Error('three objects');
      const startedMs = performance.now();
      await apply(deployment);
      await apply({ ...map, data: { colour: 'red' } });
      await within(async () =>
        expect((await places()).filter((place) => place.includes('manifest'))).toEqual([]),
      );
      process.stdout.write(
        `they are fixed ${Math.round(performance.now() - startedMs)} ms after the objects were put right (promised: ${PROMISE_MS} ms)\n`,
      );
      expect(await places('fixed')).toContain('Deployment web manifest containers[main].env[LITERAL]');
    });

    it('stand nowhere with their values: in no store, log, answer, export or buffer', async () => {
      const csv = await controller.call({ path: 'findings?limit=500', headers: { accept: 'text/csv' } });
      expect(csv.text).toContain('containers[main].env[LITERAL]');
      const files = [controller.dataDir, agent?.stateDir ?? ''].flatMap((folder) =>
        readdirSync(folder, { withFileTypes: true, recursive: true })
          .filter((entry) => entry.isFile())
          .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
      );
      expect(files.some((file) => file.includes('env[MADE_TOKEN]'))).toBe(true);
      const said = [...told, csv.text, agent?.log ?? '', ...controller.logged];
      for (const [name, value] of Object.entries(CANARIES))
        for (const form of formsOf(value)) {
          expect([name, files.some((file) => file.includes(form))]).toEqual([name, false]);
          expect([name, said.some((text) => text.includes(form))]).toEqual([name, false]);
        }
    });
  },
);
