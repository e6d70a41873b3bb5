// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { basicOf, codeOf, guarded, json, KindStage, openKind } from '../../testing/kind-stage.ts';
import { googleKind } from './google.ts';
import { signedHeaders } from './sigv4.ts';

const stage = new KindStage();
afterEach(() => stage.end());

const formOf = (body: string | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(body ?? ''));

describe('Amazon ECR', () => {
  it('signs as the example in the documentation of Signature Version 4 does', () => {
    const headers = signedHeaders({
      method: 'GET',
      url: new URL('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'),
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: '',
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      region: 'us-east-1',
      service: 'iam',
      atMs: Date.UTC(2015, 7, 30, 12, 36),
    });
    expect(headers['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });

  /** The API; gives the token that is good now. */
  const api = (state: { nowMs: number; token: string }) =>
    stage.serve({
      'POST /': (request, response, body) => {
        const action = String(request.headers['x-amz-target']).split('.')[1];
        const again = (JSON.parse(body) as { nextToken?: string }).nextToken;
        if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=AKID/'))
          response.writeHead(403).end('{}');
        else if (action === 'GetAuthorizationToken')
          json({
            authorizationData: [
              {
                authorizationToken: Buffer.from(`AWS:${state.token}`).toString('base64'),
                expiresAt: (state.nowMs + 43_200_000) / 1000,
                proxyEndpoint: 'https://123456789012.dkr.ecr.eu-west-1.amazonaws.com',
              },
            ],
          })?.(request, response, body);
        else
          json(
            again === undefined
              ? {
                  repositories: [{ repositoryName: 'shop/web' }, { repositoryName: 'A/b' }],
                  nextToken: 'more',
                }
              : { repositories: [{ repositoryName: 'shop/api' }] },
          )?.(request, response, body);
      },
    });

  it('signs in with the token of GetAuthorizationToken, takes one for twelve hours, and lists all pages', async () => {
    const state = { nowMs: Date.UTC(2026, 0, 1), token: 'first' };
    const service = await api(state);
    const registry = await stage.serve({
      'GET /v2/': (request, response, body) =>
        guarded({}, basicOf('AWS', state.token), 'Basic realm="ecr"')?.(request, response, body),
    });
    const open = (username: string) =>
      openKind(
        {
          kind: 'ecr',
          host: registry.host,
          username,
          secret: 'key',
          region: 'eu-west-1',
          authUrl: `http://${service.host}`,
        },
        { nowMs: () => state.nowMs },
      );
    const tokens = (): number =>
      service.headers.filter((one) => String(one['x-amz-target']).endsWith('GetAuthorizationToken')).length;
    const opened = await open('AKID');
    expect([codeOf(await opened.ping()), codeOf(await opened.ping())]).toEqual(['ok', 'ok']);
    expect(await opened.repositories()).toEqual({ ok: true, value: ['shop/web', 'shop/api'] });
    expect(service.headers[0]).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
      'x-amz-date': '20260101T000000Z',
    });
    expect(service.headers[0]?.authorization).toContain('/20260101/eu-west-1/ecr/aws4_request');
    expect(tokens()).toBe(1);
    Object.assign(state, { nowMs: state.nowMs + 43_200_000, token: 'second' });
    expect(codeOf(await opened.ping())).toBe('ok');
    expect(tokens()).toBe(2);
    expect(codeOf(await (await open('wrong')).ping())).toBe('E_REGISTRY_LOGIN');
  });
});

describe('Azure Container Registry', () => {
  it('goes from the client secret to a token of the directory, a refresh token and an access token', async () => {
    const directory = await stage.serve({
      'POST /contoso/oauth2/v2.0/token': json({
        token_type: 'Bearer',
        expires_in: 3599,
        access_token: 'aad',
      }),
    });
    const registry = await stage.serve({
      'POST /oauth2/exchange': json({ refresh_token: 'r3fresh' }),
      'POST /oauth2/token': json({ access_token: 'acc3ss' }),
      'GET /v2/_catalog': guarded(
        { repositories: ['web', 'team/api'] },
        'Bearer acc3ss',
        'Bearer realm="/oauth2/token",service="r.azurecr.io",scope="registry:catalog:*"',
      ),
    });
    const opened = await openKind({
      kind: 'acr',
      host: registry.host,
      username: 'client',
      secret: 's3cret',
      region: 'contoso',
      authUrl: `http://${directory.host}`,
    });
    expect(await opened.repositories()).toEqual({ ok: true, value: ['web', 'team/api'] });
    expect(formOf(directory.asked[0]?.body)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client',
      client_secret: 's3cret',
      scope: 'https://containerregistry.azure.net/.default',
    });
    const bodyOf = (path: string) => formOf(registry.asked.find((one) => one.path === path)?.body);
    expect(bodyOf('POST /oauth2/exchange')).toEqual({
      grant_type: 'access_token',
      service: registry.host,
      tenant: 'contoso',
      access_token: 'aad',
    });
    expect(bodyOf('POST /oauth2/token')).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'r3fresh',
      service: 'r.azurecr.io',
      scope: 'registry:catalog:*',
    });
    // The secret of the directory never goes to the registry.
    expect(JSON.stringify(registry.asked)).not.toContain('s3cret');
  });
});

