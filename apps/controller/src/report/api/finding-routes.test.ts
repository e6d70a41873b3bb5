// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import { aFinding, good, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FindingLedger } from '../../decide/finding-ledger.ts';
import { type ApiStage, buildApiStage } from '../../testing/api-stage.ts';
import { Turnstile } from '../../turnstile.ts';
import { ANONYMOUS } from '../access/caller.ts';
import { findingHandlers } from './finding-routes.ts';

const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);

it('groups of more findings than are read at once say that their total is a lower bound', async () => {
  const test = await openStoreInPlace();
  try {
    const findings = ['a', 'b', 'c'].map((id) => aFinding({ id, groupKey: id }));
    good(await test.store.findings.put(SCOPE, findings));
    const findingTurnstile = new Turnstile();
    const parts = {
      store: test.store,
      clock: test.clock,
      publish: () => undefined,
      findingTurnstile,
      keeper: new FindingLedger(test.store, test.clock, findingTurnstile),
    };
    const ask = async (groupedMax: number) => {
      const answer = await findingHandlers(parts, groupedMax)['finding.groups'].run({
        caller: ANONYMOUS,
        scope: SCOPE,
        origin: { address: '', traceId: '' },
        ...{ params: {}, query: {}, body: undefined },
      });
      return answer.ok ? answer.value.body : answer.error;
    };
    expect(await ask(2)).toMatchObject({ total: 2, isTotalLowerBound: true });
    expect(await ask(3)).toMatchObject({ total: 3 });
    expect(await ask(3)).not.toHaveProperty('isTotalLowerBound');
  } finally {
    await test.remove();
  }
});

describe('taking an acceptance back', () => {
  let test: TestStore;
  let stage: ApiStage;
  let token = '';
  beforeEach(async () => {
    test = await openStoreInPlace();
    stage = await buildApiStage(test.store, test.clock);
    token = await stage.keyOf('admin');
    good(await test.store.findings.put(SCOPE, [aFinding()]));
  });
  afterEach(async () => {
    await stage.report.server.close();
    await test.remove();
  });
  const until = () => ({ reason: 'known', expiresAtMs: test.clock.nowMs() + 3600_000 });
  const accept = () => stage.ask({ method: 'POST', path: 'findings/f-1/acceptance', token, body: until() });
  const takeBack = async () => {
    const { status, text } = await stage.ask({ method: 'DELETE', path: 'findings/f-1/acceptance', token });
    return { status, body: JSON.parse(text) as object };
  };
  const stored = async () => good(await test.store.findings.get(SCOPE, 'f-1'));
  const except = async () => {
    const body = { match: { vulnerability: 'CVE-2099-0001' }, owner: 'aiko', ...until() };
    const made = await stage.ask({ method: 'POST', path: 'exceptions', token, body });
    return (JSON.parse(made.text) as { id: string }).id;
  };

  it('opens a finding that was accepted by hand', async () => {
    expect((await accept()).status).toBe(200);
    expect(await takeBack()).toMatchObject({ status: 200, body: { state: 'open' } });
    expect(await stored()).not.toHaveProperty('acceptance');
  });

  it('is refused while an exception accepts the finding', async () => {
    const exception = await except();
    const refused = { status: 409, body: { code: 'E_CONFLICT', detail: expect.stringContaining(exception) } };
    expect(await takeBack()).toMatchObject(refused);
    expect(await stored()).toMatchObject({ state: 'accepted', acceptance: { exception } });
    await stage.ask({ method: 'DELETE', path: `exceptions/${exception}`, token });
    expect(await takeBack()).toMatchObject({ status: 200, body: { state: 'open' } });
  });

  it.each([
    ['before it was accepted by hand', [except, accept]],
    ['after it was accepted by hand', [accept, except]],
  ])('leaves a finding to the exception that was made %s', async (_when, steps) => {
    for (const step of steps) await step();
    const byHand = await stored();
    expect(byHand).toMatchObject({ state: 'accepted', acceptance: { reason: 'known' } });
    expect(byHand?.acceptance).not.toHaveProperty('exception');
    const [exception] = good(await test.store.exceptions.list(SCOPE, { filter: [], limit: 10 })).items;
    const acceptance = { owner: 'aiko', exception: exception?.id };
    expect(await takeBack()).toMatchObject({ status: 200, body: { state: 'accepted', acceptance } });
    expect(await stored()).toMatchObject({ state: 'accepted', acceptance });
    expect((await takeBack()).status).toBe(409);
  });

  it('leaves a finding explained that a statement explains', async () => {
    const statement = {
      vulnerability: { name: 'CVE-2099-0001' },
      products: [{ '@id': 'pkg:deb/debian/openssl@3.0.1' }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_present',
    };
    await accept();
    const imported = await stage.report.server.inject({
      method: 'POST',
      url: '/api/v1/vex-documents?name=ours',
      headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${token}` },
      payload: Buffer.from(
        JSON.stringify({
          '@context': 'https://openvex.dev/ns/v0.2.0',
          '@id': 'https://example.com/vex/1',
          ...{ author: 'us', timestamp: '2026-01-01T00:00:00Z', version: 1, statements: [statement] },
        }),
      ),
    });
    expect(imported.statusCode).toBe(201);
    expect(await takeBack()).toMatchObject({ status: 200, body: { state: 'explained' } });
  });
});
