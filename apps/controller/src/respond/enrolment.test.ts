// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { hashToken } from '@bartizan/adapters/identity';
import { type CertificateAuthority, openCertificateAuthority } from '@bartizan/adapters/pki';
import { createSealer } from '@bartizan/adapters/store';
import {
  clusterNodeText,
  type EnrollResponse,
  enrollProof,
  err,
  failure,
  ok,
  renewProof,
} from '@bartizan/contracts';
import { aNode, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefusedAttempts } from '../refused-attempts.ts';
import { EnrolmentDesk } from './enrolment.ts';

const SCOPE = { kind: 'system', purpose: 'test' } as const;
const quiet = () => undefined;
let test: TestStore;
let desk: EnrolmentDesk;
let refusals: RefusedAttempts;
let rejoined: string[] = [];
/** Called before each certificate is made. */
let beforeIssuing: () => Promise<void> = async () => undefined;
let vouching: 'E_JOIN_TOKEN' | 'E_UNAVAILABLE' = 'E_JOIN_TOKEN';

beforeEach(async () => {
  test = await openStoreInPlace();
  rejoined = [];
  vouching = 'E_JOIN_TOKEN';
  const opened = await openCertificateAuthority({
    settings: test.store.settings,
    sealer: createSealer(Buffer.alloc(32, 1)),
    clock: test.clock,
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  const authority: CertificateAuthority = opened.value;
  beforeIssuing = async () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  refusals = new RefusedAttempts({ store: test.store, clock: test.clock, log });
  desk = new EnrolmentDesk({
    store: test.store,
    authority: {
      issueNodeCertificate: async (...asked: Parameters<CertificateAuthority['issueNodeCertificate']>) => {
        await beforeIssuing();
        return authority.issueNodeCertificate(...asked);
      },
    },
    clock: test.clock,
    instance: 'main',
    refusals,
    clusterAgents: {
      nodeOf: async (token) =>
        token === `${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(43)}`
          ? ok('worker-1')
          : err(failure(vouching, 'not known')),
      publishTrust: async () => ok(undefined),
    },
    log,
    onRejoined: (node) => {
      rejoined.push(node);
    },
  });
});
afterEach(() => test.remove());

async function tokenOf(tenant: string, id: string): Promise<string> {
  await test.store.joinTokens.put(SCOPE, {
    id,
    secretHash: hashToken('secret'),
    expiresAtMs: test.clock.value + 60_000,
    tenant,
    cluster: 'local',
  });
  return `bzj_${id}_secret`;
}
async function join(tenant: string, id: string, node = 'n-1') {
  const token = await tokenOf(tenant, id);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const signature = sign(null, Buffer.from(enrollProof(id, node, publicKeyPem)), privateKey).toString(
    'base64',
  );
  return desk.enroll({ token, node, name: 'host', publicKeyPem, signature }, '192.0.2.1');
}
const acts = async () => {
  const list = await test.store.audit.list(SCOPE, { filter: [], limit: 50 });
  return list.ok
    ? list.value.items.map(({ action, outcome, detail }) => `${action} ${outcome} ${detail}`)
    : [];
};

/** Joins with the token of a service account. */
async function joinAsPod(node: string, name: string, end = 'c') {
  const token = `${'a'.repeat(20)}.${'b'.repeat(20)}.${end.repeat(43)}`;
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const text = enrollProof(end.repeat(16), node, publicKeyPem);
  const signature = sign(null, Buffer.from(text), privateKey).toString('base64');
  return desk.enroll({ token, node, name, publicKeyPem, signature }, '192.0.2.1');
}
/** Asks with a token that nobody gave out and a signature of somebody else. */
const joinAsStranger = (node: string, address: string) =>
  desk.enroll({ token: 'bzj_aa_secret', node, name: 'host', ...STRANGER }, address);
const STRANGER = {
  publicKeyPem: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  signature: Buffer.alloc(64).toString('base64'),
};
const nodeIdOf = (name: string): string =>
  `n-${createHash('sha256').update(clusterNodeText('main', name)).digest('hex').slice(0, 16)}`;

describe('joining by a service account', () => {
  it('counts for the node that the API server names, as often as needed', async () => {
    for (const _time of [1, 2])
      expect(await joinAsPod(nodeIdOf('worker-1'), 'worker-1')).toMatchObject({
        ok: true,
        value: { cluster: 'local', tenant: 'default' },
      });
    expect((await acts()).filter((act) => act.startsWith('agent.enroll success'))).toHaveLength(2);
  });

  it('is no way to be another node', async () => {
    const other = nodeIdOf('worker-2');
    expect(await joinAsPod(other, 'worker-2')).toMatchObject({
      ok: false,
      error: { code: 'E_NODE_MISMATCH' },
    });
    expect(await joinAsPod(other, 'worker-1')).toMatchObject({
      ok: false,
      error: { code: 'E_NODE_MISMATCH' },
    });
    expect(await joinAsPod(nodeIdOf('worker-1'), 'worker-2')).toMatchObject({ ok: false });
    expect(rejoined).toEqual([]);
    expect(await acts()).toContain('agent.enroll refused E_NODE_MISMATCH');
  });

  it('is refused for a token that is not known, and put off when nobody can say', async () => {
    expect(await joinAsPod(nodeIdOf('worker-1'), 'worker-1', 'd')).toMatchObject({
      error: { code: 'E_JOIN_TOKEN' },
    });
    expect(await acts()).toContain('agent.enroll refused E_JOIN_TOKEN');
    vouching = 'E_UNAVAILABLE';
    expect(await joinAsPod(nodeIdOf('worker-1'), 'worker-1', 'd')).toMatchObject({
      error: { code: 'E_UNAVAILABLE' },
    });
  });
});

describe('refusals of strangers', () => {
  it('are one record for each address, and then their number, whatever name they choose', async () => {
    for (let time = 0; time < 100; time += 1)
      for (let address = 1; address <= 10; address += 1)
        await joinAsStranger(`n-${time}`, `192.0.2.${address}`);
    expect(await acts()).toEqual(Array.from({ length: 10 }, () => 'agent.enroll refused E_JOIN_PROOF'));
    test.clock.value += 60_000;
    await refusals.flush();
    const since = new Date(test.clock.value - 60_000).toISOString();
    const told = (await acts()).filter((act) => act.includes('more since'));
    expect(told).toEqual(
      Array.from({ length: 10 }, () => `agent.enroll refused E_JOIN_PROOF; 99 more since ${since}`),
    );
  });

  it('count the addresses of one network of IPv6 as one', async () => {
    for (const host of ['1', '2', 'ffff:1']) await joinAsStranger('n-1', `2001:db8:1:2::${host}`);
    await joinAsStranger('n-1', '2001:db8:1:3::1');
    expect(await acts()).toHaveLength(2);
  });
});

describe('joining', () => {
  it('revokes what the node had before, and ends its streams', async () => {
    expect((await join('default', 'aa')).ok).toBe(true);
    expect(rejoined).toEqual([]);
    expect((await join('default', 'bb')).ok).toBe(true);
    expect(rejoined).toEqual(['n-1']);
  });

  it('does not hand the node of one tenant to another', async () => {
    expect((await join('default', 'aa')).ok).toBe(true);
    await test.store.nodes.put(SCOPE, [aNode()]);
    const stolen = await join('other', 'bb');
    expect(stolen).toMatchObject({ ok: false, error: { code: 'E_NODE_MISMATCH' } });
    expect(rejoined).toEqual([]);
    expect(await acts()).toContain('agent.enroll refused E_NODE_MISMATCH');
  });

  it('is over when the token has ended', async () => {
    const before = test.clock.value;
    const late = join('default', 'aa');
    test.clock.value = before + 120_000;
    expect(await late).toMatchObject({ ok: false, error: { code: 'E_JOIN_TOKEN' } });
  });

  it('refuses a name that is not fit for a certificate', async () => {
    expect((await join('default', 'aa', 'n_1')).ok).toBe(true);
    expect(await join('default', 'bb', 'n 1\n')).toMatchObject({ ok: false });
  });
});

describe('renewing', () => {
  /** The holder of the certificate of an answer, as the wire names it. */
  const holderOf = ({ certificatePem, notAfterMs }: EnrollResponse) => ({
    ...{ tenant: 'default', cluster: 'local', node: 'n-1', notAfterMs },
    serial: new X509Certificate(certificatePem).serialNumber.toLowerCase(),
  });
  const joined = async (id: string) => {
    const answer = await join('default', id);
    if (!answer.ok) throw new Error(answer.error.detail);
    return holderOf(answer.value);
  };
  function renew(holder: ReturnType<typeof holderOf>) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const proof = sign(null, Buffer.from(renewProof(holder.node, publicKeyPem)), privateKey);
    return desk.renew(holder, { publicKeyPem, signature: proof.toString('base64') });
  }
  const counts = async (serial: string) => {
    const revoked = await test.store.certificates.isRevoked(SCOPE, serial);
    return revoked.ok && !revoked.value;
  };

  it('goes on from one certificate to the next', async () => {
    const first = await renew(await joined('aa'));
    if (!first.ok) throw new Error(first.error.detail);
    expect((await renew(holderOf(first.value))).ok).toBe(true);
    expect(await acts()).toContainEqual(expect.stringMatching(/^agent\.renew success serial /u));
  });

  it('is refused for a certificate that was revoked since its connection began', async () => {
    const before = await joined('aa');
    await joined('bb');
    expect(await renew(before)).toMatchObject({ ok: false, error: { code: 'E_CERTIFICATE' } });
    expect(await acts()).toContain('agent.enroll refused E_CERTIFICATE');
  });

  it('is refused for a certificate that has ended since', async () => {
    const before = await joined('aa');
    test.clock.value = before.notAfterMs;
    expect(await renew(before)).toMatchObject({ ok: false, error: { code: 'E_CERTIFICATE' } });
  });

  it('under way does not outlive that its node joins again', async () => {
    const before = await joined('aa');
    let joining: ReturnType<typeof joined> | undefined;
    beforeIssuing = async () => {
      if (joining !== undefined) return;
      joining = joined('bb');
      // Long enough for a join that nothing holds back to revoke what there is.
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    };
    const renewed = await renew(before);
    const after = await joining;
    if (!renewed.ok || after === undefined) throw new Error('nothing was issued');
    expect(await counts(holderOf(renewed.value).serial)).toBe(false);
    expect(await counts(after.serial)).toBe(true);
  });
});
