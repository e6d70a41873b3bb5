// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuditLogStatus, SecurityEvent } from '@bartizan/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { doorTo } from '../../cluster/door.ts';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { SecondApiServer } from '../../cluster/second-api-server.ts';
import { type Running, startRunning } from '../../controller/running.ts';
import { type KubeCaller, kubeCaller } from './audit-caller.ts';
import { AUDIT_CASES, CANARY, type Stage } from './audit-cases.ts';
import { cli, seedStage } from './audit-setup.ts';

/** From the request to the event: the API server collects for a second, then sends. */
const PROMISE_MS = 3_000;
const within = <T>(check: () => Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 5 * PROMISE_MS, interval: 50 });

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

describe.skipIf(!hasKubebox)(
  'attacks are seen in the audit log of a real API server',
  { timeout: 60_000 },
  () => {
    const up = useCluster();
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-audit-'));
    const elapsed: number[] = [];
    let controller: Running;
    let door: Server | undefined;
    let flags: string[] = [];
    let ask: KubeCaller;
    let stage: Stage;
    const server = new SecondApiServer(up, 6444, () => flags);

    const events = async (rule: string, sinceMs: number): Promise<SecurityEvent[]> => {
      const answer = await controller.call({ path: `events?filter=rule:${rule}&limit=100` });
      const { items } = answer.json as { items?: SecurityEvent[] };
      if (items === undefined) throw new Error(answer.text);
      return items.filter(({ occurredAtMs }) => occurredAtMs >= sinceMs);
    };
    const status = async (): Promise<AuditLogStatus> =>
      (await controller.call({ path: 'audit-log' })).json as unknown as AuditLogStatus;

    beforeAll(async () => {
      controller = await startRunning({ kubeconfig: up().kubeconfig });
      door = await doorTo(controller.controller.port, up().machine);
      const { port } = door.address() as AddressInfo;
      const key = await controller.call({
        method: 'POST',
        path: 'api-keys',
        body: { name: 'cli', role: 'admin', expiresInDays: 1 },
      });
      const printed = await cli(
        [
          'cluster',
          'audit-webhook',
          '--server',
          `https://${up().machine}:${port}`,
          '--name',
          'kubebox',
          '--dir',
          join(folder, 'files'),
        ],
        {
          BARTIZAN_SERVER: `127.0.0.1:${controller.controller.port}`,
          BARTIZAN_TOKEN: String(key.json['secret']),
          BARTIZAN_CA_SHA256: controller.controller.caSha256,
        },
      );
      flags = [...printed.trim().split('\n'), '--anonymous-auth=true'];
      // Secrets are recorded with what is in them here: the worst that an audit policy can do.
      const policy = join(folder, 'files', 'bartizan-audit-policy.yaml');
      writeFileSync(
        policy,
        readFileSync(policy, 'utf8').replace(
          'rules:\n',
          'rules:\n- { level: RequestResponse, verbs: [create], resources: [{ group: "", resources: ["secrets"] }] }\n',
        ),
      );
      stage = await seedStage(up());
      await server.start();
      ask = await kubeCaller(up().kubeconfig, server.url);
    }, 400_000);
    afterAll(async () => {
      await server.kill().catch(() => undefined);
      await new Promise((resolve) => (door === undefined ? resolve(undefined) : door.close(resolve)));
      await controller?.close();
      rmSync(folder, { recursive: true, force: true });
      const sorted = elapsed.toSorted((left, right) => left - right);
      process.stdout.write(
        `${elapsed.length} attacks seen, median ${sorted[Math.floor(sorted.length / 2)]} ms, worst ${sorted.at(-1)} ms (promised: ${PROMISE_MS} ms)\n`,
      );
    }, 120_000);

    it('plays every rule there is', () => {
      const rules = readdirSync(fileURLToPath(new URL('../../../content/detections', import.meta.url)))
        .filter((name) => name.startsWith('audit.'))
        .map((name) => name.replace('.json', ''));
      expect(AUDIT_CASES.map(({ rule }) => rule).toSorted()).toEqual(rules.toSorted());
      expect(rules.length).toBeGreaterThanOrEqual(30);
    });

    it.each(AUDIT_CASES)(
      '$rule: the attack is told, its twin is not',
      async ({ rule, before = [], twin, attack }) => {
        for (const step of before) expect((await ask(step)).status, JSON.stringify(step)).toBeLessThan(300);
        const startedAtMs = Date.now();
        await ask(twin(stage));
        const attackedAtMs = Date.now();
        const answer = await ask(attack(stage));
        const isRefused = rule.includes('refused');
        expect(answer.status, answer.text).toSatisfy((code: number) =>
          isRefused ? code === 403 : code < 300,
        );
        const told = await within(async () => {
          const found = await events(rule, startedAtMs);
          expect(found.length).toBeGreaterThan(0);
          return found;
        });
        elapsed.push(Date.now() - attackedAtMs);
        expect(told).toHaveLength(1);
        const [one] = told;
        expect(one?.occurredAtMs).toBeGreaterThanOrEqual(attackedAtMs - 1);
        expect(one).toMatchObject({ source: 'audit-log', decision: { enforcementPoint: 'api-server' } });
        expect(one?.decision.reasons.map((reason) => reason.rule)).toEqual([rule]);
        expect(one?.message.en).toContain(`from ${rule.endsWith('from-outside') ? '8.8.4.4' : '10.99.'}`);
        expect(one?.message.ja).toMatch(/要求者 .*送信元 /u);
      },
    );

    it('keeps nothing of what was in a Secret', async () => {
      await up().kubectl(['get', 'secret', 'password', '-n', 'shop']);
      const listed = await controller.call({ path: 'events?limit=1000' });
      expect(listed.text).toContain('audit.token-secret');
      for (const canary of [CANARY, Buffer.from(CANARY).toString('base64')]) {
        expect(listed.text).not.toContain(canary);
        for (const path of filesBelow(controller.dataDir))
          expect(readFileSync(path).includes(canary), path).toBe(false);
        expect(controller.logged.join('\n')).not.toContain(canary);
      }
    });

    it('takes a batch once, however often it is sent, and leaves one record for the key and none for batches', async () => {
      const secret = readFileSync(join(folder, 'files', 'bartizan-audit-webhook.kubeconfig'), 'utf8');
      const token = /"token": "([^"]+)"/.exec(secret)?.[1] ?? '';
      const batch = {
        kind: 'EventList',
        apiVersion: 'audit.k8s.io/v1',
        items: [
          {
            ...{
              auditID: 'replayed-1',
              stage: 'ResponseComplete',
              verb: 'list',
              requestURI: '/api/v1/secrets',
            },
            user: { username: 'replayer', groups: ['system:authenticated'] },
            sourceIPs: ['10.99.0.1'],
            objectRef: { resource: 'secrets' },
            responseStatus: { code: 200 },
            stageTimestamp: new Date().toISOString(),
            requestReceivedTimestamp: new Date().toISOString(),
          },
          'not an event',
        ],
      };
      const send = () => controller.call({ method: 'POST', path: 'audit-log/events', token, body: batch });
      const before = await status();
      expect((await send()).json).toMatchObject({ judged: 1, broken: 1, repeated: 0, detections: 1 });
      expect((await send()).json).toMatchObject({ judged: 0, broken: 1, repeated: 1, detections: 0 });
      const after = await status();
      expect(after.broken - before.broken).toBe(2);
      expect(after.repeated - before.repeated).toBe(1);
      const found = (await events('audit.secrets-listed', 0)).filter(({ message }) =>
        message.en.includes('replayer'),
      );
      expect(found).toHaveLength(1);
      for (const path of ['system', 'events', 'access/who-can?verb=get&resource=pods'])
        expect((await controller.call({ path, token })).status, path).toBe(403);
      const records = await controller.call({ path: 'audit?limit=1000' });
      expect(records.text).toContain('audit-log.source');
      expect(records.text).not.toContain('audit-log.submit');
    });

    it('turns an API server away whose key was replaced', async () => {
      const secret = readFileSync(join(folder, 'files', 'bartizan-audit-webhook.kubeconfig'), 'utf8');
      const token = /"token": "([^"]+)"/.exec(secret)?.[1] ?? '';
      const body = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [] };
      const send = async (key: string): Promise<number> =>
        (await controller.call({ method: 'POST', path: 'audit-log/events', token: key, body })).status;
      const keyOf = (name: string, othersEndInHours: number) =>
        controller.call({
          method: 'POST',
          path: 'audit-log/sources',
          body: { name, expiresInDays: 1, othersEndInHours },
        });
      expect((await keyOf('kubebox', 1)).json).toMatchObject({ retired: 1 });
      expect((await keyOf('other', 0)).json).toMatchObject({ retired: 0 });
      expect(await send(token)).toBe(200);
      const last = await keyOf('kubebox', 0);
      expect(last.json).toMatchObject({ retired: 2 });
      expect(await send(token)).toBe(401);
      expect(await send(String(last.json['secret']))).toBe(200);
    });
  },
);
