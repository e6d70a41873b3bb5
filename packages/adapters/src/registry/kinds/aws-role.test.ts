// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answers } from '../../testing/fake-registry.ts';
import { json, KindStage } from '../../testing/kind-stage.ts';
import { RegistryFault } from '../fault.ts';
import { ServiceClient } from '../service.ts';
import { DEFAULT_LIMITS } from '../transport.ts';
import { type AwsKey, RoleKeys } from './aws-role.ts';
import { ecrKind } from './ecr.ts';
import type { RegistryAccess } from './kind.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const ROLE = 'arn:aws:iam::123456789012:role/scan';
const CREDENTIALS = 'GET /latest/meta-data/iam/security-credentials/';
const ECR_HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const stage = new KindStage();
let folder = '';
let nowMs = NOW_MS;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-role-'));
  nowMs = NOW_MS;
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stage.end();
});

const text =
  (body: string): Answers[string] =>
  (_request, response) =>
    void response.writeHead(200).end(body);
const machineKey = (more: object = {}) => ({
  ...{
    Code: 'Success',
    Type: 'AWS-HMAC',
    AccessKeyId: 'ASIA1',
    SecretAccessKey: 'machine-secret',
  },
  ...{ Token: 'machine-token', Expiration: new Date(NOW_MS + 3600_000).toISOString() },
  ...more,
});
/** The metadata service in version 2: without its token it says nothing. */
const machine = (key: object = machineKey(), more: Answers = {}): Answers => ({
  'PUT /latest/api/token': (request, response) =>
    request.headers['x-aws-ec2-metadata-token-ttl-seconds'] === undefined
      ? void response.writeHead(400).end()
      : void response.writeHead(200).end('imds-token'),
  [CREDENTIALS]: (request, response, body) =>
    request.headers['x-aws-ec2-metadata-token'] === 'imds-token'
      ? text('scan-role')?.(request, response, body)
      : void response.writeHead(401).end(),
  [`${CREDENTIALS}scan-role`]: json(key),
  ...more,
});
const podAnswer = (key = 'ASIA2', untilMs = NOW_MS + 3600_000): string =>
  `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><SessionToken>pod-token</SessionToken><SecretAccessKey>pod-secret</SecretAccessKey><Expiration>${new Date(untilMs).toISOString()}</Expiration><AccessKeyId>${key}</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

const keyOf = (env: Readonly<Record<string, string>>, keys = new RoleKeys()): Promise<AwsKey> =>
  keys.key({ env, nowMs: () => nowMs, region: 'eu-west-1', domain: 'amazonaws.com' });
const faultOf = async (env: Readonly<Record<string, string>>): Promise<string> => {
  try {
    await keyOf(env);
    return 'none';
  } catch (error) {
    if (!(error instanceof RegistryFault)) throw error;
    return `${error.error.code}: ${error.error.detail}`;
  }
};
const at = (host: string) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://${host}` });

