// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import type { ScanRecord, StoredSession, StoredUser } from '@bartizan/adapters/store';
import { systemScope, tenantScope } from '@bartizan/contracts';
import { all, codeOf, good, type StoreCase, term, where } from './case.ts';
import { anApiKey, aUser } from './records.ts';

const OURS = tenantScope('local', 'default');
const THEIRS = tenantScope('local', 'other');
const SYSTEM = systemScope('case table');

const stored = (changes: Partial<StoredUser> = {}): StoredUser => ({
  user: aUser(),
  passwordHash: 'hash',
  previousHashes: [],
  failures: 0,
  ...changes,
});
const session = (changes: Partial<StoredSession> = {}): StoredSession => ({
  tokenHash: 'token',
  userId: 'u-1',
  csrfToken: 'csrf',
  createdAtMs: 1,
  expiresAtMs: 5000,
  ...changes,
});
const token = { id: 't1', secretHash: 'h', expiresAtMs: 5000, tenant: 'default', cluster: 'local' };
const entry = (changes: { readonly tenant?: string; readonly actor?: string } = {}) => ({
  tenant: 'default',
  atMs: 1000,
  actor: 'aiko',
  actorKind: 'user' as const,
  action: 'user.create',
  target: 'u-2',
  outcome: 'success' as const,
  detail: '',
  ...changes,
});
const scan = (changes: Partial<ScanRecord> = {}): ScanRecord => ({
  workload: 'w-1',
  scan: 's-1',
  distribution: 'debian 12',
  distributionName: 'Debian',
  packages: ['openssl', 'bash', 'zlib'].map((name) => ({
    name,
    version: '1',
    ecosystem: 'Debian:12',
    purl: `pkg:deb/debian/${name}@1`,
    cataloger: 'dpkg',
    locations: [],
  })),
  coverage: [],
  incomplete: [],
  scannedAtMs: 1000,
  matchedWith: '',
  ...changes,
});

const people: readonly StoreCase[] = [
  {
    name: 'finds users by name and id with what the login needs, and lists them without it',
    run: async ({ store }) => {
      good(await store.users.put(OURS, stored({ passwordExpiresAtMs: 7 })));
      assert.deepEqual(good(await store.users.byName(SYSTEM, 'aiko')), stored({ passwordExpiresAtMs: 7 }));
      assert.equal(good(await store.users.byId(OURS, 'u-1'))?.passwordHash, 'hash');
      const page = good(await store.users.list(OURS, all()));
      assert.deepEqual(page.items, [aUser()]);
      assert.doesNotMatch(JSON.stringify(page), /hash/i);
    },
  },
  {
    name: 'refuses a second user of the same name, and keeps the first',
    run: async ({ store }) => {
      good(await store.users.put(OURS, stored()));
      const second = await store.users.put(
        OURS,
        stored({ user: aUser({ id: 'u-2', displayName: 'Second' }) }),
      );
      assert.equal(codeOf(second), 'E_CONFLICT');
      assert.equal(good(await store.users.list(OURS, all())).items.length, 1);
      assert.equal(good(await store.users.byName(OURS, 'aiko'))?.user.id, 'u-1');
    },
  },
  {
    name: 'keeps the users, sessions and keys of two tenants apart',
    run: async ({ store }) => {
      good(await store.users.put(OURS, stored()));
      good(await store.sessions.put(SYSTEM, session()));
      good(await store.apiKeys.putWithHash(OURS, anApiKey(), 'secret'));
      assert.equal(good(await store.users.byName(THEIRS, 'aiko')), undefined);
      assert.equal(good(await store.users.byId(THEIRS, 'u-1')), undefined);
      assert.equal(good(await store.users.remove(THEIRS, 'u-1')), false);
      assert.equal(good(await store.users.list(THEIRS, all())).items.length, 0);
      assert.equal(good(await store.sessions.byHash(THEIRS, 'token')), undefined);
      good(await store.sessions.remove(THEIRS, 'token'));
      good(await store.sessions.removeOfUser(THEIRS, 'u-1'));
      good(await store.sessions.put(THEIRS, session({ tokenHash: 'stolen' })));
      assert.equal(good(await store.sessions.removeExpired(THEIRS, 9999)), 0);
      assert.equal(good(await store.apiKeys.byHash(THEIRS, 'secret')), undefined);
      assert.equal(good(await store.apiKeys.remove(THEIRS, ['k-1'])), 0);
      assert.notEqual(good(await store.sessions.byHash(SYSTEM, 'token')), undefined);
      assert.equal(good(await store.sessions.byHash(SYSTEM, 'stolen')), undefined);
      assert.equal(good(await store.apiKeys.byHash(SYSTEM, 'secret'))?.id, 'k-1');
    },
  },
  {
    name: 'ends sessions one by one, by user, by time, and with their user',
    run: async ({ store }) => {
      good(await store.users.put(OURS, stored()));
      const ends = ['a', 'b', 'c', 'd'].map((tokenHash, index) =>
        session({ tokenHash, expiresAtMs: 1000 * index }),
      );
      for (const one of ends) good(await store.sessions.put(SYSTEM, one));
      assert.equal(good(await store.sessions.removeExpired(SYSTEM, 1000)), 2);
      good(await store.sessions.remove(SYSTEM, 'c'));
      assert.equal(good(await store.sessions.byHash(SYSTEM, 'c')), undefined);
      assert.equal(good(await store.sessions.byHash(SYSTEM, 'd'))?.userId, 'u-1');
      assert.equal(good(await store.users.remove(OURS, 'u-1')), true);
      assert.equal(good(await store.sessions.byHash(SYSTEM, 'd')), undefined);
      assert.equal(good(await store.users.remove(OURS, 'u-1')), false);
    },
  },
  {
    name: 'moves the end of a session that is there, and brings none back that has ended',
    run: async ({ store }) => {
      good(await store.users.put(OURS, stored()));
      good(await store.sessions.put(SYSTEM, session()));
      assert.equal(good(await store.sessions.touch(THEIRS, 'token', 7000)), false);
      assert.equal(good(await store.sessions.touch(SYSTEM, 'token', 6000)), true);
      assert.deepEqual(good(await store.sessions.byHash(SYSTEM, 'token')), session({ expiresAtMs: 6000 }));
      assert.equal(good(await store.sessions.removeExpired(SYSTEM, 5500)), 0);
      good(await store.sessions.removeOfUser(SYSTEM, 'u-1'));
      assert.equal(good(await store.sessions.touch(SYSTEM, 'token', 8000)), false);
      assert.equal(good(await store.sessions.byHash(SYSTEM, 'token')), undefined);
    },
  },
  {
    name: 'forgets the secret of a key with the key, and keeps it when the key changes',
    run: async ({ store }) => {
      good(await store.apiKeys.putWithHash(OURS, anApiKey(), 'secret'));
      good(await store.apiKeys.put(OURS, [anApiKey({ revoked: true })]));
      assert.equal(good(await store.apiKeys.byHash(SYSTEM, 'secret'))?.revoked, true);
      assert.equal(good(await store.apiKeys.remove(OURS, ['k-1'])), 1);
      assert.equal(good(await store.apiKeys.byHash(SYSTEM, 'secret')), undefined);
    },
  },
];

