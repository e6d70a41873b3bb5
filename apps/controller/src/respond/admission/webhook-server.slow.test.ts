// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { request } from 'node:https';
import { createSealer } from '@bartizan/adapters/store';
import { err, failure } from '@bartizan/contracts';
import { openTestStore } from '@bartizan/testkit/store';
import { afterEach, describe, expect, it } from 'vitest';
import type { AdmissionAnswer, AdmissionAsk, Log } from '../../ports.ts';
import { DecisionLedger } from './decision-ledger.ts';
import { WebhookCertificates } from './webhook-certificates.ts';
import { type OnDecision, type WebhookLimits, WebhookServer } from './webhook-server.ts';

const DAY_MS = 24 * 3_600_000;
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const ANSWER: AdmissionAnswer = {
  allowed: true,
  warnings: [],
  auditAnnotations: {},
  decision: { verdict: 'allow', reasons: [], nearest: [], enforcementPoint: 'api-server', elapsedUs: 0 },
  violations: [],
  policyRevision: 'r1',
};
const review = (more: object = {}) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'u-1',
    operation: 'CREATE',
    resource: { group: '', version: 'v1', resource: 'pods' },
    kind: { kind: 'Pod' },
    namespace: 'shop',
    userInfo: { username: 'kim', groups: ['dev'] },
    object: { metadata: { generateName: 'web-' } },
    ...more,
  },
});

/** A port with a judge, and a way to ask it. */
async function stage(
  judge: (ask: AdmissionAsk) => AdmissionAnswer,
  limits: Partial<WebhookLimits> = {},
  onDecision?: OnDecision,
) {
  const logged: string[] = [];
  const keep = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  const noted: string[] = [];
  const { store, remove: close } = await openTestStore();
  open.push(close);
  const made = await certificatesOf(store, () => Date.now());
  const tls = await made.current();
  if (!tls.ok) throw new Error(tls.error.detail);
  const server = new WebhookServer({
    judge: { judge },
    onDecision: onDecision ?? ((ask, answer) => noted.push(`${ask.uid} ${answer.decision.verdict}`)),
    log,
    tls: tls.value,
    limits,
  });
  const port = await server.listen('127.0.0.1', 0);
  open.unshift(() => server.close());
  const post = (path: string, body: Buffer | string, method = 'POST') =>
    new Promise<{ status: number; json: unknown }>((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port, path, method, ca: tls.value.caPem, agent: false },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              json: JSON.parse(Buffer.concat(chunks).toString() || 'null'),
            }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  return { server, post, logged, noted };
}

