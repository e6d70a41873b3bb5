// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { loadAdmissionRules } from '@bartizan/adapters/content';
import type { Store } from '@bartizan/adapters/store';
import { type AdmissionRule, err, failure } from '@bartizan/contracts';
import { PSS_MINOR_LATEST, pssRules } from '@bartizan/engine/admission';
import { ruleCelCompiler } from '@bartizan/engine/admission-cel';
import type { AdmissionDesk } from '../../admission-ports.ts';
import { ClusterDesk } from '../../decide/admission/cluster-desk.ts';
import { PolicyBook } from '../../decide/admission/policy-book.ts';
import { PolicyDesk } from '../../decide/admission/policy-desk.ts';
import { PolicySources } from '../../decide/admission/policy-sources.ts';
import { PolicySyncDesk } from '../../decide/admission/policy-sync.ts';
import type { Clock, Log, Owner } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import type { ClusterRole } from './build-cluster.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
}

/** Rules that come with the product: those of `content/`, and both levels of the Pod Security Standards. */
function builtIn(contentDir: string, log: Log): AdmissionRule[] {
  const loaded = loadAdmissionRules(contentDir);
  if (!loaded.ok) {
    log.error({ code: loaded.error.code, detail: loaded.error.detail }, 'there are no admission rules');
    return [];
  }
  for (const fault of loaded.value.refused) log.error({ ...fault }, 'a content file was refused');
  // Restricted repeats some controls of baseline more strictly; both are known, so that either level can be enforced.
  const standards = [
    ...pssRules('baseline', PSS_MINOR_LATEST, 'audit'),
    ...pssRules('restricted', PSS_MINOR_LATEST, 'audit'),
  ];
  const byId = new Map([...loaded.value.rules, ...standards].map((rule) => [rule.id, rule]));
  return [...byId.values()];
}

/** The policies, with those of the store in force. */
export async function openPolicyBook(parts: Parts & { readonly contentDir: string }): Promise<PolicyBook> {
  const book = new PolicyBook({
    ...parts,
    builtIn: builtIn(parts.contentDir, parts.log),
    celFor: ruleCelCompiler,
  });
  const loaded = await book.load(parts.owner);
  if (!loaded.ok)
    parts.log.error({ code: loaded.error.code, detail: loaded.error.detail }, 'policies cannot be read');
  return book;
}

/** The sources of policies that are followed, and the turnstile that they share with the API. */
export function openSources(parts: Parts, book: PolicyBook) {
  const turnstile = new Turnstile();
  return { turnstile, sources: new PolicySources({ ...parts, book, turnstile }) };
}

/** What the API does with policies: changes them, tries them, and tells what they mean for the cluster. */
export function buildDesk(
  parts: Parts,
  book: PolicyBook,
  cluster: Pick<
    ClusterRole,
    'status' | 'context' | 'audit' | 'custom' | 'verdicts' | 'native' | 'reports' | 'recorded'
  >,
  followed: { readonly turnstile: Turnstile; readonly sources: PolicySources } = openSources(parts, book),
): AdmissionDesk {
  const context = cluster.context;
  const { turnstile, sources } = followed;
  const policies = new PolicyDesk({
    ...parts,
    book,
    turnstile,
    follows: sources.follows,
    context: () => context,
  });
  const meaning = new ClusterDesk({
    ...parts,
    book,
    context,
    ...(cluster.audit === undefined ? {} : { audit: cluster.audit }),
    ...(cluster.custom === undefined ? {} : { custom: cluster.custom }),
    kubernetes: cluster.status,
    verdicts: cluster.verdicts,
    recorded: cluster.recorded,
  });
  const files = new PolicySyncDesk({
    ...parts,
    book,
    turnstile,
    follows: sources.follows,
    effect: meaning.effect,
  });
  return {
    sync: files.sync,
    sources: sources.sources,
    policy: policies.policy,
    putRule: policies.putRule,
    removeRule: policies.removeRule,
    putBindings: policies.putBindings,
    putException: policies.putException,
    removeException: policies.removeException,
    test: policies.test,
    simulate: meaning.simulate,
    coverage: meaning.coverage,
    status: meaning.status,
    ...nativeDesk(parts.owner, cluster.native),
    ...reportDesk(parts.owner, cluster.reports),
    counts: meaning.counts,
    reach: meaning.reach,
  };
}

/** Which rules the API server holds; without a cluster, and for other owners, it holds none. */
function nativeDesk(
  home: Owner,
  native: ClusterRole['native'],
): Pick<AdmissionDesk, 'native' | 'chooseNative'> {
  const roleFor = ({ cluster, tenant }: Owner) =>
    cluster === home.cluster && tenant === home.tenant ? native : undefined;
  return {
    native: (owner) =>
      roleFor(owner)?.status() ?? { state: 'no-cluster', rules: [], revision: '', policies: [] },
    chooseNative: ({ owner }, { rules, isBasedOn }) =>
      roleFor(owner)?.choose(rules, isBasedOn) ??
      Promise.resolve(err(failure('E_POLICY_NO_CLUSTER', 'no cluster is watched'))),
  };
}

/** Reports in the cluster; without one, and for other owners, there are none. */
function reportDesk(
  home: Owner,
  reports: ClusterRole['reports'],
): Pick<AdmissionDesk, 'reports' | 'chooseReports'> {
  const roleFor = ({ cluster, tenant }: Owner) =>
    cluster === home.cluster && tenant === home.tenant ? reports : undefined;
  return {
    reports: (owner) =>
      roleFor(owner)?.status() ?? { state: 'no-cluster', reports: 0, results: 0, leftOut: 0 },
    chooseReports: ({ owner }, on) =>
      roleFor(owner)?.choose(on) ??
      Promise.resolve(err(failure('E_POLICY_NO_CLUSTER', 'no cluster is watched'))),
  };
}