const enrolment: readonly StoreCase[] = [
  {
    name: 'gives a join token out once, to who knows the secret, in time, in its tenant',
    run: async ({ store }) => {
      good(await store.joinTokens.put(OURS, token));
      assert.equal(good(await store.joinTokens.take(SYSTEM, 't1', 'wrong', 1000)), undefined);
      assert.equal(good(await store.joinTokens.take(THEIRS, 't1', 'h', 1000)), undefined);
      const takes = await Promise.all([1, 2, 3].map(() => store.joinTokens.take(SYSTEM, 't1', 'h', 1000)));
      const taken = takes.map(good).filter((one) => one !== undefined);
      assert.deepEqual(taken, [{ tenant: 'default', cluster: 'local' }]);
      good(await store.joinTokens.put(OURS, { ...token, id: 't2' }));
      assert.equal(good(await store.joinTokens.take(SYSTEM, 't2', 'h', 5000)), undefined);
    },
  },
  {
    name: 'remembers revoked certificates, and never takes a revocation back',
    run: async ({ store }) => {
      const certificate = { serial: 'aa', node: 'n-1', notAfterMs: 9000, revoked: false };
      good(await store.certificates.put(OURS, certificate));
      assert.equal(good(await store.certificates.isRevoked(OURS, 'aa')), false);
      assert.equal(good(await store.certificates.revokeNode(THEIRS, 'n-1')), 0);
      assert.equal(good(await store.certificates.revokeNode(OURS, 'n-1')), 1);
      good(await store.certificates.put(OURS, certificate));
      assert.equal(good(await store.certificates.isRevoked(SYSTEM, 'aa')), true);
    },
  },
  {
    name: 'keeps the newest package list of a workload, filters it and pages through it',
    run: async ({ store }) => {
      good(await store.scans.put(OURS, scan({ packages: [] })));
      good(await store.scans.put(OURS, scan()));
      good(await store.scans.markMatched(OURS, 'w-1', { matchedWith: 'pack-1', atMs: 5 }));
      assert.equal(good(await store.scans.ofWorkload(OURS, 'w-1'))?.matchedWith, 'pack-1');
      assert.deepEqual(good(await store.scans.workloads(OURS)), ['w-1']);
      const first = good(await store.scans.listPackages(OURS, 'w-1', all({ limit: 2 })));
      assert.deepEqual([first.items.map((item) => item.name), first.total], [['bash', 'openssl'], 3]);
      const cursor = first.next ?? '';
      const second = good(await store.scans.listPackages(OURS, 'w-1', all({ limit: 2, cursor })));
      assert.deepEqual([second.items.map((item) => item.name), second.next], [['zlib'], undefined]);
      const found = good(await store.scans.listPackages(OURS, 'w-1', where(term('name', 'open*'))));
      assert.equal(found.items.length, 1);
      assert.equal(codeOf(await store.scans.listPackages(OURS, 'w-1', where(term('nope', 'x')))), 'E_FILTER');
    },
  },
  {
    name: 'keeps scans and settings of two tenants apart',
    run: async ({ store }) => {
      good(await store.scans.put(OURS, scan()));
      good(await store.scans.markMatched(THEIRS, 'w-1', { matchedWith: 'pack', atMs: 5 }));
      good(await store.scans.remove(THEIRS, 'w-1'));
      assert.equal(good(await store.scans.ofWorkload(THEIRS, 'w-1')), undefined);
      assert.deepEqual(good(await store.scans.workloads(THEIRS)), []);
      assert.equal(good(await store.scans.listPackages(THEIRS, 'w-1', all())).items.length, 0);
      assert.equal(good(await store.scans.ofWorkload(OURS, 'w-1'))?.matchedWith, '');
      good(await store.settings.put(OURS, 'colour', 'green'));
      good(await store.settings.put(SYSTEM, 'ca', 'sealed'));
      assert.equal(good(await store.settings.get(THEIRS, 'colour')), undefined);
      assert.equal(good(await store.settings.get(OURS, 'ca')), undefined);
      assert.deepEqual(good(await store.settings.names(OURS)), ['colour']);
      assert.deepEqual(good(await store.settings.names(THEIRS)), []);
      assert.deepEqual(good(await store.settings.names(SYSTEM)), ['ca']);
      assert.equal(good(await store.settings.remove(THEIRS, 'colour')), false);
      assert.equal(good(await store.settings.remove(OURS, 'colour')), true);
      assert.equal(good(await store.settings.get(OURS, 'colour')), undefined);
      assert.equal(good(await store.settings.get(SYSTEM, 'ca')), 'sealed');
    },
  },
];

