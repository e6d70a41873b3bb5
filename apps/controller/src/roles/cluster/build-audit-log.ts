// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CertificateAuthority } from '@bartizan/adapters/pki';
import type { Store } from '@bartizan/adapters/store';
import type { DetectionRule } from '@bartizan/contracts';
import type { AuditLogDesk } from '../../audit-log-ports.ts';
import { AccessUse } from '../../decide/access/access-use.ts';
import { AuditJudge } from '../../decide/audit-log/audit-judge.ts';
import type { ChangeAuthors } from '../../decide/audit-log/change-authors.ts';
import type { Clock, Log, Owner, Publish } from '../../ports.ts';
import { AuditIntake } from '../../sense/audit-log/audit-intake.ts';
import type { ClusterRole } from './build-cluster.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  /** Whose cluster is watched: of its users the use of permissions is kept. */
  readonly owner: Owner;
  readonly authority: Pick<CertificateAuthority, 'caPem'>;
  /** Who changes policies and webhooks, for those who put them back. */
  readonly authors: ChangeAuthors;
  readonly knowledge: { readonly content: { readonly rules: readonly DetectionRule[] } };
}

/** Repeats are told at most so much later than the time of their rule is over. */
const EXPIRE_MS = 10_000;
const SAVE_MS = 60_000;
/** A name that stands in every certificate of ours. */
const SERVER_NAME = 'localhost';

/** The audit log of API servers, and its end: it comes before that of the store. */
export function buildAuditLog(parts: Parts, { placing, apis }: Pick<ClusterRole, 'placing' | 'apis'>) {
  const judge = new AuditJudge({
    ...parts,
    rules: parts.knowledge.content.rules,
    // Workloads of the cluster are told to nobody but those it belongs to.
    place: (pod, { cluster, tenant }) =>
      cluster === parts.owner.cluster && tenant === parts.owner.tenant ? (placing?.ref(pod) ?? pod) : pod,
  });
  const use = new AccessUse(parts);
  const intake = new AuditIntake({
    ...parts,
    sinks: {
      judge: (owner, requests) => judge.take(owner, requests),
      used: ({ cluster, tenant }, requests) => {
        if (cluster !== parts.owner.cluster || tenant !== parts.owner.tenant) return;
        use.note(requests);
        apis?.note(requests);
        parts.authors.note(requests, parts.clock.nowMs());
      },
    },
  });
  const timer = setInterval(() => {
    judge
      .expire()
      .catch((cause: unknown) => parts.log.error({ err: cause }, 'repeated audit events were not told'));
  }, EXPIRE_MS).unref();
  const save = async (): Promise<void> => {
    await use.save();
    await apis?.save();
  };
  const saving = setInterval(() => void save(), SAVE_MS).unref();
  const desk: AuditLogDesk = {
    take: (owner, events) => intake.take(owner, events),
    takeFile: (agent, report) => intake.takeFile(agent, report),
    status: () => intake.status(),
    trust: () => ({ caPem: parts.authority.caPem(), serverName: SERVER_NAME }),
  };
  return {
    desk,
    use,
    load: async () => {
      await use.load();
      await apis?.load();
    },
    close: async () => {
      clearInterval(timer);
      clearInterval(saving);
      await save();
      await judge.expire(true);
    },
  };
}