describe('Google', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyFile = JSON.stringify({
    type: 'service_account',
    project_id: 'acme-prod',
    private_key_id: 'kid1',
    private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: 'scan@acme-prod.iam.gserviceaccount.com',
    token_uri: 'http://169.254.169.254/steal',
  });

  it('signs an assertion with the key file, asks its own token service, and lists Artifact Registry', async () => {
    const nowMs = Date.UTC(2026, 0, 1);
    const service = await stage.serve({
      'POST /token': json({ access_token: 'ya29', expires_in: 3599, token_type: 'Bearer' }),
      'GET /v1/projects/acme-prod/locations/local/repositories': json({
        repositories: [
          { name: 'projects/acme-prod/locations/local/repositories/apps', format: 'DOCKER' },
          { name: 'projects/acme-prod/locations/local/repositories/jars', format: 'MAVEN' },
        ],
      }),
      'GET /v1/projects/acme-prod/locations/local/repositories/apps/packages': json({
        packages: [{ name: 'projects/acme-prod/locations/local/repositories/apps/packages/team%2Fweb' }],
      }),
    });
    const registry = await stage.serve({
      'GET /v2/': guarded({}, basicOf('oauth2accesstoken', 'ya29'), 'Basic realm="g"'),
    });
    const opened = await openKind(
      { kind: 'google', host: registry.host, secret: keyFile, authUrl: `http://${service.host}/token` },
      { nowMs: () => nowMs, kind: googleKind(`http://${service.host}`, () => 'local') },
    );
    expect(codeOf(await opened.ping())).toBe('ok');
    expect(await opened.repositories()).toEqual({ ok: true, value: ['acme-prod/apps/team/web'] });
    const { grant_type, assertion = '' } = formOf(service.asked[0]?.body);
    expect(grant_type).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [head = '', claims = '', signature = ''] = assertion.split('.');
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(head)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'kid1' });
    expect(read(claims)).toEqual({
      iss: 'scan@acme-prod.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: `http://${service.host}/token`,
      iat: nowMs / 1000,
      exp: nowMs / 1000 + 3600,
    });
    const key = pair.publicKey;
    expect(verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(
      true,
    );
    expect(service.headers.slice(1).map((one) => one.authorization)).toEqual(['Bearer ya29', 'Bearer ya29']);
  });

  it.each(['', 'no json', '{}', '{"client_email":"a","private_key":"b"}'])(
    'says so when the secret is no key file: %s',
    async (secret) => {
      const registry = await stage.serve({ 'GET /v2/': guarded({}, 'never', 'Basic realm="g"') });
      const opened = openKind({ kind: 'google', host: registry.host, secret, authUrl: 'http://127.0.0.1:1' });
      if (secret === '') await expect(opened).rejects.toThrow('E_REGISTRY_SETTINGS: google needs secret');
      else expect(codeOf(await (await opened).ping())).toBe('E_REGISTRY_SETTINGS');
    },
  );
});

describe('IBM Cloud', () => {
  it('exchanges the API key with IAM and lists the images of the account', async () => {
    const iam = await stage.serve({
      'POST /identity/token': json({ access_token: 'iam-token', expires_in: 3600 }),
    });
    const registry = await stage.serve({
      'GET /v2/': guarded({}, basicOf('iambearer', 'iam-token'), 'Basic realm="i"'),
      'GET /api/v1/images': guarded(
        [
          { Id: 'sha256:1', RepoTags: ['us.icr.io/shop/web:1', 'us.icr.io/shop/web:2'] },
          { Id: 'sha256:2', RepoTags: ['us.icr.io/shop/api:latest'] },
          { Id: 'sha256:3' },
        ],
        'Bearer iam-token',
        'Basic realm="i"',
      ),
    });
    const opened = await openKind({
      kind: 'ibm-cloud',
      host: registry.host,
      username: 'account-1',
      secret: 'api-key',
      authUrl: `http://${iam.host}`,
    });
    expect(codeOf(await opened.ping())).toBe('ok');
    expect(await opened.repositories()).toEqual({ ok: true, value: ['shop/web', 'shop/api'] });
    expect(formOf(iam.asked[0]?.body)).toEqual({
      grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
      apikey: 'api-key',
    });
    expect(iam.asked).toHaveLength(1);
    expect(registry.headers.at(-1)?.['account']).toBe('account-1');
  });
});
