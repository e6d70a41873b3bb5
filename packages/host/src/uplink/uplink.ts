// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Command, Configure, ErrorCode, Failure, Node, UplinkStatus } from '@bartizan/contracts';
import { WIRE_VERSION, WIRE_VERSION_OLDEST } from '@bartizan/contracts/wire';
import type { DiskBuffer } from '../buffer/disk-buffer.ts';
import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../log/logger.ts';
import { makeBackoff } from './backoff.ts';
import { connectController, type Endpoint } from './connect.ts';
import { enroll, renew } from './enroll.ts';
import {
  forgetIdentity,
  type Identity,
  loadIdentity,
  pemHasCertificate,
  renewAtMs,
  saveIdentity,
  trustedSha256,
} from './identity.ts';
import { openWireSession, type WireSession } from './wire-session.ts';

/** What an uplink needs and tells. */
export interface UplinkOptions {
  /** With an empty `caSha256` the authority of the kept identity is trusted. */
  readonly endpoint: Endpoint;
  /** Folder that keeps the identity. */
  readonly folder: string;
  readonly node: string;
  readonly name: string;
  readonly bootId: string;
  readonly agentVersion: string;
  /** Read for each try: a token that changes in its file is a new one. */
  readonly joinToken: () => string | undefined;
  readonly buffer: DiskBuffer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onConnected: (where: {
    readonly cluster: string;
    readonly tenant: string;
    readonly clockSkewMs: number;
  }) => void;
  /** How the node is now. */
  readonly describe: () => Node;
  readonly onConfigure: (configure: Configure) => void;
  readonly onCommand: (command: Command) => void;
  readonly onChange: () => void;
  /** The certificate has ended, or is of another authority, and there is no token to join again: a new start needs one. */
  readonly onIdentityLost: () => void;
}

/** The link of an agent with its controller: joins, connects, sends what is buffered, renews its certificate. */
export interface Uplink {
  readonly status: () => UplinkStatus;
  readonly identity: () => Identity | undefined;
  readonly lastFailure: () => Failure<ErrorCode> | undefined;
  readonly rejectedTotal: () => number;
  /** Tells that the buffer has something new. */
  readonly pump: () => void;
  readonly renewNow: () => void;
  readonly stop: () => void;
}

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 15_000;
const LOOK_AT_CERTIFICATE_MS = 1000;
const RENEWED = { en: 'the certificate was renewed', ja: '証明書を更新しました' };