describe('the role of a machine', () => {
  it('is taken by version 2 of its metadata service, kept, and taken anew before it ends', async () => {
    const server = await stage.serve(machine());
    const keys = new RoleKeys();
    for (let times = 0; times < 2; times += 1)
      expect(await keyOf(at(server.host), keys)).toMatchObject({
        ...{ accessKeyId: 'ASIA1', secretAccessKey: 'machine-secret', sessionToken: 'machine-token' },
      });
    expect(server.asked.map(({ path }) => path)).toEqual([
      'PUT /latest/api/token',
      CREDENTIALS,
      `${CREDENTIALS}scan-role`,
    ]);
    nowMs += 56 * 60_000;
    await keyOf(at(server.host), keys);
    expect(server.asked).toHaveLength(6);
  });

  it.each<[string, Answers, string]>([
    ['has only version 1', { 'GET /latest/meta-data/iam/security-credentials/': text('scan-role') }, '404'],
    ['has no role', machine({}, { [CREDENTIALS]: text('<html>404</html>') }), 'has no role'],
    ['leads elsewhere by the name', machine({}, { [CREDENTIALS]: text('../../user-data') }), 'has no role'],
    ['gives no key now', machine(machineKey({ Code: 'AssumeRoleUnauthorizedAccess' })), 'no key now'],
    ['gives half a key', machine(machineKey({ Token: undefined })), 'no key in the answer'],
    ['gives a key that ends a header', machine(machineKey({ Token: 'a\r\nb: c' })), 'cannot be sent'],
    ['gives a key of yesterday', machine(machineKey({ Expiration: '2025-12-31T00:00:00Z' })), 'has ended'],
    [
      'answers without end',
      machine({}, { [CREDENTIALS]: text('x'.repeat(70_000)) }),
      'more than 65536 bytes',
    ],
  ])('that %s is refused', async (_what, answers, why) => {
    const server = await stage.serve(answers);
    expect(await faultOf(at(server.host))).toContain(why);
    expect(await faultOf(at(server.host))).toMatch(/^E_REGISTRY_LOGIN/u);
  });

  it('is not looked for elsewhere when the service redirects, and not waited for when it is silent', async () => {
    const elsewhere = await stage.serve(machine());
    const server = await stage.serve({
      'PUT /latest/api/token': (_request, response) =>
        void response.writeHead(307, { location: `http://${elsewhere.host}/latest/api/token` }).end(),
    });
    expect(await faultOf(at(server.host))).toContain('307');
    expect(elsewhere.asked).toEqual([]);
    const silent = await stage.serve({ 'PUT /latest/api/token': () => undefined });
    const startedMs = performance.now();
    expect(await faultOf(at(silent.host))).toContain('no answer within 2000 ms');
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  }, 30_000);

  it('is not asked for where the environment forbids it', async () => {
    expect(await faultOf({ AWS_EC2_METADATA_DISABLED: 'true' })).toMatch(/^E_REGISTRY_SETTINGS/u);
  });
});

describe('the role of a pod', () => {
  const env = (host: string) => ({
    ...{ AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token') },
    AWS_ENDPOINT_URL_STS: `http://${host}`,
  });

  it('is exchanged for its token, which is read anew each time', async () => {
    let key = 'ASIA2';
    const server = await stage.serve({
      'POST /': (request, response, body) =>
        text(podAnswer(key, nowMs + 3600_000))?.(request, response, body),
    });
    const keys = new RoleKeys();
    writeFileSync(join(folder, 'token'), 'first.web.token\n');
    expect(await keyOf(env(server.host), keys)).toMatchObject({
      ...{ accessKeyId: 'ASIA2', secretAccessKey: 'pod-secret', sessionToken: 'pod-token' },
    });
    expect(Object.fromEntries(new URLSearchParams(server.asked[0]?.body ?? ''))).toEqual({
      ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: ROLE },
      ...{ RoleSessionName: 'bartizan', WebIdentityToken: 'first.web.token' },
    });
    [key, nowMs] = ['ASIA3', nowMs + 3600_000];
    writeFileSync(join(folder, 'token'), 'second.web.token');
    expect(await keyOf(env(server.host), keys)).toMatchObject({ accessKeyId: 'ASIA3' });
    expect(server.asked[1]?.body).toContain('second.web.token');
  });

  it('that is refused, or has no token, fails without telling the token', async () => {
    const server = await stage.serve({
      'POST /': (_request, response) => void response.writeHead(403).end('<Code>AccessDenied</Code>'),
    });
    expect(await faultOf(env(server.host))).toMatch(/^E_REGISTRY_SETTINGS: AWS_WEB_IDENTITY_TOKEN_FILE/u);
    expect(server.asked).toEqual([]);
    writeFileSync(join(folder, 'token'), 'planted.web.token');
    const told = await faultOf(env(server.host));
    expect(told).toMatch(/^E_REGISTRY_LOGIN.*403$/u);
    expect(told).not.toContain('planted');
  });
});

