// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { X509Certificate } from 'node:crypto';
import { invariant, ok, type Result } from '@bartizan/contracts';
import type { Sealer, SettingRepository, StoreFailure } from '../store/index.ts';
import { type Authority, type AuthorityState, type StateKeeper, stateKeeper } from './authority-state.ts';
import { crossSign, issueAuthority, issueNode, issueServer } from './issue.ts';
import { type NodeIdentity, nodeUri, type PkiFailure } from './node-identity.ts';
import { fingerprintOf, sha256Of } from './x509-provider.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long certificates count. */
export interface Lifetimes {
  readonly authorityMs: number;
  readonly serverMs: number;
  readonly nodeMs: number;
  /** How long an authority is still trusted after a new one was made. */
  readonly overlapMs: number;
}
const DEFAULT_LIFETIMES: Lifetimes = {
  authorityMs: 3650 * DAY_MS,
  serverMs: 90 * DAY_MS,
  nodeMs: DAY_MS,
  overlapMs: 30 * DAY_MS,
};

const RENEW_AFTER = 2 / 3;

/** How an authority is opened. */
export interface AuthorityOptions {
  readonly settings: SettingRepository;
  readonly sealer: Sealer;
  readonly clock: { nowMs(): number };
  readonly lifetimes?: Partial<Lifetimes>;
  /** Name in the subject of the authority; default `Bartizan authority`. */
  readonly name?: string;
  /** Setting that keeps it; another one is another authority. */
  readonly setting?: string;
  /** Share of its life after which the certificate of a server is made anew; default two thirds. */
  readonly renewAfter?: number;
}

/** A certificate that was just issued to a node. */
export interface IssuedCertificate {
  readonly certificatePem: string;
  readonly caPem: string;
  readonly serial: string;
  readonly notAfterMs: number;
}
/** What the HTTPS and agent ports need; PEM. */
export interface ServerCertificate {
  /** Certificate and chain up to the authority that agents pin. */
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly notAfterMs: number;
  /** SHA-256 of the certificate as browsers show it. */
  readonly fingerprint: string;
}
type Failed = PkiFailure | StoreFailure;

/** Opens our certificate authority; makes it at the first start. */
export async function openCertificateAuthority(
  options: AuthorityOptions,
): Promise<Result<CertificateAuthority, StoreFailure>> {
  const keeper = stateKeeper(options.settings, options.sealer, options.setting);
  const lifetimes = { ...DEFAULT_LIFETIMES, ...options.lifetimes };
  const name = options.name ?? 'Bartizan authority';
  const loaded = await keeper.load();
  if (!loaded.ok) return loaded;
  const renewAfter = options.renewAfter ?? RENEW_AFTER;
  const parts = { keeper, lifetimes, name, renewAfter, nowMs: () => options.clock.nowMs() };
  if (loaded.value !== undefined) return ok(new CertificateAuthority(parts, loaded.value));
  const authority = await newAuthority(parts);
  const state: AuthorityState = { authorities: [authority], overlapUntilMs: 0 };
  const saved = await keeper.save(state);
  return saved.ok ? ok(new CertificateAuthority(parts, state)) : saved;
}

interface Parts {
  readonly keeper: StateKeeper;
  readonly lifetimes: Lifetimes;
  readonly name: string;
  readonly renewAfter: number;
  readonly nowMs: () => number;
}

async function newAuthority(parts: Parts): Promise<Authority> {
  const nowMs = parts.nowMs();
  const lifetimeMs = parts.lifetimes.authorityMs;
  const made = await issueAuthority(parts.name, { nowMs, lifetimeMs });
  return { ...made, notAfterMs: nowMs + lifetimeMs };
}

/** Our own authority: issues certificates for the controller's ports and for nodes. */
export class CertificateAuthority {
  readonly #parts: Parts;
  #state: AuthorityState;

  constructor(parts: Parts, state: AuthorityState) {
    this.#parts = parts;
    this.#state = state;
  }

  /** Certificates of all authorities that are trusted now, newest first, PEM: `ca` of a TLS server. */
  caPem(): string {
    return this.#trusted()
      .map((authority) => authority.certificatePem.trim())
      .join('\n')
      .concat('\n');
  }

  /** When the newest authority ends. */
  get notAfterMs(): number {
    return this.#newest().notAfterMs;
  }

