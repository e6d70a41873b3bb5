// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, ListQuery, SecurityEvent, User } from '@bartizan/contracts';
import { MockAdmission } from './mock-admission.ts';
import { MockCluster } from './mock-cluster.ts';
import { ADMIN, API_KEYS, AUDIT, PACKAGES, sessionOf, USERS } from './mock-data/access.ts';
import { policyFinding } from './mock-data/admission.ts';
import { makeEvents, securityEvent } from './mock-data/events.ts';
import { groupFindings, makeFindings } from './mock-data/findings.ts';
import { imageFindings } from './mock-data/images.ts';
import { atTime, bigMap, FLOWS, smallMap } from './mock-data/network.ts';
import { ADVISORIES, NODES, systemStatus } from './mock-data/nodes.ts';
import { PROCESS_ROWS } from './mock-data/processes.ts';
import { NOW_MS, seeded } from './mock-data/random.ts';
import { controlDetail, SCORECARD } from './mock-data/scorecard.ts';
import { bigSummaries, detailOf, SUMMARIES } from './mock-data/workloads.ts';
import { pageOf } from './mock-lists.ts';
import type { MockAnswer, MockCall, MockHandler } from './mock-routes.ts';
import { MockSupply } from './mock-supply.ts';

export interface MockOptions {
  readonly isBig: boolean;
  readonly isEmpty: boolean;
}
const NOT_FOUND: MockAnswer = { error: 'E_NOT_FOUND', status: 404 };
const found = (body: unknown): MockAnswer => (body === undefined ? NOT_FOUND : { body });

/** Findings of what runs, and of an image itself. */
const withImages = (findings: readonly Finding[]): Finding[] => {
  const like = findings.find((finding) => finding.kind === 'vulnerability');
  return like === undefined ? [...findings] : [...findings, policyFinding(like), ...imageFindings(like)];
};

/** The state of one mock controller. */
export class MockApi {
  readonly #options: MockOptions;
  readonly #summaries;
  #findings: Finding[];
  #events: SecurityEvent[];
  #users: User[] = [...USERS];
  #keys = [...API_KEYS];
  readonly #supply: MockSupply;
  readonly admission: MockAdmission;
  readonly #cluster: MockCluster;
  #sequence = 1_000;
  user: User = ADMIN;

