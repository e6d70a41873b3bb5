// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { ClusterAgents } from '@bartizan/adapters/cluster-access';
import {
  type CertificateAuthority,
  type IssuedCertificate,
  verifyEnrolment,
  verifyRenewal,
} from '@bartizan/adapters/pki';
import type { Store } from '@bartizan/adapters/store';
import {
  clusterNodeText,
  DEFAULT_TENANT,
  type EnrollRequest,
  type EnrollResponse,
  type ErrorCode,
  err,
  type Failure,
  failure,
  isServiceAccountToken,
  joinTokenId,
  LOCAL_CLUSTER,
  ok,
  type RenewRequest,
  type Result,
  systemScope,
} from '@bartizan/contracts';
import { networkOf } from '../caller-network.ts';
import type { Clock, Log, Owner } from '../ports.ts';
import type { RefusedAttempts } from '../refused-attempts.ts';
import { Turnstile } from '../turnstile.ts';

type Answer = Promise<Result<EnrollResponse, Failure<ErrorCode>>>;
interface Parts {
  readonly store: Store;
  readonly authority: Pick<CertificateAuthority, 'issueNodeCertificate'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Records refusals, which anybody who reaches the port can cause. */
  readonly refusals: RefusedAttempts;
  readonly instance: string;
  /** Who vouches for the agents of the cluster; absent outside of one. */
  readonly clusterAgents?: ClusterAgents;
  /** How long agent certificates count, in milliseconds; absent = the authority decides. */
  readonly nodeCertificateMs?: number;
  /** Called when the earlier certificates of a node were revoked: its open streams have to end. */
  readonly onRejoined: (node: string) => void;
}
/** Who renews, as the certificate says that the connection began with. */
interface Holder extends Owner {
  readonly node: string;
  readonly serial: string;
  /** End of that certificate. */
  readonly notAfterMs: number;
}
interface Act {
  readonly action: 'agent.enroll' | 'agent.renew';
  readonly tenant: string;
  readonly node: string;
  readonly outcome: 'success' | 'refused';
  readonly detail: string;
  readonly address?: string;
}

const SCOPE = systemScope('agent enrolment');

