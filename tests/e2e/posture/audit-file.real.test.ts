// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditLogStatus, SecurityEvent } from '@bartizan/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AUDIT_POLICY } from '../../../apps/cli/src/audit-log/webhook-files.ts';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { HIDE_FIRST, NodeAgent } from '../../cluster/node-agent.ts';
import { SecondApiServer } from '../../cluster/second-api-server.ts';
import { type Running, startRunning } from '../../controller/running.ts';
import { type KubeCaller, kubeCaller } from './audit-caller.ts';
import { AUDIT_CASES, CANARY, type Stage } from './audit-cases.ts';
import { seedStage } from './audit-setup.ts';

/** From the request to the event: as for the webhook. */
const PROMISE_MS = 3_000;
const LOG = '/var/log/audit-second.log';
const within = <T>(check: () => Promise<T>, timeout = 5 * PROMISE_MS): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 50 });
/** Requests of some KiB each that fill more than one file of the API server. */
const REQUESTS = 300;
const LISTING = '/api/v1/secrets?limit=1';

describe.skipIf(!hasKubebox)(
  'attacks are seen in the audit log file of a real API server',
  { timeout: 90_000 },
  () => {
    const up = useCluster();
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-audit-file-'));
    const elapsed: number[] = [];
    let controller: Running;
    let agent: NodeAgent | undefined;
    let ask: KubeCaller;
    let stage: Stage;
    // The API server itself rotates by renaming, at 1 MiB.
    const server = new SecondApiServer(up, 6444, () => [
      `--audit-policy-file=${join(folder, 'policy.yaml')}`,
      '--audit-log-maxsize=1',
      '--audit-log-maxbackup=20',
      '--anonymous-auth=true',
    ]);

    const events = async (rule: string, sinceMs: number): Promise<SecurityEvent[]> => {
      const answer = await controller.call({ path: `events?filter=rule:${rule}&limit=1000` });
      const { items } = answer.json as { items?: SecurityEvent[] };
      if (items === undefined) throw new Error(answer.text);
      return items.filter(({ occurredAtMs }) => occurredAtMs >= sinceMs);
    };
    const status = async (): Promise<AuditLogStatus> =>
      (await controller.call({ path: 'audit-log' })).json as unknown as AuditLogStatus;
    const file = async (): Promise<AuditLogStatus['files'][number] | undefined> =>
      (await status()).files.find(({ path }) => path === LOG);
    /** Lists secrets as somebody of whom nothing was told yet. */
    const attackAs = async (user: string): Promise<number> => {
      const startedAtMs = Date.now();
      const answer = await ask({
        path: LISTING,
        headers: { 'impersonate-user': user, 'impersonate-group': 'system:masters' },
      });
      expect(answer.status, answer.text).toBe(200);
      return startedAtMs;
    };
    const told = async (user: string, sinceMs: number): Promise<SecurityEvent[]> => {
      const found = await events('audit.secrets-listed', sinceMs);
      return found.filter(({ message }) => message.en.includes(`as ${user},`));
    };
    const seen = (user: string, sinceMs: number, timeout?: number): Promise<SecurityEvent[]> =>
      within(async () => {
        const found = await told(user, sinceMs);
        expect(found.length).toBeGreaterThan(0);
        return found;
      }, timeout);

    beforeAll(async () => {
      controller = await startRunning({ kubeconfig: up().kubeconfig });
      // Secrets are recorded with what is in them here: the worst that an audit policy can do.
      writeFileSync(
        join(folder, 'policy.yaml'),
        AUDIT_POLICY.replace(
          'rules:\n',
          'rules:\n- { level: RequestResponse, verbs: [create], resources: [{ group: "", resources: ["secrets"] }] }\n',
        ),
      );
      stage = await seedStage(up());
      await server.start();
      ask = await kubeCaller(up().kubeconfig, server.url);
      agent = new NodeAgent(up(), controller);
      await agent.start({ followAuditLogs: true }, HIDE_FIRST);
      await within(async () => expect(await file()).toMatchObject({ gaps: 0 }), 60_000);
    }, 400_000);
    afterAll(async () => {
      await agent?.close();
      await server.kill().catch(() => undefined);
      await controller?.close();
      rmSync(folder, { recursive: true, force: true });
      const sorted = elapsed.toSorted((left, right) => left - right);
      process.stdout.write(
        `${elapsed.length} attacks seen in the file, median ${sorted[Math.floor(sorted.length / 2)]} ms, worst ${sorted.at(-1)} ms (promised: ${PROMISE_MS} ms)\n`,
      );
    }, 120_000);

    it.each(AUDIT_CASES)(
      '$rule: the attack is told, its twin is not',
      async ({ rule, before = [], twin, attack }) => {
        for (const step of before) expect((await ask(step)).status, JSON.stringify(step)).toBeLessThan(300);
        const startedAtMs = Date.now();
        await ask(twin(stage));
        const attackedAtMs = Date.now();
        const answer = await ask(attack(stage));
        expect(answer.status, answer.text).toSatisfy((code: number) =>
          rule.includes('refused') ? code === 403 : code < 300,
        );
        const found = await within(async () => {
          const all = await events(rule, startedAtMs);
          expect(all.length).toBeGreaterThan(0);
          return all;
        });
        elapsed.push(Date.now() - attackedAtMs);
        expect(found).toHaveLength(1);
        expect(found[0]?.occurredAtMs).toBeGreaterThanOrEqual(attackedAtMs - 1);
        expect(found[0]).toMatchObject({ source: 'audit-log', decision: { enforcementPoint: 'api-server' } });
        expect(found[0]?.node).toMatch(/^n-/);
        expect(found[0]?.decision.reasons.map((reason) => reason.rule)).toEqual([rule]);
      },
    );

    it('keeps nothing of what was in a Secret, on neither side', async () => {
      const listed = await controller.call({ path: 'events?limit=1000' });
      expect(listed.text).toContain('audit.token-secret');
      for (const canary of [CANARY, Buffer.from(CANARY).toString('base64')]) {
        expect(listed.text).not.toContain(canary);
        expect(controller.logged.join('\n')).not.toContain(canary);
        expect(agent?.log).not.toContain(canary);
      }
    });

    it('loses nothing while the API server rotates its file, and sees an attack after it', async () => {
      const before = await file();
      const path = `/api/v1/namespaces/shop/pods?labelSelector=${'x'.repeat(6000)}`;
      for (let round = 0; round < REQUESTS / 20; round += 1)
        await Promise.all(Array.from({ length: 20 }, () => ask({ path })));
      const startedAtMs = await attackAs('rotated');
      await seen('rotated', startedAtMs);
      elapsed.push(Date.now() - startedAtMs);
      const after = await within(async () => {
        const now = await file();
        expect((now?.rotations ?? 0) - (before?.rotations ?? 0)).toBeGreaterThan(0);
        return now;
      }, 30_000);
      expect(after).toMatchObject({ gaps: 0, broken: 0 });
      expect((after?.lines ?? 0) - (before?.lines ?? 0)).toBeGreaterThanOrEqual(REQUESTS + 1);
    });

    it('goes on when somebody copies and truncates the file, and counts lines that are no event', async () => {
      const firstMs = await attackAs('copied');
      await up().enter([
        'sh',
        '-c',
        `cp ${LOG} ${LOG}.1 && truncate -s 0 ${LOG} && echo 'no event' >> ${LOG}.1`,
      ]);
      await seen('copied', firstMs);
      const startedAtMs = await attackAs('truncated');
      await seen('truncated', startedAtMs);
      elapsed.push(Date.now() - startedAtMs);
      expect(await told('copied', firstMs)).toHaveLength(1);
      expect(await file()).toMatchObject({ gaps: 0 });
    });

    it('goes on after the agent was killed: what happened meanwhile is told, nothing twice', async () => {
      const earlierMs = await attackAs('earlier');
      await seen('earlier', earlierMs);
      const repeated = (await status()).repeated;
      await agent?.kill();
      const startedAtMs = await attackAs('meanwhile');
      // Once more rotated while nobody follows.
      await up().enter(['sh', '-c', `cp ${LOG} ${LOG}.2 && truncate -s 0 ${LOG}`]);
      const laterMs = await attackAs('later');
      await agent?.start({ followAuditLogs: true }, HIDE_FIRST);
      await seen('meanwhile', startedAtMs, 30_000);
      await seen('later', laterMs, 30_000);
      for (const user of ['earlier', 'meanwhile', 'later'])
        expect(await told(user, earlierMs), user).toHaveLength(1);
      expect(await file()).toMatchObject({ gaps: 0, skippedBytes: 0 });
      expect((await status()).repeated).toBeGreaterThanOrEqual(repeated);
    });
  },
);
