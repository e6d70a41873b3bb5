// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

/** What the API server answered. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly message: string;
  /** The warnings, as one header. */
  readonly warnings: string;
}

const ANSWER_MAX = 16 * 1024 * 1024;

/** The API server of a kubeconfig with embedded certificates. */
export class Api {
  readonly #agent: Agent;
  readonly #server: string;
  readonly #login: { readonly authorization?: string };

  /** `other`: another API server of the same cluster, asked with a token instead of the certificate. */
  constructor(kubeconfig: string, other?: { readonly server: string; readonly token: string }) {
    const text = readFileSync(kubeconfig, 'utf8');
    const field = (name: string): string => {
      const found = new RegExp(`"?${name}"?:\\s*"?([^"\\s,]+)`).exec(text)?.[1];
      if (found === undefined) throw new Error(`${kubeconfig} has no ${name}`);
      return found;
    };
    const data = (name: string): Buffer => Buffer.from(field(name), 'base64');
    this.#server = other?.server ?? field('server');
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 8,
      ca: data('certificate-authority-data'),
      ...(other === undefined ? { cert: data('client-certificate-data'), key: data('client-key-data') } : {}),
    });
    this.#login = other === undefined ? {} : { authorization: `Bearer ${other.token}` };
  }

  ask(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.#server}${path}`,
        { method, agent: this.#agent, timeout: 30_000, headers: { 'content-type': type, ...this.#login } },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            if (text.length < ANSWER_MAX) text += part;
          });
          response.on('error', reject);
          response.on('end', () => {
            const json = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
            const message = typeof json['message'] === 'string' ? json['message'] : text.slice(0, 400);
            const { warning } = response.headers;
            const warnings = Array.isArray(warning) ? warning.join(', ') : (warning ?? '');
            resolve({ status: response.statusCode ?? 0, body: json, message, warnings });
          });
        },
      );
      sent.on('error', reject);
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} took longer than 30 s`)));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
