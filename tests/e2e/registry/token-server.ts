// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { must } from '../first-run/run.ts';

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token server by the distribution token specification: gives a token to one name and password, or to one refresh token. */
export class TokenServer {
  readonly asked: string[] = [];
  readonly #server: Server;
  #folder = '';

  private constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'http://localhost');
        const form =
          request.method === 'POST' ? new URLSearchParams(Buffer.concat(parts).toString()) : url.searchParams;
        this.asked.push(`${request.method} ${form.get('scope')}`);
        const password = `Basic ${Buffer.from('tester:token password').toString('base64')}`;
        const isKnown =
          request.headers.authorization === password || form.get('refresh_token') === 'refresh me';
        if (!isKnown) response.writeHead(401).end('{}');
        else response.end(JSON.stringify({ token: this.#token(form.get('scope') ?? ''), expires_in: 300 }));
      });
    });
  }

  static async start(): Promise<TokenServer> {
    const server = new TokenServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** Makes the key in a registry's folder and gives the registry's settings. */
  settings = (folder: string): object => {
    this.#folder = folder;
    const names = [
      '-keyout',
      join(folder, 'token.key'),
      '-out',
      join(folder, 'token.crt'),
      '-subj',
      '/CN=token',
    ];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    must('openssl', ['req', '-x509', ...key, ...names, '-days', '1']);
    const { port } = this.#server.address() as AddressInfo;
    const realm = `http://127.0.0.1:${port}/token`;
    return { token: { realm, service: 'test', issuer: 'tokens', rootcertbundle: join(folder, 'token.crt') } };
  };

  #token(scope: string): string {
    const certificate = new X509Certificate(readFileSync(join(this.#folder, 'token.crt')));
    const [type, name, actions = ''] = scope.split(':');
    const nowS = Math.floor(Date.now() / 1000);
    const access = name === undefined ? [] : [{ type, name, actions: actions.split(',') }];
    const head = base64url({ typ: 'JWT', alg: 'ES256', x5c: [certificate.raw.toString('base64')] });
    const claims = {
      iss: 'tokens',
      sub: 'tester',
      aud: 'test',
      exp: nowS + 300,
      nbf: nowS - 10,
      iat: nowS,
      jti: randomUUID(),
      access,
    };
    const signed = `${head}.${base64url(claims)}`;
    const key = createPrivateKey(readFileSync(join(this.#folder, 'token.key')));
    return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