  constructor(options: MockOptions) {
    this.#options = options;
    this.#summaries = options.isBig ? bigSummaries() : options.isEmpty ? [] : SUMMARIES;
    this.#findings = options.isEmpty ? [] : withImages(makeFindings());
    this.#supply = new MockSupply(options.isEmpty, {
      all: () => this.#findings,
      change: (change) => {
        this.#findings = this.#findings.map(change);
      },
    });
    this.admission = new MockAdmission(options.isEmpty);
    this.#cluster = new MockCluster(options.isEmpty, () => this.user.name);
    this.#events = options.isEmpty ? [] : makeEvents(options.isBig ? 3_000 : 160);
  }

  /** Makes a new event now, as the sensor would. */
  newEvent(index: number): SecurityEvent {
    this.#sequence += 1;
    const event = securityEvent(index, Date.now(), this.#sequence);
    this.#events = [event, ...this.#events];
    return event;
  }

  /** Handlers by route id. */
  handlers(): Readonly<Record<string, MockHandler>> {
    return {
      ...this.#access(),
      ...this.#inventory(),
      ...this.#supply.handlers(),
      ...this.admission.handlers(),
      ...this.#cluster.handlers(),
      ...this.#insight(),
      ...this.#system(),
    };
  }

  #access(): Record<string, MockHandler> {
    return {
      'session.show': () => ({ body: sessionOf(this.user) }),
      'session.update': ({ body }) => {
        this.user = { ...this.user, ...body };
        return { body: sessionOf(this.user) };
      },
      'session.delete': () => ({ status: 204 }),
      'session.password': ({ body }) => {
        if (String(body['next']).length < 12) return { error: 'E_PASSWORD_WEAK', status: 422 };
        this.user = { ...this.user, mustChangePassword: false };
        return { body: sessionOf(this.user) };
      },
      'user.list': ({ query }) => ({ body: pageOf(this.#users, query) }),
      'user.create': ({ body }) => {
        const user: User = {
          ...ADMIN,
          id: `u-${String(body['name'])}`,
          name: String(body['name']),
          role: 'security-reader',
          mustChangePassword: true,
        };
        this.#users = [...this.#users, user];
        return { status: 201, body: { user, oneTimePassword: 'maple-Orbit-42-lantern' } };
      },
      'user.update': ({ params, body }) => {
        this.#users = this.#users.map((user) => (user.id === params['id'] ? { ...user, ...body } : user));
        return found(this.#users.find((user) => user.id === params['id']));
      },
      'user.reset-password': () => ({ body: { oneTimePassword: 'river-Copper-19-signal' } }),
      'api-key.list': ({ query }) => ({ body: pageOf(this.#keys, query) }),
      'api-key.create': ({ body }) => {
        const key = {
          ...API_KEYS[0],
          id: `k-${this.#keys.length + 1}`,
          name: String(body['name']),
          revoked: false,
        };
        return { status: 201, body: { key, secret: `bzk_${seeded(1).hex(40)}` } };
      },
      'api-key.revoke': ({ params }) => {
        this.#keys = this.#keys.map((key) => (key.id === params['id'] ? { ...key, revoked: true } : key));
        return { status: 204 };
      },
      'audit.list': ({ query }) => ({ body: pageOf(this.#options.isEmpty ? [] : AUDIT, query, 'atMs') }),
      'audit.verify': () => ({
        body: { intact: true, records: AUDIT.length, headHash: AUDIT[0]?.hash ?? '' },
      }),
      'join-token.create': () => ({
        status: 201,
        body: {
          token: `bzj_${seeded(2).hex(40)}`,
          caSha256: seeded(3).hex(64),
          expiresAtMs: NOW_MS + 3_600_000,
        },
      }),
    };
  }

  #inventory(): Record<string, MockHandler> {
    const summaryOf = (id: string | undefined) =>
      this.#summaries.find((summary) => summary.workload.id === id);
    return {
      'cluster.list': () => ({
        body: {
          items: [{ id: 'local', name: 'local', kind: 'standalone', createdAtMs: NOW_MS }],
          asOfMs: NOW_MS,
        },
      }),
      'node.list': ({ query }) => ({ body: pageOf(this.#options.isEmpty ? [] : NODES, query) }),
      'node.show': ({ params }) => found(NODES.find((node) => node.id === params['id'])),
      'node.command': () => ({ status: 202, body: { id: 'c-1' } }),
      'workload.list': ({ query }) => ({ body: pageOf(this.#summaries, query) }),
      'workload.show': ({ params }) => {
        const summary = summaryOf(params['id']);
        return summary === undefined ? NOT_FOUND : { body: detailOf(summary) };
      },
      'workload.processes': ({ query }) => ({ body: pageOf(PROCESS_ROWS, query) }),
      'workload.connections': ({ query }) => ({ body: pageOf(FLOWS, query, 'occurredAtMs') }),
      'workload.packages': ({ query }) => ({ body: pageOf(PACKAGES, query) }),
      'map.show': ({ query }) => {
        const expanded = (query.expand ?? '').split(',');
        if (this.#options.isEmpty) return { body: { nodes: [], edges: [], workloads: 0, asOfMs: NOW_MS } };
        return {
          body: this.#options.isBig
            ? bigMap(this.#summaries, expanded)
            : atTime(smallMap(this.#summaries, expanded), query.to),
        };
      },
    };
  }

  #setFinding(id: string | undefined, change: Partial<Finding>): MockAnswer {
    this.#findings = this.#findings.map((finding) =>
      finding.id === id ? { ...finding, ...change } : finding,
    );
    return found(this.#findings.find((finding) => finding.id === id));
  }

  #insight(): Record<string, MockHandler> {
    const wanted = (query: MockCall['query']) =>
      pageOf(this.#findings, { ...query, limit: 100_000 }).items as Finding[];
    return {
      'finding.list': ({ query }) => ({ body: pageOf(this.#findings, query) }),
      'finding.groups': ({ query }) => ({
        body: pageOf(groupFindings(wanted({ ...query, cursor: '0' })), {
          limit: query.limit ?? 100,
          cursor: query.cursor ?? '0',
        }),
      }),
      'finding.show': ({ params }) => found(this.#findings.find((finding) => finding.id === params['id'])),
      'finding.accept': ({ params, body }) =>
        this.#setFinding(params['id'], {
          state: 'accepted',
          acceptance: {
            owner: this.user.name,
            reason: String(body['reason']),
            expiresAtMs: Number(body['expiresAtMs']),
          },
        }),
      'finding.reopen': ({ params }) => this.#setFinding(params['id'], { state: 'open' }),
      'event.list': ({ query }) => ({ body: pageOf(this.#events, query, 'occurredAtMs') }),
      'event.histogram': ({ query }) => ({ body: this.#histogram(query) }),
      'event.show': ({ params }) => found(this.#events.find((event) => event.id === params['id'])),
      'scorecard.show': () => ({ body: SCORECARD }),
      'scorecard.control': ({ params }) => found(controlDetail(params['control'] ?? '')),
    };
  }

  #histogram(query: Partial<ListQuery>) {
    const from = query.from ?? NOW_MS - 86_400_000;
    const to = query.to ?? Date.now();
    const intervalMs =
      [60_000, 300_000, 900_000, 3_600_000, 21_600_000].find((step) => (to - from) / step <= 100) ??
      86_400_000;
    const events = pageOf(this.#events, { ...query, limit: 100_000 }, 'occurredAtMs')
      .items as SecurityEvent[];
    const buckets = new Map<number, Record<string, string>>();
    for (const event of events) {
      const atMs = Math.floor(event.occurredAtMs / intervalMs) * intervalMs;
      const counts = buckets.get(atMs) ?? {};
      counts[event.severity] = String(Number(counts[event.severity] ?? 0) + 1);
      buckets.set(atMs, counts);
    }
    return {
      intervalMs,
      buckets: [...buckets].map(([atMs, counts]) => ({ atMs, counts })).sort((a, b) => a.atMs - b.atMs),
    };
  }

  #system(): Record<string, MockHandler> {
    return {
      'advisory.status': () => ({ body: ADVISORIES }),
      'advisory.import': () => ({ body: ADVISORIES }),
      'system.status': () => ({
        body: systemStatus({
          nodes: this.#options.isEmpty ? 0 : NODES.length,
          workloads: this.#summaries.length,
          containersRunning: this.#summaries.reduce((sum, summary) => sum + summary.workload.running, 0),
          packages: 3_412,
          openFindings: this.#options.isEmpty
            ? {}
            : { critical: '7', high: '19', medium: '24', low: '7', unknown: '6' },
          events24h: this.#events.filter((event) => event.occurredAtMs > NOW_MS - 86_400_000).length,
        }),
      }),
      'backup.create': () => ({ body: 'not a real backup' }),
    };
  }
}