const certificatesOf = async (
  store: Parameters<typeof WebhookCertificates.open>[0]['store'],
  nowMs: () => number,
): Promise<WebhookCertificates> => {
  const opened = await WebhookCertificates.open({
    store,
    sealer: createSealer(Buffer.alloc(32, 3)),
    clock: { nowMs },
    names: ['127.0.0.1'],
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
};

describe('the webhook port', () => {
  it('reads a review, answers it under its uid, and tells of it', async () => {
    const asked: AdmissionAsk[] = [];
    const { post, noted } = await stage((ask) => {
      asked.push(ask);
      return { ...ANSWER, warnings: ['careful'], patch: [{ op: 'add', path: '/a', value: 1 }] };
    });
    const answer = await post('/mutate?timeout=5s', JSON.stringify(review()));
    expect(answer).toEqual({
      status: 200,
      json: {
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: {
          uid: 'u-1',
          allowed: true,
          warnings: ['careful'],
          patchType: 'JSONPatch',
          patch: Buffer.from('[{"op":"add","path":"/a","value":1}]').toString('base64'),
        },
      },
    });
    expect(asked[0]).toMatchObject({
      resource: 'pods',
      subResource: '',
      name: 'web-',
      user: { name: 'kim', groups: ['dev'] },
      dryRun: false,
    });
    expect(noted).toEqual(['u-1 allow']);
  });

  it('refuses with the sentence of the judge', async () => {
    const decision = { ...ANSWER.decision, verdict: 'deny' as const };
    const { post, server } = await stage(() => ({ ...ANSWER, allowed: false, message: 'no', decision }));
    expect((await post('/validate', JSON.stringify(review()))).json).toMatchObject({
      response: { allowed: false, status: { code: 403, reason: 'Forbidden', message: 'no' } },
    });
    expect(server.counters).toMatchObject({ requestsTotal: 1, deniedTotal: 1, failedTotal: 0 });
  });

  it('leaves what is undecided, and every fault, to the failure policy; nothing of the body is logged', async () => {
    const undecided = { ...ANSWER.decision, verdict: 'undecided' as const };
    const secret = 'canary-of-a-secret';
    let answer = (): AdmissionAnswer => ({ ...ANSWER, allowed: false, decision: undecided });
    const { post, server, logged, noted } = await stage(() => answer(), { bodyBytes: 10_000 });
    const body = JSON.stringify(review({ object: { data: secret } }));
    expect((await post('/validate', body)).status).toBe(500);
    answer = () => {
      throw new Error('a bug');
    };
    expect((await post('/validate', body)).status).toBe(500);
    expect((await post('/validate', `{"kind": "${secret}`)).status).toBe(400);
    expect((await post('/validate', '[]')).status).toBe(400);
    expect((await post('/validate', JSON.stringify(review({ uid: '' })))).status).toBe(400);
    expect((await post('/validate', JSON.stringify(review({ operation: 'PATCH' })))).status).toBe(400);
    expect((await post('/other', body)).status).toBe(404);
    expect((await post('/validate', body, 'PUT')).status).toBe(404);
    const large = await post('/validate', 'x'.repeat(20_000)).catch(() => ({ status: 413 }));
    expect(large.status).toBe(413);
    expect(server.counters).toMatchObject({ requestsTotal: 9, failedTotal: 9 });
    expect(noted).toEqual([]);
    expect(logged.join('\n')).not.toContain(secret);
  });

  it('answers each of the reviews that come together by itself, whatever becomes of the others', async () => {
    const { post, server, noted } = await stage((ask) => {
      if (ask.uid === 'u-3') throw new Error('a bug');
      if (ask.uid !== 'u-5') return ANSWER;
      const decision = { ...ANSWER.decision, verdict: 'deny' as const };
      return { ...ANSWER, allowed: false, message: 'no', decision };
    });
    const answers = await Promise.all(
      Array.from({ length: 80 }, (_, at) =>
        post('/validate', at === 7 ? '{' : JSON.stringify(review({ uid: `u-${at}` }))),
      ),
    );
    expect(
      answers.map(({ status, json }) => [
        status,
        (json as { response?: { uid: string; allowed: boolean } }).response,
      ]),
    ).toEqual(
      Array.from({ length: 80 }, (_, at) => {
        if (at === 3) return [500, undefined];
        if (at === 7) return [400, undefined];
        return [200, expect.objectContaining({ uid: `u-${at}`, allowed: at !== 5 })];
      }),
    );
    expect(server.counters).toMatchObject({ requestsTotal: 80, deniedTotal: 1, failedTotal: 2 });
    expect(new Set(noted)).toEqual(
      new Set(
        Array.from({ length: 80 }, (_, at) => `u-${at} ${at === 5 ? 'deny' : 'allow'}`).filter(
          (_, at) => at !== 3 && at !== 7,
        ),
      ),
    );
    expect(noted).toHaveLength(78);
  });

  it('answers all the same while the store takes no decisions, and the ledger says so', async () => {
    const ledger = new DecisionLedger({
      store: { admissionDecisions: { put: async () => err(failure('E_STORE_FULL', 'the disk is full')) } },
      clock: { nowMs: () => Date.now() },
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      owner: { cluster: 'local', tenant: 'default' },
      limits: { passMs: 1, waiting: 1 },
    });
    const { post, server } = await stage(
      () => ANSWER,
      {},
      (ask, answer) => ledger.note(ask, answer),
    );
    for (let at = 0; at < 3; at += 1)
      expect(await post('/validate', JSON.stringify(review()))).toMatchObject({
        status: 200,
        json: { response: { uid: 'u-1', allowed: true } },
      });
    await expect.poll(() => ledger.state()).toEqual({ waiting: 1, lostTotal: 2, code: 'E_STORE_FULL' });
    expect(server.counters).toMatchObject({ requestsTotal: 3, failedTotal: 0 });
    await ledger.close();
    expect(ledger.state()).toEqual({ waiting: 0, lostTotal: 3, code: 'E_STORE_FULL' });
  });

  it('takes a new certificate into use while it runs', async () => {
    const { server, post } = await stage(() => ANSWER);
    const { store, remove: close } = await openTestStore();
    open.push(close);
    const other = await (await certificatesOf(store, () => Date.now())).current();
    if (!other.ok) throw new Error(other.error.detail);
    server.useTls(other.value);
    await expect(post('/validate', JSON.stringify(review()))).rejects.toThrow();
  });
});

describe('the certificates of the webhook', () => {
  it('are renewed after a third of their life, and the authority is followed by another one that is trusted before', async () => {
    const { store, remove: close } = await openTestStore();
    open.push(close);
    let nowMs = Date.now();
    const certificates = await certificatesOf(store, () => nowMs);
    const at = async (days: number) => {
      nowMs += days * DAY_MS;
      const current = await certificates.current();
      if (!current.ok) throw new Error(current.error.detail);
      return current.value;
    };
    const first = await at(0);
    expect(await at(29)).toEqual(first);
    const second = await at(2);
    expect(second.certificatePem).not.toBe(first.certificatePem);
    expect(second.caPem).toBe(first.caPem);
    const later = await at(366);
    expect(later.caPem.match(/BEGIN/g)).toHaveLength(2);
    expect(later.caPem).toContain(first.caPem.trim());
    expect((await at(31)).caPem.match(/BEGIN/g)).toHaveLength(1);
  });
});
