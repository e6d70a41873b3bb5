// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createPublicKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { enrollProof, ok, renewProof } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { createSealer, type SettingRepository } from '../store/index.ts';
import {
  type CertificateAuthority,
  openCertificateAuthority,
  readNodeCertificate,
  sha256Of,
  verifyEnrolment,
  verifyRenewal,
} from './index.ts';

const DAY_MS = 24 * 3_600_000;
const sealer = createSealer(Buffer.alloc(32, 7));
const identity = { tenant: 'default', cluster: 'local', node: 'n-0123456789abcdef' };

class Settings implements SettingRepository {
  readonly values = new Map<string, string>();
  async get(_scope: unknown, name: string) {
    return ok(this.values.get(name));
  }
  async put(_scope: unknown, name: string, value: string) {
    this.values.set(name, value);
    return ok(undefined);
  }
  async remove(_scope: unknown, name: string) {
    return ok(this.values.delete(name));
  }
  async names() {
    return ok([...this.values.keys()]);
  }
}

const clockAt = (nowMs: number) => {
  const clock = { value: nowMs, nowMs: () => clock.value };
  return clock;
};

async function open(settings: Settings, clock = clockAt(Date.now())): Promise<CertificateAuthority> {
  const opened = await openCertificateAuthority({ settings, sealer, clock });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

const publicPem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

async function serverOf(authority: CertificateAuthority) {
  const made = await authority.serverCertificate(['localhost', '127.0.0.1']);
  if (!made.ok) throw new Error(made.error.detail);
  return made.value;
}

/** A mutual TLS handshake; resolves with what the server saw of the client. */
async function handshake(
  server: { certificatePem: string; keyPem: string; caPem: string },
  client: { certificatePem: string; keyPem: string; caPem: string },
): Promise<{ authorized: boolean; raw: Buffer | undefined; chainSha256: string[] }> {
  let seen: TLSSocket | undefined;
  const listener = createServer(
    {
      cert: server.certificatePem,
      key: server.keyPem,
      ca: server.caPem,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
    },
    (socket) => {
      seen = socket;
      socket.end('x');
    },
  );
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  try {
    const chainSha256 = await new Promise<string[]>((resolve, reject) => {
      const socket = connect(
        {
          host: '127.0.0.1',
          port,
          servername: 'localhost',
          ca: client.caPem,
          cert: client.certificatePem,
          key: client.keyPem,
        },
        () => {
          const chain: string[] = [];
          let one = socket.getPeerCertificate(true);
          for (let depth = 0; depth < 5; depth++) {
            chain.push(one.fingerprint256.replaceAll(':', '').toLowerCase());
            if (one.issuerCertificate === undefined || one.issuerCertificate === one) break;
            one = one.issuerCertificate;
          }
          socket.on('data', () => resolve(chain));
        },
      );
      socket.on('error', reject);
    });
    return { authorized: seen?.authorized === true, raw: seen?.getPeerCertificate().raw, chainSha256 };
  } finally {
    listener.close();
  }
}

async function nodeClient(authority: CertificateAuthority) {
  const keys = generateKeyPairSync('ed25519');
  const issued = await authority.issueNodeCertificate(identity, publicPem(keys.publicKey));
  if (!issued.ok) throw new Error(issued.error.detail);
  return {
    certificatePem: issued.value.certificatePem,
    caPem: issued.value.caPem,
    keyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

describe('the certificate authority', () => {
  it('is made once and read again, with its key sealed', async () => {
    const settings = new Settings();
    const first = await open(settings);
    const again = await open(settings);
    expect(again.caSha256()).toBe(first.caSha256());
    expect([...settings.values.values()].join()).not.toContain('PRIVATE KEY');
    const parsed = new X509Certificate(first.caPem());
    expect(parsed.ca).toBe(true);
    expect(Date.parse(parsed.validTo) - Date.now()).toBeGreaterThan(3640 * DAY_MS);
  });

  it('cannot be opened with another key', async () => {
    const settings = new Settings();
    await open(settings);
    const other = createSealer(Buffer.alloc(32, 8));
    const opened = await openCertificateAuthority({ settings, sealer: other, clock: clockAt(0) });
    expect(opened.ok ? 'opened' : opened.error.code).toBe('E_KEY_MISSING');
  });

  it('issues certificates that both sides of a mutual TLS handshake accept', async () => {
    const authority = await open(new Settings());
    const server = await serverOf(authority);
    const client = await nodeClient(authority);
    const seen = await handshake({ ...server, caPem: authority.caPem() }, client);
    expect(seen.authorized).toBe(true);
    expect(seen.chainSha256).toContain(authority.caSha256());
    const who = readNodeCertificate(seen.raw ?? Buffer.alloc(0));
    expect(who).toMatchObject({ ok: true, value: identity });
  });

  it('does not accept certificates of a foreign authority', async () => {
    const ours = await open(new Settings());
    const foreign = await open(new Settings());
    const client = { ...(await nodeClient(foreign)), caPem: ours.caPem() };
    const seen = await handshake({ ...(await serverOf(ours)), caPem: ours.caPem() }, client);
    expect(seen.authorized).toBe(false);
  });

  it('limits node certificates to a day and to clients', async () => {
    const clock = clockAt(Date.now());
    const client = await nodeClient(await open(new Settings(), clock));
    const parsed = new X509Certificate(client.certificatePem);
    expect(Date.parse(parsed.validTo) - clock.value).toBeLessThanOrEqual(DAY_MS);
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(parsed.ca).toBe(false);
  });

  it('keeps the server certificate until two thirds of its life, and makes it anew for other names', async () => {
    const clock = clockAt(Date.now());
    const authority = await open(new Settings(), clock);
    const first = await serverOf(authority);
    clock.value += 59 * DAY_MS;
    expect((await serverOf(authority)).fingerprint).toBe(first.fingerprint);
    clock.value += 2 * DAY_MS;
    const renewed = await serverOf(authority);
    expect(renewed.fingerprint).not.toBe(first.fingerprint);
    const renamed = await authority.serverCertificate(['console.example', '127.0.0.1']);
    expect(renamed.ok && renamed.value.fingerprint).not.toBe(renewed.fingerprint);
    if (renamed.ok)
      expect(new X509Certificate(renamed.value.certificatePem).subjectAltName).toContain('console.example');
  });

  it('goes on with agents that pin the old authority while it is rotated', async () => {
    const clock = clockAt(Date.now());
    const authority = await open(new Settings(), clock);
    const pin = authority.caSha256();
    const client = await nodeClient(authority);
    expect((await authority.rotate()).ok).toBe(true);
    const server = await serverOf(authority);
    const seen = await handshake({ ...server, caPem: authority.caPem() }, client);
    expect(seen).toMatchObject({ authorized: true });
    expect(seen.chainSha256).toContain(pin);
    expect(authority.caSha256()).toBe(pin);
    clock.value += 31 * DAY_MS;
    expect(authority.caSha256()).not.toBe(pin);
    expect(authority.caPem()).not.toContain(sha256Of(client.caPem));
    const late = await handshake(
      { ...(await serverOf(authority)), caPem: authority.caPem() },
      {
        ...client,
        caPem: authority.caPem(),
      },
    );
    expect(late.authorized).toBe(false);
  });

  it('gives certificates that serve for one side of a connection only', async () => {
    const authority = await open(new Settings());
    const server = { ...(await serverOf(authority)), caPem: authority.caPem() };
    const client = await nodeClient(authority);
    const usesOf = (pem: string) => new X509Certificate(pem).keyUsage;
    expect(usesOf(server.certificatePem)).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(usesOf(client.certificatePem)).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect((await handshake(server, client)).authorized).toBe(true);
    expect((await handshake(server, server)).authorized).toBe(false);
    await expect(handshake(client, client)).rejects.toThrow(/purpose/);
  });

  it('refuses names that could change the meaning of a certificate', async () => {
    const authority = await open(new Settings());
    const { publicKey } = generateKeyPairSync('ed25519');
    const issued = await authority.issueNodeCertificate(
      { ...identity, node: 'n-1:other-tenant' },
      publicPem(publicKey),
    );
    expect(issued.ok ? 'issued' : issued.error.code).toBe('E_CERTIFICATE');
  });
});

describe('reading a node certificate', () => {
  it('refuses a server certificate and rubbish', async () => {
    const server = await serverOf(await open(new Settings()));
    expect(readNodeCertificate(server.certificatePem).ok).toBe(false);
    expect(readNodeCertificate('rubbish').ok).toBe(false);
  });
});

describe('proofs of enrolment', () => {
  const keys = {
    ed25519: generateKeyPairSync('ed25519'),
    p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };
  const proofOf = (pair: { publicKey: KeyObject; privateKey: KeyObject }, text: (pem: string) => string) => {
    const publicKeyPem = publicPem(pair.publicKey);
    const algorithm = pair.privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
    const signature = sign(algorithm, Buffer.from(text(publicKeyPem)), pair.privateKey).toString('base64');
    return { publicKeyPem, signature, node: 'n-1' };
  };
  const enrolment = (pem: string) => enrollProof('t1', 'n-1', pem);

  it.each([keys.ed25519, keys.p256])('are accepted for the two kinds of key', (pair) => {
    expect(verifyEnrolment(proofOf(pair, enrolment), 't1').ok).toBe(true);
    expect(
      verifyRenewal(
        proofOf(pair, (pem) => renewProof('n-1', pem)),
        'n-1',
      ).ok,
    ).toBe(true);
  });

  it.each([keys.p384, keys.rsa])('are refused for other kinds of key', (pair) => {
    expect(verifyEnrolment(proofOf(pair, enrolment), 't1').ok).toBe(false);
  });

  it('are refused for another token, another node, another key, another text', () => {
    const proof = proofOf(keys.ed25519, enrolment);
    expect(verifyEnrolment(proof, 't2').ok).toBe(false);
    expect(verifyEnrolment({ ...proof, node: 'n-2' }, 't1').ok).toBe(false);
    const stranger = publicPem(generateKeyPairSync('ed25519').publicKey);
    expect(verifyEnrolment({ ...proof, publicKeyPem: stranger }, 't1').ok).toBe(false);
    expect(verifyRenewal(proof, 'n-1').ok).toBe(false);
  });

  it.each(['', 'rubbish', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'x'.repeat(5000)])(
    'are refused without an exception when the key is rubbish',
    (publicKeyPem) => {
      expect(verifyEnrolment({ publicKeyPem, signature: 'AAAA', node: 'n-1' }, 't1').ok).toBe(false);
    },
  );

  it('never accept a private key in place of the public one', () => {
    const pem = keys.ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(createPublicKey(pem).type).toBe('public');
    expect(verifyEnrolment({ publicKeyPem: pem, signature: 'AAAA', node: 'n-1' }, 't1').ok).toBe(false);
  });
});
