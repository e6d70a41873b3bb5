// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessRequest, AccessRequestWish, ClusterProbe, ProbeRun } from '@bartizan/contracts';
import {
  AccessGraph,
  answerPath,
  answerUse,
  answerWhatCan,
  answerWhoCan,
  EscalationPaths,
  judgeGrant,
  listRisks,
  listUse,
  type Person,
  personOf,
  readAccess,
  type UsedPermission,
} from '@bartizan/engine/access';
import {
  outcomeOf,
  probesOf,
  probeUrl,
  readPostureObjects,
  secretUses,
  tellSecret,
} from '@bartizan/engine/cluster-posture';
import { ACCESS_REQUESTS, API_USES, COMPONENTS, EXPOSURES, REACH } from './mock-data/cluster-lists.ts';
import { CLUSTER_OBJECTS } from './mock-data/cluster-objects.ts';
import { BASE, DAY_MS, MINUTE_MS, NOW_MS } from './mock-data/random.ts';
import { pageOf } from './mock-lists.ts';
import type { MockAnswer, MockHandler } from './mock-routes.ts';

const NO_CLUSTER: MockAnswer = { error: 'E_POLICY_NO_CLUSTER', status: 409 };
const NOT_FOUND: MockAnswer = { error: 'E_NOT_FOUND', status: 404 };

const graph = new AccessGraph(readAccess(CLUSTER_OBJECTS));
const paths = new EscalationPaths(graph);
const posture = readPostureObjects([...CLUSTER_OBJECTS]);

/** What the audit log saw: some use little of what they may do, some nothing. */
const seen = (verb: string, resource: string, namespace = '', group = ''): UsedPermission => ({
  attributes: { verb, group, resource, namespace },
  names: [],
  isCut: false,
});
const USED: Readonly<Record<string, readonly UsedPermission[]>> = {
  'sato@example.com': [seen('list', 'pods', 'shop'), seen('patch', 'deployments', 'shop', 'apps')],
  'system:serviceaccount:cert-manager:cert-manager': [
    seen('list', 'secrets'),
    seen('watch', 'certificates', '', 'cert-manager.io'),
  ],
  'system:serviceaccount:monitoring:prometheus-k8s': [seen('list', 'pods'), seen('watch', 'services')],
};
const WATCH = {
  window: { sinceMs: NOW_MS - 45 * DAY_MS, untilMs: NOW_MS - MINUTE_MS, gapMs: DAY_MS, isCut: false },
  neededMs: 30 * DAY_MS,
};
const usedOf = (user: string): readonly UsedPermission[] => USED[user] ?? [];

/** The answers of a few servers; the rest is silent. */
const probed = (isSent: boolean): ClusterProbe[] =>
  probesOf(posture, { host: '10.0.12.2', port: 6443 }).map((probe, index) => {
    const { id, about, what, fix } = probe;
    const row = { id, about, what, fix, url: probeUrl(probe) };
    if (!isSent) return { ...row, outcome: 'not-run' };
    const status = index % 3 === 0 ? 401 : 200;
    const answer = (
      [
        { kind: 'status', status },
        { kind: 'fault', code: 'ECONNREFUSED' },
        { kind: 'fault', code: 'ETIMEDOUT' },
      ] as const
    )[index % 4 === 1 ? 1 : index % 4 === 2 ? 2 : 0];
    return {
      ...row,
      outcome: outcomeOf(answer ?? { kind: 'fault', code: 'ETIMEDOUT' }),
      said: answer?.kind === 'status' ? String(answer.status) : (answer?.code ?? ''),
      askedAtMs: NOW_MS - 12 * MINUTE_MS,
    };
  });

const proposed = ({ subject, role, rules = [], namespace = '' }: AccessRequestWish) => ({
  subject: { kind: subject.kind, namespace: subject.namespace ?? '', name: subject.name },
  namespace,
  role: role ?? {
    rules: rules.map((rule) => ({ ...rule, resourceNames: rule.resourceNames ?? [], nonResourceURLs: [] })),
  },
});
const judged = (one: AccessRequest): AccessRequest => ({
  ...one,
  risk: judgeGrant(graph, paths, proposed(one)),
});
const yamlOf = ({ id, subject, role, namespace }: AccessRequest): string =>
  [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding'}`,
    'metadata:',
    `  name: bartizan-access-${id}`,
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
    'roleRef:',
    '  apiGroup: rbac.authorization.k8s.io',
    `  kind: ${role?.kind ?? 'Role'}`,
    `  name: ${role?.name ?? `bartizan-access-${id}`}`,
    'subjects:',
    `  - kind: ${subject.kind}`,
    `    name: ${subject.name}`,
    '',
  ].join('\n');

/** The watched cluster of one mock controller: access and posture, judged by the engine of the product itself. */
export class MockCluster {
  readonly #isEmpty: boolean;
  readonly #person: () => string;
  #requests: AccessRequest[] = ACCESS_REQUESTS.map(judged);
  #isProbed = true;

