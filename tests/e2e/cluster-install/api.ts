// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { request } from 'node:https';
import { TLSSocket } from 'node:tls';
import { readObject } from '@bartizan/host';

/** A person at the API of the controller in a cluster, from the one-time password on. */
export class Person {
  readonly #host: string;
  #cookie = '';
  #csrf = '';
  /** SHA-256 of the authority that signed the certificate of the last answer. */
  authority = '';

  constructor(host: string) {
    this.#host = host;
  }

  /** Signs in and changes the one-time password, as the first login demands. */
  async signIn(password: string): Promise<number> {
    const first = await this.ask('POST', '/session', { name: 'admin', password });
    if (first.status !== 200) return first.status;
    const next = await this.ask('POST', '/session/password', {
      current: password,
      next: 'a long sentence about nothing',
    });
    return next.status;
  }

  async ask(method: string, path: string, body?: object): Promise<{ status: number; text: string }> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request({
        host: this.#host,
        port: 443,
        path: `/api/v1${path}`,
        method,
        // The authority is new with every installation: the test holds it to what the cluster was told.
        rejectUnauthorized: false,
        // A connection that resumes an earlier one shows no authority.
        agent: false,
        timeout: 30_000,
        headers: {
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
          ...(this.#cookie === '' ? {} : { cookie: this.#cookie }),
          ...(this.#csrf === '' ? {} : { 'x-csrf-token': this.#csrf }),
        },
      });
      sent.once('error', reject);
      sent.once('response', (answer) => {
        this.#cookie = answer.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? this.#cookie;
        if (answer.socket instanceof TLSSocket) {
          const issuer = answer.socket.getPeerCertificate(true).issuerCertificate;
          this.authority = issuer.fingerprint256.replaceAll(':', '').toLowerCase();
        }
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.once('end', () => {
          this.#csrf = readObject(text)?.text('csrfToken') || this.#csrf;
          resolve({ status: answer.statusCode ?? 0, text });
        });
      });
      sent.end(payload);
    });
  }
}
