// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import type { EntityRepository, Store } from '@bartizan/adapters/store';
import { type FilterTerm, systemScope, tenantScope } from '@bartizan/contracts';
import { anAccessRequest } from './access-request-records.ts';
import { anAdmissionDecision, aStoredBinding, aStoredException, aStoredRule } from './admission-records.ts';
import { all, codeOf, good, type StoreCase, term, where } from './case.ts';
import {
  aCheck,
  aContainer,
  aFinding,
  aNode,
  anApiKey,
  anImage,
  aUseRecord,
  aWorkload,
  OWNER,
  type Owner,
  workloadRef,
} from './records.ts';

const OURS = tenantScope('local', 'default');
const THEIRS = tenantScope('local', 'other');
const SYSTEM = systemScope('case table');

/** The methods of a repository, bound to one kind of record. */
interface Operations {
  readonly put: (owner: Owner) => Promise<void>;
  readonly ids: (owner: Owner) => Promise<number>;
  readonly has: (owner: Owner) => Promise<boolean>;
  readonly remove: (owner: Owner) => Promise<number>;
  readonly count: (owner: Owner) => Promise<number>;
}

function operations<T>(
  repository: EntityRepository<T>,
  make: (owner: Owner) => T,
  facts: { readonly id: string; readonly countField: string },
): Operations {
  const scope = (owner: Owner) => tenantScope(owner.cluster, owner.tenant);
  return {
    put: async (owner) => good(await repository.put(scope(owner), [make(owner)])),
    ids: async (owner) => good(await repository.list(scope(owner), all())).items.length,
    has: async (owner) => good(await repository.get(scope(owner), facts.id)) !== undefined,
    remove: async (owner) => good(await repository.remove(scope(owner), [facts.id])),
    count: async (owner) => {
      const counts = good(await repository.countBy(scope(owner), facts.countField, all()));
      return [...counts.values()].reduce((sum, count) => sum + count, 0);
    },
  };
}

interface Noun {
  readonly name: string;
  readonly cases: (store: Store) => Operations;
}
const NOUNS: readonly Noun[] = [
  {
    name: 'nodes',
    cases: (store) => operations(store.nodes, (owner) => aNode(owner), { id: 'n-1', countField: 'state' }),
  },
  {
    name: 'workloads',
    cases: (store) =>
      operations(store.workloads, (owner) => aWorkload(owner), { id: 'w-1', countField: 'kind' }),
  },
  {
    name: 'containers',
    cases: (store) =>
      operations(store.containers, (owner) => aContainer(owner), { id: 'c-1', countField: 'state' }),
  },
  {
    name: 'images',
    cases: (store) =>
      operations(store.images, (owner) => anImage(owner), { id: 'sha256:aa', countField: 'digest' }),
  },
  {
    name: 'findings',
    cases: (store) =>
      operations(store.findings, (owner) => aFinding(owner), { id: 'f-1', countField: 'severity' }),
  },
  {
    name: 'checks',
    cases: (store) =>
      operations(store.checks, (owner) => aCheck(owner), { id: 'host.sysctl|w-1', countField: 'outcome' }),
  },
  {
    name: 'uses of packages',
    cases: (store) =>
      operations(store.uses, (owner) => aUseRecord(owner), { id: 'w-1|n-1', countField: 'workload' }),
  },
  {
    name: 'admission rules',
    cases: (store) =>
      operations(store.admissionRules, (owner) => aStoredRule(owner), {
        id: 'custom.privileged',
        countField: 'severity',
      }),
  },
  {
    name: 'admission bindings',
    cases: (store) =>
      operations(store.admissionBindings, (owner) => aStoredBinding(owner), {
        id: 'binding.shop',
        countField: 'mode',
      }),
  },
  {
    name: 'admission exceptions',
    cases: (store) =>
      operations(store.admissionExceptions, (owner) => aStoredException(owner), {
        id: 'exception.debug',
        countField: 'owner',
      }),
  },
  {
    name: 'admission decisions',
    cases: (store) =>
      operations(store.admissionDecisions, (owner) => anAdmissionDecision(owner), {
        id: 'd-1',
        countField: 'verdict',
      }),
  },
  {
    name: 'access requests',
    cases: (store) =>
      operations(store.accessRequests, (owner) => anAccessRequest(owner), { id: 'a-1', countField: 'state' }),
  },
  {
    name: 'API keys',
    cases: (store) =>
      operations(store.apiKeys, ({ tenant }) => anApiKey({ tenant }), { id: 'k-1', countField: 'role' }),
  },
];