/** Answers agents that join or renew: a certificate for the key they proved to hold. Every answer is audited, refusals that repeat by their number. */
export class EnrolmentDesk {
  readonly #parts: Parts;
  /** By node, of those that were let in: a fleet that renews at once does not stand in one line. */
  readonly #issuing = new Map<string, Turnstile>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A token counts once; it is only taken when the proof is good, so that a mistake does not use it up. */
  async enroll(request: EnrollRequest, address: string): Answer {
    const id = joinTokenId(request.token);
    const proven = verifyEnrolment(request, id);
    if (!proven.ok) return this.#refuse(request.node, proven.error, address);
    const admitted = isServiceAccountToken(request.token)
      ? await this.#vouchedFor(request)
      : await this.#takeToken(request.token, id);
    if (!admitted.ok)
      return admitted.error.code === 'E_JOIN_TOKEN' || admitted.error.code === 'E_NODE_MISMATCH'
        ? this.#refuse(request.node, admitted.error, address)
        : admitted;
    const owner = admitted.value;
    const issued = await this.#oneByOne(request.node, async () => {
      const settled = await this.#settle(owner, request.node);
      return settled.ok ? this.#issue(owner, request.node, request.publicKeyPem) : settled;
    });
    if (!issued.ok)
      return issued.error.code === 'E_NODE_MISMATCH'
        ? this.#refuse(request.node, issued.error, address)
        : issued;
    await this.#audit({
      action: 'agent.enroll',
      tenant: owner.tenant,
      node: request.node,
      outcome: 'success',
      detail: `serial ${issued.value.serial}`,
      address,
    });
    return ok(responseOf(issued.value, owner));
  }

  async #takeToken(token: string, id: string): Promise<Result<Owner, Failure<ErrorCode>>> {
    const hash = createHash('sha256')
      .update(token.slice(`bzj_${id}_`.length))
      .digest('hex');
    const taken = await this.#parts.store.joinTokens.take(SCOPE, id, hash, this.#parts.clock.nowMs());
    if (!taken.ok) return taken;
    return taken.value === undefined
      ? err(failure('E_JOIN_TOKEN', 'the token is unknown, used or ended'))
      : ok(taken.value);
  }

  /** The API server names the node that a service account's token was made for: an agent joins as that node only. */
  async #vouchedFor(request: EnrollRequest): Promise<Result<Owner, Failure<ErrorCode>>> {
    const { clusterAgents, instance } = this.#parts;
    if (clusterAgents === undefined)
      return err(failure('E_JOIN_TOKEN', 'this controller does not run in a cluster'));
    const name = await clusterAgents.nodeOf(request.token);
    if (!name.ok) return name;
    const digest = createHash('sha256').update(clusterNodeText(instance, name.value)).digest('hex');
    return request.name === name.value && request.node === `n-${digest.slice(0, 16)}`
      ? ok({ cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT })
      : err(failure('E_NODE_MISMATCH', `the token is of node ${name.value}`));
  }

  /** A new certificate for a new key of the same node, for a certificate that counts at the moment of issuing. */
  async renew(agent: Holder, request: RenewRequest): Answer {
    const proven = verifyRenewal(request, agent.node);
    if (!proven.ok) return this.#refuse(agent.node, proven.error);
    const issued = await this.#oneByOne(agent.node, async () => {
      const counting = await this.#mustCount(agent);
      return counting.ok ? this.#issue(agent, agent.node, request.publicKeyPem) : counting;
    });
    if (!issued.ok)
      return issued.error.code === 'E_CERTIFICATE' ? this.#refuse(agent.node, issued.error) : issued;
    await this.#audit({
      action: 'agent.renew',
      tenant: agent.tenant,
      node: agent.node,
      outcome: 'success',
      detail: `serial ${issued.value.serial}`,
    });
    return ok(responseOf(issued.value, agent));
  }

  /** Revoking the certificates of a node and issuing one are one step: no renewal slips in between and outlives the revocation. */
  #oneByOne<T>(node: string, work: () => Promise<T>): Promise<T> {
    const turnstile = this.#issuing.get(node) ?? new Turnstile();
    this.#issuing.set(node, turnstile);
    return turnstile.run(work);
  }

  async #mustCount({ serial, notAfterMs }: Holder): Promise<Result<void, Failure<ErrorCode>>> {
    const { store, clock } = this.#parts;
    if (notAfterMs <= clock.nowMs()) return err(failure('E_CERTIFICATE', 'the certificate has ended'));
    const revoked = await store.certificates.isRevoked(SCOPE, serial);
    if (!revoked.ok) return err(failure('E_UNAVAILABLE', 'revocation cannot be checked now'));
    return revoked.value ? err(failure('E_CERTIFICATE', 'the certificate was revoked')) : ok(undefined);
  }

  /** A node belongs to one tenant; when it joins again, its earlier certificates count no more. */
  async #settle({ cluster, tenant }: Owner, node: string): Promise<Result<void, Failure<ErrorCode>>> {
    const { store, onRejoined } = this.#parts;
    const known = await store.nodes.get(SCOPE, node);
    if (!known.ok) return known;
    if (known.value !== undefined && (known.value.tenant !== tenant || known.value.cluster !== cluster))
      return err(failure('E_NODE_MISMATCH', `${node} belongs to another tenant or cluster`));
    const revoked = await store.certificates.revokeNode(SCOPE, node);
    if (!revoked.ok) return revoked;
    if (revoked.value > 0) onRejoined(node);
    return ok(undefined);
  }

  async #issue({ cluster, tenant }: Owner, node: string, publicKeyPem: string) {
    const { authority, store, nodeCertificateMs } = this.#parts;
    const issued = await authority.issueNodeCertificate(
      { tenant, cluster, node },
      publicKeyPem,
      nodeCertificateMs,
    );
    if (!issued.ok) return issued;
    const kept = await store.certificates.put(SCOPE, {
      serial: issued.value.serial,
      node,
      notAfterMs: issued.value.notAfterMs,
      revoked: false,
    });
    return kept.ok ? issued : kept;
  }

  /** A stranger chooses the name of the node: repeats are told by where they come from. */
  async #refuse(node: string, why: Failure<ErrorCode>, address?: string): Answer {
    const from = address === undefined ? node : networkOf(address);
    await this.#parts.refusals.record({
      key: `agent.enroll ${why.code} ${from}`,
      network: from,
      apart: 1,
      draft: this.#draft({
        action: 'agent.enroll',
        tenant: 'default',
        node,
        outcome: 'refused',
        detail: why.code,
        ...(address === undefined ? {} : { address }),
      }),
    });
    return err(why);
  }

  async #audit(act: Act): Promise<void> {
    const appended = await this.#parts.store.audit.append(SCOPE, this.#draft(act));
    if (!appended.ok)
      this.#parts.log.error({ code: appended.error.code, action: act.action }, 'an act could not be audited');
  }

  #draft({ action, tenant, node, outcome, detail, address }: Act) {
    return {
      tenant,
      atMs: this.#parts.clock.nowMs(),
      actor: node,
      actorKind: 'agent' as const,
      action,
      target: node,
      outcome,
      detail,
      ...(address === undefined ? {} : { sourceAddress: address }),
    };
  }
}

const responseOf = (issued: IssuedCertificate, { cluster, tenant }: Owner): EnrollResponse => ({
  certificatePem: issued.certificatePem,
  caPem: issued.caPem,
  cluster,
  tenant,
  notAfterMs: issued.notAfterMs,
});