describe('Amazon ECR without an access key', () => {
  it('signs with the key of the role and sends its session along', async () => {
    const server = await stage.serve(machine());
    const api = await stage.serve({
      'POST /': json({
        authorizationData: [{ authorizationToken: Buffer.from('AWS:pw').toString('base64') }],
      }),
    });
    const kind = ecrKind({ ...at(server.host), AWS_ENDPOINT_URL_ECR: `http://${api.host}` });
    // A region beside the one that the host names does not count.
    const access = {
      ...({ kind: 'ecr', host: ECR_HOST, plainHttp: true } as const),
      region: 'us-east-1',
    };
    expect(kind.needs(access)).toEqual([]);
    expect(kind.needs({ ...access, secret: 's' })).toEqual(['username', 'secret']);
    // The token of our role goes to Amazon, or nowhere.
    for (const host of ['mirror.example', `${ECR_HOST}.evil.example`])
      expect(kind.needs({ ...access, host })).toEqual(['username', 'secret', 'region']);
    const service = new ServiceClient({
      plainHttp: true,
      limits: DEFAULT_LIMITS,
    });
    const minted = await kind.mint({ access, service, nowMs: () => nowMs });
    expect(minted.credential).toEqual({ kind: 'password', name: 'AWS', password: 'pw' });
    expect(api.headers[0]).toMatchObject({ 'x-amz-security-token': 'machine-token' });
    expect(api.headers[0]?.authorization).toMatch(
      /Credential=ASIA1\/20260101\/eu-west-1\/ecr\/aws4_request, SignedHeaders=[a-z0-9;-]*x-amz-security-token/u,
    );
  });

  it.each<[string, Partial<RegistryAccess>]>([
    ['a region that ends the host', { region: 'evil.example/' }],
    ['an address elsewhere', { authUrl: 'https://evil.example' }],
    ['an address that begins like ours', { authUrl: 'https://api.ecr.eu-west-1.amazonaws.com.evil.example' }],
    ['ours as the user of another', { authUrl: 'https://api.ecr.eu-west-1.amazonaws.com@evil.example' }],
    // API Gateway, load balancers and machines: hosts of Amazon that belong to whoever rents them.
    ['an address that is for rent', { authUrl: 'https://a1b2.execute-api.eu-west-1.amazonaws.com' }],
    ['an address without TLS', { authUrl: 'http://api.ecr.eu-west-1.amazonaws.com' }],
  ])('sends nothing anywhere with %s', async (_what, settings) => {
    const server = await stage.serve({
      ...machine(),
      'POST /': text(podAnswer()),
    });
    writeFileSync(join(folder, 'token'), 'planted.web.token');
    const pod = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token') };
    const access = { kind: 'ecr', host: ECR_HOST, plainHttp: true, ...settings } as const;
    for (const env of [at(server.host), { ...pod, AWS_ENDPOINT_URL_STS: `http://${server.host}` }]) {
      const sent: string[] = [];
      const service = new ServiceClient({ plainHttp: true, limits: DEFAULT_LIMITS });
      service.json = ({ url }) => {
        sent.push(url.href);
        return Promise.reject(new Error('sent'));
      };
      const kind = ecrKind(env);
      await expect(kind.mint({ access, service, nowMs: () => nowMs })).rejects.toMatchObject({
        error: { code: 'E_REGISTRY_SETTINGS' },
      });
      expect(sent).toEqual([]);
      expect(kind.fault?.(access)).toMatch(/^(?:region|authUrl): /u);
    }
    expect(server.asked).toEqual([]);
  });

  it.each([
    'https://api.ecr.eu-west-1.amazonaws.com',
    'https://ecr-fips.us-east-1.amazonaws.com/',
    'https://ecr.eu-west-1.api.aws',
    'https://api.ecr.cn-north-1.amazonaws.com.cn',
    'https://vpce-0123456789abcdef0-ab12cd34.api.ecr.eu-west-1.vpce.amazonaws.com',
  ])('goes to %s when told to', (authUrl) => {
    expect(ecrKind({}).fault?.({ kind: 'ecr', host: ECR_HOST, plainHttp: false, authUrl })).toBeUndefined();
  });

  it('takes another address with an access key, which is not sent, but no region that ends the host', () => {
    const access = { kind: 'ecr', host: 'mirror.example', plainHttp: false, username: 'AKID' } as const;
    const { fault } = ecrKind({});
    expect(fault?.({ ...access, region: 'eu-west-1', authUrl: 'https://mirror.example' })).toBeUndefined();
    expect(fault?.({ ...access, region: 'evil.example/' })).toMatch(/^region: /u);
  });
});