class Link implements Uplink {
  readonly #options: UplinkOptions;
  readonly #backoff = makeBackoff(FIRST_PAUSE_MS, MAX_PAUSE_MS, Math.random);
  readonly #endpoint: Endpoint;
  #identity: Identity | undefined;
  #wire: WireSession | undefined;
  #state: UplinkStatus['state'] = 'disconnected';
  #failure: Failure<ErrorCode> | undefined;
  #acknowledgedTotal = 0;
  #rejectedTotal = 0;
  #stopped = false;
  #tokenUsed: string | undefined;
  #isRenewing = false;
  #retryRenewalAtMs = 0;
  #cancelRetry: () => void = () => undefined;
  readonly #stopWatch: () => void;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#identity = loadIdentity(options.folder);
    const { caSha256 } = options.endpoint;
    this.#endpoint = {
      ...options.endpoint,
      caSha256: caSha256 === '' ? trustedSha256(this.#identity) : caSha256,
    };
    this.#stopWatch = options.clock.every(LOOK_AT_CERTIFICATE_MS, () => this.#lookAtCertificate());
    void this.#connect();
  }

  status(): UplinkStatus {
    const { records, bytes, shedTotal } = this.#options.buffer.status();
    return {
      state: this.#state,
      bufferedRecords: records,
      bufferedBytes: bytes,
      acknowledgedTotal: this.#acknowledgedTotal,
      shedTotal,
      ...(this.#identity ? { certificateExpiresAtMs: this.#identity.notAfterMs } : {}),
    };
  }

  identity(): Identity | undefined {
    return this.#identity;
  }

  lastFailure(): Failure<ErrorCode> | undefined {
    return this.#failure;
  }

  rejectedTotal(): number {
    return this.#rejectedTotal;
  }

  pump(): void {
    this.#wire?.pump();
  }

  renewNow(): void {
    void this.#renew();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry();
    this.#stopWatch();
    this.#wire?.close({ en: 'the agent stops', ja: 'エージェントが停止します' });
  }

  async #connect(): Promise<void> {
    if (this.#stopped) return;
    const identity = await this.#ensureIdentity();
    if (!identity) {
      this.#retry();
      return;
    }
    const session = await connectController(this.#endpoint, identity);
    if (!session.ok) {
      this.#note(session.error);
      this.#retry();
      return;
    }
    if (this.#stopped) {
      session.value.destroy();
      return;
    }
    const { bootId, agentVersion, node, name, buffer, clock } = this.#options;
    this.#wire = openWireSession({
      session: session.value,
      buffer,
      clock,
      describe: this.#options.describe,
      hello: () => ({
        type: 'hello',
        version: WIRE_VERSION,
        oldest: WIRE_VERSION_OLDEST,
        node,
        name,
        bootId,
        agentVersion,
        clockMs: clock.wallMs(),
      }),
      onWelcome: (welcome) => {
        this.#backoff.reset();
        this.#failure = undefined;
        this.#setState('connected');
        this.#options.onConnected({
          cluster: welcome.cluster,
          tenant: welcome.tenant,
          clockSkewMs: clock.wallMs() - welcome.clockMs,
        });
      },
      onConfigure: this.#options.onConfigure,
      onCommand: this.#options.onCommand,
      onAcknowledged: (records) => {
        this.#acknowledgedTotal += records;
      },
      onRejected: (stream, records) => {
        this.#rejectedTotal += records;
        this.#options.logger.warn('the controller refused records', { stream, records });
      },
      onEnd: (reason) => {
        this.#wire = undefined;
        this.#note(reason);
        this.#retry();
      },
    });
  }

  /** The identity that is kept, or a new one for the join token when there is none, or it has ended or was refused. */
  async #ensureIdentity(): Promise<Identity | undefined> {
    const isRefused = this.#failure?.code === 'E_CERTIFICATE';
    const isUsable = this.#identity !== undefined && !this.#isOver(this.#identity);
    if (isUsable && !isRefused) return this.#identity;
    const { joinToken, node, name, folder } = this.#options;
    const token = joinToken();
    if (!token || token === this.#tokenUsed) {
      this.#giveUp(isUsable, folder);
      return isUsable ? this.#identity : undefined;
    }
    const joined = await enroll(this.#endpoint, { token, node, name });
    if (!joined.ok) {
      if (joined.error.tokenSent && joined.error.code !== 'E_CONTROLLER_UNREACHABLE') this.#tokenUsed = token;
      this.#note(joined.error);
      return isUsable ? this.#identity : undefined;
    }
    this.#tokenUsed = token;
    this.#keep(joined.value, folder);
    return joined.value;
  }

  /** Whether an identity cannot be used now: it does not count by this node's clock, or another authority is pinned. */
  #isOver(identity: Identity): boolean {
    const nowMs = this.#options.clock.wallMs();
    return identity.notAfterMs <= nowMs || nowMs < identity.notBeforeMs || this.#isForeign(identity);
  }

  #isForeign(identity: Identity): boolean {
    return !pemHasCertificate(identity.caPem, this.#endpoint.caSha256.replaceAll(':', '').toLowerCase());
  }

  #giveUp(isUsable: boolean, folder: string): void {
    if (isUsable) return;
    this.#note({
      code: 'E_JOIN_TOKEN',
      detail: 'there is no certificate that holds and no unused join token',
    });
    if (!this.#identity) return;
    // One that only ended is kept: a clock that was set ahead by mistake must not cost the node its place.
    if (this.#isForeign(this.#identity)) forgetIdentity(folder);
    this.#identity = undefined;
    this.#options.onIdentityLost();
  }

  #keep(identity: Identity, folder: string): void {
    this.#identity = identity;
    try {
      saveIdentity(folder, identity);
    } catch (thrown) {
      this.#options.logger.error('the certificate could not be kept', {
        detail: thrown instanceof Error ? thrown.message : '',
      });
    }
    this.#options.onChange();
  }

  #lookAtCertificate(): void {
    if (!this.#identity || !this.#wire || this.#isRenewing) return;
    const nowMs = this.#options.clock.wallMs();
    if (nowMs >= renewAtMs(this.#identity) && nowMs >= this.#retryRenewalAtMs) void this.#renew();
  }

  /** Renews over a session of its own, then lets the stream come again with the new certificate. */
  async #renew(): Promise<void> {
    const identity = this.#identity;
    if (!identity || this.#isRenewing || this.#stopped) return;
    this.#isRenewing = true;
    const { node, folder, clock } = this.#options;
    const session = await connectController(this.#endpoint, identity);
    const renewed = session.ok ? await renew(session.value, this.#endpoint, node) : session;
    if (session.ok) session.value.close();
    this.#isRenewing = false;
    if (renewed.ok) {
      this.#keep(renewed.value, folder);
      this.#options.logger.info(RENEWED.en, { notAfterMs: renewed.value.notAfterMs });
      this.#wire?.close(RENEWED);
      return;
    }
    const lifetimeMs = identity.notAfterMs - identity.notBeforeMs;
    this.#retryRenewalAtMs = clock.wallMs() + Math.min(60_000, lifetimeMs / 30);
    this.#note(renewed.error);
  }

  #retry(): void {
    if (this.#stopped) return;
    this.#setState('buffering');
    this.#cancelRetry = this.#options.clock.after(this.#backoff.next(), () => void this.#connect());
  }

  #note(reason: Failure<ErrorCode>): void {
    if (reason.detail === RENEWED.en) return;
    const isNews = this.#failure?.code !== reason.code || this.#failure.detail !== reason.detail;
    this.#failure = reason;
    if (isNews && !this.#stopped)
      this.#options.logger.warn('uplink', { code: reason.code, detail: reason.detail });
    this.#options.onChange();
  }

  #setState(state: UplinkStatus['state']): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onChange();
  }
}

/** Starts the link; it keeps trying until it is stopped. */
export const startUplink = (options: UplinkOptions): Uplink => new Link(options);
