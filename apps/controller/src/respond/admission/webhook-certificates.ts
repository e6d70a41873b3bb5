// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CertificateAuthority, openCertificateAuthority } from '@bartizan/adapters/pki';
import type { Sealer, Store, StoreFailure } from '@bartizan/adapters/store';
import { ok, type Result } from '@bartizan/contracts';
import type { Clock } from '../../ports.ts';
import type { PortTls } from './http/http-port.ts';

const DAY_MS = 24 * 3_600_000;
/** Another authority than that of agents and console: what an API server trusts speaks for webhooks only. */
const SETTING = 'pki/webhook-authority';
const AUTHORITY_MS = 3 * 365 * DAY_MS;
const SERVER_MS = 90 * DAY_MS;
const OVERLAP_MS = 30 * DAY_MS;
const RENEW_AFTER = 1 / 3;

/** A certificate of the webhook port and whom an API server has to trust for it. */
export interface WebhookCertificate extends PortTls {
  /** Two authorities while one follows the other. */
  readonly caPem: string;
}

/** The certificates of the webhook port: made by themselves, and anew after a third of their life. */
export class WebhookCertificates {
  readonly #authority: CertificateAuthority;
  readonly #names: readonly string[];
  readonly #clock: Clock;

  private constructor(authority: CertificateAuthority, names: readonly string[], clock: Clock) {
    this.#authority = authority;
    this.#names = names;
    this.#clock = clock;
  }

  static async open(parts: {
    readonly store: Pick<Store, 'settings'>;
    readonly sealer: Sealer;
    readonly clock: Clock;
    /** Host names and addresses that API servers call. */
    readonly names: readonly string[];
  }): Promise<Result<WebhookCertificates, StoreFailure>> {
    const authority = await openCertificateAuthority({
      settings: parts.store.settings,
      sealer: parts.sealer,
      clock: parts.clock,
      name: 'Bartizan webhook authority',
      setting: SETTING,
      renewAfter: RENEW_AFTER,
      lifetimes: { authorityMs: AUTHORITY_MS, serverMs: SERVER_MS, overlapMs: OVERLAP_MS },
    });
    return authority.ok ? ok(new WebhookCertificates(authority.value, parts.names, parts.clock)) : authority;
  }

  /** What is to be in use now; asked often, it renews what is due. */
  async current(): Promise<Result<WebhookCertificate, StoreFailure>> {
    const left = this.#authority.notAfterMs - this.#clock.nowMs();
    if (left < AUTHORITY_MS * (1 - RENEW_AFTER)) {
      const rotated = await this.#authority.rotate();
      if (!rotated.ok) return rotated;
    }
    const server = await this.#authority.serverCertificate(this.#names);
    if (!server.ok) return server;
    const { keyPem, certificatePem } = server.value;
    return ok({ keyPem, certificatePem, caPem: this.#authority.caPem() });
  }
}