  /** `person`: who is signed in. Empty: no cluster is watched. */
  constructor(isEmpty: boolean, person: () => string) {
    this.#isEmpty = isEmpty;
    this.#person = person;
  }

  handlers(): Record<string, MockHandler> {
    const all = { ...this.#ofQuestions(), ...this.#ofLists(), ...this.#ofRequests() };
    if (!this.#isEmpty) return all;
    return Object.fromEntries(Object.keys(all).map((route) => [route, () => NO_CLUSTER]));
  }

  #ofQuestions(): Record<string, MockHandler> {
    const about =
      (answer: (person: Person) => unknown): MockHandler =>
      ({ asked }) => ({
        body: answer(personOf(asked['user'] ?? '', [])),
      });
    return {
      'access.who-can': ({ asked }) => {
        const { verb = 'get', path, resource = '', group = '', subresource, namespace, name } = asked;
        const more = Object.fromEntries(
          Object.entries({ subresource, namespace, name }).filter(([, value]) => value !== undefined),
        );
        return {
          body: answerWhoCan(
            graph,
            path === undefined ? { verb, resource, group, ...more } : { verb, nonResourceURL: path },
          ),
        };
      },
      'access.what-can': about((person) => answerWhatCan(graph, person)),
      'access.paths': about((person) => answerPath(graph, paths, person)),
      'access.unused': about((person) => answerUse(graph, person, { ...WATCH, used: usedOf(person.user) })),
      'access.reach': () => ({ body: REACH }),
    };
  }

  #ofLists(): Record<string, MockHandler> {
    return {
      'access.risks': ({ query }) => ({ body: { ...pageOf(listRisks(graph), query), unreadable: [] } }),
      'access.unused-subjects': ({ query }) => ({
        body: { ...pageOf(listUse(graph, { ...WATCH, usedOf }), query), unreadable: [] },
      }),
      'access.exposure': ({ query }) => ({ body: { ...pageOf(EXPOSURES, query), unreadable: [] } }),
      'access.secrets': ({ query }) => ({
        body: pageOf(secretUses(posture, graph).map(tellSecret), query),
      }),
      'access.components': ({ query }) => ({ body: pageOf(COMPONENTS, query) }),
      'access.api-uses': ({ query }) => ({
        body: { ...pageOf(API_USES, query), unread: ['CSIStorageCapacity'], isAuditLogHeard: false },
      }),
      'access.probes': ({ query }) => ({ body: pageOf(probed(this.#isProbed), query) }),
      'access.probe': () => {
        this.#isProbed = true;
        const rows = probed(true);
        const of = (outcome: ClusterProbe['outcome']): number =>
          rows.filter((row) => row.outcome === outcome).length;
        const body: ProbeRun = {
          ...{ asked: rows.length, open: of('open'), refused: of('refused') },
          ...{ closed: of('closed'), silent: of('silent') },
        };
        return { body };
      },
    };
  }

  #change(id: string | undefined, change: Partial<AccessRequest>): MockAnswer {
    this.#requests = this.#requests.map((one) => (one.id === id ? { ...one, ...change } : one));
    const found = this.#requests.find((one) => one.id === id);
    return found === undefined ? NOT_FOUND : { body: found };
  }

  #ofRequests(): Record<string, MockHandler> {
    const decided = (): Partial<AccessRequest> => ({ decidedBy: this.#person(), decidedAtMs: Date.now() });
    return {
      'access.requests': ({ query }) => ({ body: pageOf(this.#requests, query) }),
      'access.request': ({ params }) => {
        const found = this.#requests.find(({ id }) => id === params['id']);
        return found === undefined ? NOT_FOUND : { body: { ...found, yaml: yamlOf(found) } };
      },
      'access.request.ask': ({ body }) => {
        // The border of the mock: the console's own form made the body.
        const wish = body as unknown as AccessRequestWish;
        const made = judged({
          ...BASE,
          ...wish,
          id: `r-${this.#requests.length + 1}`,
          ...{
            state: 'asked',
            level: 'written',
            askedBy: this.#person(),
            askedAtMs: Date.now(),
            objects: [],
          },
        });
        this.#requests = [made, ...this.#requests];
        return { status: 201, body: made };
      },
      'access.request.approve': ({ params, body }) => {
        const length = this.#requests.find(({ id }) => id === params['id'])?.durationMs ?? 0;
        return this.#change(params['id'], {
          ...decided(),
          ...{ state: 'active', startedAtMs: Date.now(), expiresAtMs: Date.now() + length },
          ...(body['decision'] === undefined ? {} : { decision: String(body['decision']) }),
        });
      },
      'access.request.refuse': ({ params, body }) =>
        this.#change(params['id'], { ...decided(), state: 'refused', decision: String(body['decision']) }),
      'access.request.end': ({ params }) =>
        this.#change(params['id'], { state: 'ended', end: 'person', endedBy: this.#person() }),
    };
  }
}