const audit: readonly StoreCase[] = [
  {
    name: 'chains audit records, also when many are appended at once',
    run: async ({ store }) => {
      const made = await Promise.all(
        Array.from({ length: 50 }, (_, index) => store.audit.append(OURS, entry({ actor: `user-${index}` }))),
      );
      const sequences = made.map((one) => good(one).sequence).sort((left, right) => left - right);
      assert.deepEqual(
        sequences,
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
      const verdict = good(await store.audit.verify(SYSTEM));
      assert.deepEqual([verdict.intact, verdict.records], [true, 50]);
      assert.match(verdict.headHash, /^[0-9a-f]{64}$/);
    },
  },
  {
    name: 'lists audit records newest first, and each tenant its own',
    run: async ({ store }) => {
      good(await store.audit.append(OURS, entry({ actor: 'first' })));
      good(await store.audit.append(THEIRS, entry({ tenant: 'other', actor: 'theirs' })));
      good(await store.audit.append(OURS, entry({ actor: 'last' })));
      const page = good(await store.audit.list(OURS, all()));
      assert.deepEqual(
        page.items.map((record) => record.actor),
        ['last', 'first'],
      );
      assert.equal(good(await store.audit.list(THEIRS, all())).items.length, 1);
      assert.equal(good(await store.audit.list(OURS, where(term('action', 'user.*')))).total, 2);
      await assert.rejects(() => store.audit.append(THEIRS, entry()), /scope/);
    },
  },
  {
    name: 'counts the audit records of all tenants, for the system only',
    run: async ({ store }) => {
      assert.equal(good(await store.audit.count(SYSTEM)), 0);
      good(await store.audit.append(OURS, entry()));
      good(await store.audit.append(THEIRS, entry({ tenant: 'other' })));
      assert.equal(good(await store.audit.count(SYSTEM)), 2);
      await assert.rejects(() => store.audit.count(OURS), /all tenants/);
    },
  },
];

/** Promises of users, sessions, keys, enrolment, scans, settings and the audit log. */
export const ACCESS_CASES: readonly StoreCase[] = [...people, ...enrolment, ...audit];