  /** SHA-256 (hexadecimal) of the authority that agents pin: the oldest that is still trusted. */
  caSha256(): string {
    return sha256Of(this.#anchor().certificatePem);
  }

  /** The certificate of our ports for these names; made anew when it is about to end or the names changed. */
  async serverCertificate(names: readonly string[]): Promise<Result<ServerCertificate, StoreFailure>> {
    const nowMs = this.#parts.nowMs();
    const newest = this.#newest();
    const issuerSha256 = sha256Of(newest.certificatePem);
    const kept = this.#state.server;
    const isGood =
      kept !== undefined &&
      kept.issuerSha256 === issuerSha256 &&
      kept.names.join('\n') === names.join('\n') &&
      // A clock that jumped back makes a certificate that does not count yet.
      nowMs < kept.renewAtMs &&
      nowMs >= Date.parse(new X509Certificate(kept.certificatePem).validFrom);
    if (isGood) return ok(this.#withChain(kept));
    const lifetimeMs = this.#parts.lifetimes.serverMs;
    const made = await issueServer(newest, names, { nowMs, lifetimeMs });
    const server = {
      ...made,
      names: [...names],
      issuerSha256,
      notAfterMs: nowMs + lifetimeMs,
      renewAtMs: nowMs + Math.floor(lifetimeMs * this.#parts.renewAfter),
    };
    const saved = await this.#save({ ...this.#state, server });
    return saved.ok ? ok(this.#withChain(server)) : saved;
  }

  /** A certificate for a node, for a key that only the node has (its proof was checked). */
  async issueNodeCertificate(
    identity: NodeIdentity,
    publicKeyPem: string,
    lifetimeMs: number = this.#parts.lifetimes.nodeMs,
  ): Promise<Result<IssuedCertificate, Failed>> {
    const uri = nodeUri(identity);
    if (!uri.ok) return uri;
    const nowMs = this.#parts.nowMs();
    const certificatePem = await issueNode(
      this.#newest(),
      { name: identity.node, uri: uri.value, publicKeyPem },
      { nowMs, lifetimeMs },
    );
    const parsed = new X509Certificate(certificatePem);
    return ok({
      certificatePem,
      caPem: this.caPem(),
      serial: parsed.serialNumber.toLowerCase(),
      notAfterMs: Date.parse(parsed.validTo),
    });
  }

  /**
   * Makes a new authority. The old one is trusted until the overlap ends, and signs the new one: agents that pin the
   * old one go on, and their certificates from it count.
   */
  async rotate(): Promise<Result<{ readonly caSha256: string }, StoreFailure>> {
    const nowMs = this.#parts.nowMs();
    const older = this.#newest();
    const made = await newAuthority(this.#parts);
    const { overlapMs } = this.#parts.lifetimes;
    const crossPem = await crossSign(older, made, {
      nowMs,
      lifetimeMs: overlapMs + this.#parts.lifetimes.serverMs,
    });
    const { server: _issuedByOlder, ...rest } = this.#state;
    const saved = await this.#save({
      ...rest,
      authorities: [{ ...made, crossPem }, older],
      overlapUntilMs: nowMs + overlapMs,
    });
    return saved.ok ? ok({ caSha256: sha256Of(made.certificatePem) }) : saved;
  }

  #withChain(server: Omit<ServerCertificate, 'fingerprint'>): ServerCertificate {
    const newest = this.#newest();
    const anchor = this.#anchor();
    const chain =
      anchor === newest ? [newest.certificatePem] : [newest.crossPem ?? '', anchor.certificatePem];
    const certificatePem = [server.certificatePem, ...chain].map((pem) => pem.trim()).join('\n');
    return {
      certificatePem: `${certificatePem}\n`,
      keyPem: server.keyPem,
      notAfterMs: server.notAfterMs,
      fingerprint: fingerprintOf(server.certificatePem),
    };
  }

  #trusted(): readonly Authority[] {
    const nowMs = this.#parts.nowMs();
    return this.#state.authorities.filter((_, index) => index === 0 || nowMs < this.#state.overlapUntilMs);
  }

  #newest(): Authority {
    const newest = this.#state.authorities[0];
    invariant(newest !== undefined, 'there is always an authority');
    return newest;
  }

  #anchor(): Authority {
    return this.#trusted().at(-1) ?? this.#newest();
  }

  async #save(state: AuthorityState): Promise<Result<void, StoreFailure>> {
    const saved = await this.#parts.keeper.save(state);
    if (saved.ok) this.#state = state;
    return saved;
  }
}