const isolation = NOUNS.map(
  ({ name, cases }): StoreCase => ({
    name: `keeps the ${name} of two tenants apart in get, list, count and remove`,
    run: async ({ store }) => {
      const other: Owner = { cluster: 'local', tenant: 'other' };
      const noun = cases(store);
      await noun.put(OWNER);
      assert.equal(await noun.has(other), false);
      assert.equal(await noun.ids(other), 0);
      assert.equal(await noun.count(other), 0);
      assert.equal(await noun.remove(other), 0);
      assert.equal(await noun.has(OWNER), true);
      await noun.put(other);
      assert.equal(await noun.remove(other), 1);
      assert.equal(await noun.ids(OWNER), 1);
      assert.equal(await noun.count(OWNER), 1);
    },
  }),
);

async function withWorkloads(store: Store, count: number): Promise<void> {
  const made = Array.from({ length: count }, (_, index) =>
    aWorkload({
      id: `w-${index}`,
      name: `app-${String(index).padStart(3, '0')}`,
      namespace: `ns-${index % 3}`,
      running: index,
      lastSeenAtMs: 1000 + index,
    }),
  );
  good(await store.workloads.put(OURS, made));
}

const lists: readonly StoreCase[] = [
  {
    name: 'replaces a record that is put again',
    run: async ({ store }) => {
      good(await store.workloads.put(OURS, [aWorkload({ name: 'before' })]));
      good(await store.workloads.put(OURS, [aWorkload({ name: 'after' })]));
      const page = good(await store.workloads.list(OURS, all()));
      assert.deepEqual(page.items, [aWorkload({ name: 'after' })]);
    },
  },
  {
    name: 'pages through a list without a gap and without a repeat, in both directions',
    run: async ({ store }) => {
      await withWorkloads(store, 25);
      for (const descending of [false, true]) {
        const names: string[] = [];
        let cursor: string | undefined;
        do {
          const sort = { field: 'name', descending };
          const page = good(
            await store.workloads.list(
              OURS,
              all({ limit: 7, sort, ...(cursor === undefined ? {} : { cursor }) }),
            ),
          );
          assert.equal(page.total, 25);
          names.push(...page.items.map((item) => item.name));
          cursor = page.next;
        } while (cursor !== undefined);
        const expected = Array.from({ length: 25 }, (_, index) => `app-${String(index).padStart(3, '0')}`);
        assert.deepEqual(names, descending ? expected.reverse() : expected);
      }
    },
  },
  {
    name: 'pages on correctly when records of equal sort value straddle a page and others come meanwhile',
    run: async ({ store }) => {
      await withWorkloads(store, 9);
      const sort = { field: 'namespace', descending: false };
      const first = good(await store.workloads.list(OURS, all({ limit: 4, sort })));
      good(await store.workloads.put(OURS, [aWorkload({ id: 'w-00', namespace: 'ns-0', name: 'late' })]));
      const cursor = first.next ?? '';
      const second = good(await store.workloads.list(OURS, all({ limit: 100, sort, cursor })));
      const ids = [...first.items, ...second.items].map((item) => item.id);
      assert.equal(new Set(ids).size, ids.length);
      assert.ok(ids.length >= 9);
    },
  },
  {
    name: 'sorts by numbers as numbers and severities by rank',
    run: async ({ store }) => {
      await withWorkloads(store, 12);
      const sort = { field: 'running', descending: true };
      const page = good(await store.workloads.list(OURS, all({ limit: 2, sort })));
      assert.deepEqual(
        page.items.map((item) => item.running),
        [11, 10],
      );
      const severities = ['low', 'critical', 'unknown', 'high', 'medium', 'info'] as const;
      good(
        await store.findings.put(
          OURS,
          severities.map((severity) => aFinding({ id: `f-${severity}`, severity })),
        ),
      );
      const worst = good(
        await store.findings.list(OURS, all({ sort: { field: 'severity', descending: false } })),
      );
      assert.deepEqual(
        worst.items.map((item) => item.severity),
        ['critical', 'high', 'medium', 'low', 'info', 'unknown'],
      );
    },
  },
  {
    name: 'filters by value, by several values, by wildcard, by negation, by comparison and by free text',
    run: async ({ store }) => {
      await withWorkloads(store, 12);
      const ask = async (...filter: FilterTerm[]) =>
        good(await store.workloads.list(OURS, where(...filter))).items.length;
      assert.equal(await ask(term('namespace', 'ns-1')), 4);
      assert.equal(await ask(term('namespace', 'NS-1', 'ns-2')), 8);
      assert.equal(await ask(term('name', 'app-01*')), 2);
      assert.equal(await ask({ ...term('namespace', 'ns-1'), negated: true }), 8);
      assert.equal(
        await ask({ field: 'running', operator: 'greater-than', values: ['9'], negated: false }),
        2,
      );
      assert.equal(await ask({ field: 'running', operator: 'less-than', values: ['2'], negated: false }), 2);
      assert.equal(await ask(term('', 'APP-011')), 1);
      assert.equal(await ask(term('', 'app=shop')), 12);
      assert.equal(await ask(term('label', 'app=*'), term('node', 'n-1'), term('running', '3')), 1);
    },
  },
  {
    name: 'finds by full-width and Japanese text',
    run: async ({ store }) => {
      good(
        await store.findings.put(OURS, [
          aFinding({ title: { en: 'ＯｐｅｎＳＳＬ is old', ja: '古い暗号ライブラリー' } }),
        ]),
      );
      assert.equal(good(await store.findings.list(OURS, where(term('', 'openssl is')))).items.length, 1);
      assert.equal(good(await store.findings.list(OURS, where(term('', '暗号')))).items.length, 1);
    },
  },
  {
    name: 'takes the signs of SQL and of patterns in values as themselves',
    run: async ({ store }) => {
      const odd = `100%_'; DROP TABLE workloads; --\\`;
      good(
        await store.workloads.put(OURS, [aWorkload({ name: odd }), aWorkload({ id: 'w-2', name: '100xy' })]),
      );
      assert.equal(good(await store.workloads.list(OURS, where(term('name', odd)))).items.length, 1);
      assert.equal(good(await store.workloads.list(OURS, where(term('name', '100%_*')))).items.length, 1);
      assert.equal(good(await store.workloads.list(OURS, where(term('', '100%_')))).items.length, 1);
    },
  },
  {
    name: 'refuses fields it does not know and names those it knows',
    run: async ({ store }) => {
      for (const result of [
        await store.workloads.list(OURS, where(term('nope', 'x'))),
        await store.workloads.list(OURS, all({ sort: { field: 'nope', descending: false } })),
        await store.workloads.countBy(OURS, 'nope', all()),
        await store.workloads.list(OURS, where(term('running', 'many'))),
        await store.workloads.list(OURS, where(term('name', 'a*b*c*d*e*f'))),
      ]) {
        assert.equal(codeOf(result), 'E_FILTER');
      }
      const refused = await store.workloads.list(OURS, where(term('nope', 'x')));
      assert.match(refused.ok ? '' : refused.error.detail, /namespace/);
    },
  },
  {
    name: 'refuses cursors that were changed, or belong to another list, filter, sort or tenant',
    run: async ({ store }) => {
      await withWorkloads(store, 5);
      const cursor = good(await store.workloads.list(OURS, all({ limit: 2 }))).next ?? '';
      const changed = `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`;
      const sort = { field: 'running', descending: false };
      for (const result of [
        await store.workloads.list(OURS, all({ cursor: changed })),
        await store.workloads.list(OURS, all({ cursor: 'rubbish' })),
        await store.workloads.list(OURS, all({ cursor, sort })),
        await store.workloads.list(OURS, { ...where(term('kind', 'Deployment')), cursor }),
        await store.workloads.list(THEIRS, all({ cursor })),
        await store.containers.list(OURS, all({ cursor })),
        await store.events.list(OURS, 'flow', all({ cursor })),
      ]) {
        assert.equal(codeOf(result), 'E_CURSOR');
      }
    },
  },
  {
    name: 'counts by one field and by two, under the same filter as a list',
    run: async ({ store }) => {
      good(
        await store.findings.put(OURS, [
          aFinding({ id: 'f-1' }),
          aFinding({ id: 'f-2', severity: 'low' }),
          aFinding({ id: 'f-3', subject: workloadRef('w-2', 'bar') }),
          aFinding({ id: 'f-4', state: 'fixed' }),
        ]),
      );
      const open = where(term('state', 'open'));
      assert.deepEqual(
        new Map(good(await store.findings.countBy(OURS, 'severity', open))),
        new Map([
          ['high', 2],
          ['low', 1],
        ]),
      );
      const pairs = good(await store.findings.countBy(OURS, 'workload,severity', open));
      assert.equal(pairs.get('w-1,low'), 1);
      assert.equal(pairs.get('w-2,high'), 1);
    },
  },
  {
    name: 'says when a count has more values than an answer holds',
    run: async ({ store }) => {
      const many = Array.from({ length: 10_001 }, (_, index) =>
        aFinding({ id: `f-${index}`, subject: workloadRef(`w-${index}`, 'web') }),
      );
      good(await store.findings.put(OURS, many.slice(1)));
      const whole = good(await store.findings.countBy(OURS, 'workload', all()));
      assert.deepEqual([whole.size, whole.isCut], [10_000, false]);
      good(await store.findings.put(OURS, many.slice(0, 1)));
      const cut = good(await store.findings.countBy(OURS, 'workload', all()));
      assert.deepEqual([cut.size, cut.isCut], [10_000, true]);
    },
  },
  {
    name: 'finds findings by any of their ids, by package, by OWASP item and by what is exploited',
    run: async ({ store }) => {
      good(await store.findings.put(OURS, [aFinding()]));
      for (const filter of [
        term('vulnerability', 'CVE-2099-0001'),
        term('vulnerability', 'GHSA-aaaa-bbbb-cccc'),
        term('package', 'openssl'),
        term('owasp', 'K10'),
        term('owasp', '2022:K10'),
        term('knownExploited', 'false'),
        term('', 'CVE-2099'),
      ]) {
        assert.equal(good(await store.findings.list(OURS, where(filter))).items.length, 1, filter.field);
      }
      assert.equal(good(await store.findings.list(OURS, where(term('owasp', '2025:K10')))).items.length, 0);
    },
  },
  {
    name: 'shows the system scope the records of all tenants',
    run: async ({ store }) => {
      good(await store.workloads.put(OURS, [aWorkload()]));
      good(await store.workloads.put(THEIRS, [aWorkload({ tenant: 'other', name: 'theirs' })]));
      assert.equal(good(await store.workloads.list(SYSTEM, all())).items.length, 2);
    },
  },
  {
    name: 'treats a record under a foreign scope as a bug of the caller',
    run: async ({ store }) => {
      await assert.rejects(() => store.workloads.put(THEIRS, [aWorkload()]), /under the scope/);
      await assert.rejects(() => store.workloads.put(tenantScope('far', 'default'), [aWorkload()]), /scope/);
    },
  },
];

/** Promises of the repositories of whole records. */
export const ENTITY_CASES: readonly StoreCase[] = [...isolation, ...lists];
