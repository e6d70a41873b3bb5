// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { findKubeAccess, KubeClient } from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import type { AdmissionContext, AdmissionRequest } from '@bartizan/engine/admission';
import { kubernetesMinor } from '@bartizan/engine/admission-cel';
import type { SecretScanner } from '@bartizan/scan';
import type { ApiUses } from '../../decide/access/api-uses.ts';
import type { ClusterAccess, Moment } from '../../decide/access/cluster-access.ts';
import type { ComponentAdvisories } from '../../decide/access/component-judge.ts';
import type { ProbeDesk } from '../../decide/access/probe-desk.ts';
import { AccountChanges } from '../../decide/admission/account-changes.ts';
import { ClusterAudit } from '../../decide/admission/cluster-audit.ts';
import type { CustomSide } from '../../decide/admission/cluster-desk.ts';
import { ClusterFacts } from '../../decide/admission/cluster-facts.ts';
import { runsAsOneOf, runsOneOf } from '../../decide/admission/concerned-objects.ts';
import type { ImageBook } from '../../decide/admission/image-book.ts';
import type { PolicyBook } from '../../decide/admission/policy-book.ts';
import { RecordedRequests } from '../../decide/admission/recorded-requests.ts';
import { ClusterPolicies } from '../../decide/compliance/cluster-policies.ts';
import type { FindingLedger } from '../../decide/finding-ledger.ts';
import type { Knowledge } from '../../decide/rule-book.ts';
import type { OnRestored } from '../../native-ports.ts';
import type { Clock, ClusterStatus, Log, Owner, Publish } from '../../ports.ts';
import { SYSTEM_NAMESPACES } from '../../respond/admission/registration.ts';
import { ClusterState } from '../../sense/kubernetes/cluster-state.ts';
import { ClusterWorkloads } from '../../sense/kubernetes/cluster-workloads.ts';
import { Placing } from '../../sense/kubernetes/placing.ts';
import type { StartOptions } from '../../settings.ts';
import type { Turnstile } from '../../turnstile.ts';
import { AdmissionGate } from './admission-gate.ts';
import { ownNamespaces } from './build-admission.ts';
import { isSeen, statusOf } from './cluster-status.ts';
import { followAccess, ServerVersion } from './follow-access.ts';
import { followChanges, objectChange, ownerOfAsked } from './follow-changes.ts';
import { FollowedKinds } from './follow-custom-kinds.ts';
import { type ClusterSecrets, credentialsIn, followSecrets } from './follow-secrets.ts';
import { NativeRole } from './native-role.ts';
import { ReportRole } from './report-role.ts';

interface Parts {
  readonly options: StartOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  readonly owner: Owner;
  readonly workloadTurnstile: Turnstile;
  readonly book: PolicyBook;
  readonly findings: FindingLedger;
  /** What is known of images. */
  readonly images: ImageBook;
  /** Rules, checks and dates in force. */
  readonly knowledge: Knowledge;
  readonly advisories: ComponentAdvisories;
  /** Told when something that benchmarks ask of the cluster may have changed. */
  readonly onPolicies: () => void;
  readonly secretScanner: SecretScanner;
  /** Told when more is known of where variables of pods come from. */
  readonly onExplained: () => void;
  /** Told when a policy or webhook of ours was put back. */
  readonly onRestored: OnRestored;
}

/** The cluster this controller stands in or was shown; off where there is none. */
export interface ClusterRole {
  readonly status: () => ClusterStatus;
  readonly placing: Placing | undefined;
  /** What is known of the cluster, and the way to it; absent = off. */
  readonly known: { readonly client: KubeClient; readonly state: ClusterState } | undefined;
  /** Facts that admission rules may ask for. */
  readonly context: AdmissionContext;
  /** What exists, judged; absent = no cluster is watched. */
  readonly audit: ClusterAudit | undefined;
  /** What is known of custom kinds, and what API servers are not told to ask about; absent = no cluster is watched. */
  readonly custom: CustomSide | undefined;
  /** Rules that the API server holds by itself; absent = no cluster is watched. */
  readonly native: NativeRole | undefined;
  /** Policy reports in the cluster; absent = no cluster is watched. */
  readonly reports: ReportRole | undefined;
  /** Who may do what, and which pod may reach which; absent = no cluster is watched. */
  readonly access: ClusterAccess | undefined;
  /** Harmless requests that prove exposure; absent = no cluster is watched. */
  readonly probes: ProbeDesk | undefined;
  /** What benchmarks ask of the cluster; absent = no cluster is watched. */
  readonly policies: ClusterPolicies | undefined;
  /** Secrets in its objects; absent = no cluster is watched. */
  readonly secrets: ClusterSecrets | undefined;
  /** Version of the API server; undefined: not known yet. */
  readonly server: () => string | undefined;
  /** Holds parts of the cluster against the advisories in use; absent = no cluster is watched. */
  readonly judged: Moment['judged'];
  /** Versions of the API in use; absent = no cluster is watched. */
  readonly apis: ApiUses | undefined;
  /** Other advisories are in use. */
  readonly packChanged: () => void;
  /** Admission decisions since start, by verdict. */
  readonly verdicts: () => ReadonlyMap<string, number>;
  /** Recent requests of the API servers; none when they are not kept. */
  readonly recorded: () => readonly AdmissionRequest[];
  readonly start: () => void;
  readonly close: () => Promise<void>;
}

/** Finds the access to a cluster and builds what watches it. Without a cluster, or with an access that is of no use, the rest works on. */
export async function buildCluster(parts: Parts): Promise<ClusterRole> {
  const access = await findKubeAccess(parts.options.kubeconfig, parts.env);
  if (!access.ok) {
    const { code, detail } = access.error;
    parts.log.error({ code, detail }, 'the cluster is not watched');
    return without({ state: 'failed', code, detail, kinds: [] }, parts.images);
  }
  if (access.value === undefined) return without({ state: 'off', kinds: [] }, parts.images);
  const client = new KubeClient(access.value);
  const state = new ClusterState({ client, log: parts.log });
  const workloads = new ClusterWorkloads({ ...parts, state, turnstile: parts.workloadTurnstile });
  const version = new ServerVersion(client);
  version.listen((text) => void parts.book.clusterIs(kubernetesMinor(text)));
  state.listen({
    onChange: () => undefined,
    onState: ({ condition }) => {
      if (condition === 'synced') version.ask();
      parts.publish({ topic: 'status', ...parts.owner, data: { code: 'kubernetes' } });
    },
  });
  const { facts, context } = contextOf(parts, state);
  const audit = auditOf(parts, context);
  const followed = followAccess(parts, state, { version, client });
  const secrets = followSecrets(parts, state);
  const policies = followPolicies(parts, state);
  const accounts = accountChanges(parts, state, audit);
  const made = followChanges(state, { facts, audit, followed, secrets, accounts });
  const rules = () => parts.book.held(parts.owner)?.set ?? parts.book.alone([]).set;
  const settle = (): void => settleAudit({ audit, state, custom });
  const custom = customKinds(parts, { client, state, audit, settle });
  state.listen({ onChange: () => undefined, onState: settle });
  void custom.settled.then(settle);
  const native = nativeRole(parts, { client, state });
  const reports = reportRole(parts, { client, state, context, audit, custom });
  const known = { client, state };
  const { gate, recorded } = gateOf(parts, {
    ...{ rules, context, known },
    kindsKnown: custom.settled,
    ownerOf: ownerOfAsked(state, made),
  });
  return {
    status: () => ({
      ...statusOf(client.where, version.known, state.states()),
      admission: gate.status(),
      customKinds: custom.status(),
    }),
    placing: new Placing(workloads),
    ...{ known, context, audit },
    custom: { facts: () => custom.facts(), notAsked: () => gate.notAsked() },
    ...followed.asked,
    ...{ native, reports, policies, secrets },
    verdicts: () => gate.verdicts(),
    recorded: () => recorded?.requests() ?? [],
    ...lifeOf({
      client,
      state,
      workloads,
      audit,
      followed,
      secrets,
      custom,
      native,
      reports,
      gate,
      accounts,
    }),
  };
}

/** What watches a cluster, in the order in which it begins and ends. */
function lifeOf(running: {
  readonly client: KubeClient;
  readonly state: ClusterState;
  readonly workloads: ClusterWorkloads;
  readonly audit: ClusterAudit;
  readonly followed: ReturnType<typeof followAccess>;
  readonly secrets: ClusterSecrets;
  readonly custom: FollowedKinds;
  readonly native: NativeRole;
  readonly reports: ReportRole;
  readonly gate: AdmissionGate;
  readonly accounts: AccountChanges;
}): Pick<ClusterRole, 'start' | 'close'> {
  const { client, state, workloads, audit, followed, secrets, custom, native, reports, gate, accounts } =
    running;
  return {
    start: () => {
      state.start();
      followed.start();
      gate.start();
      // What it holds depends on where custom kinds keep pods: nothing is taken back only because that is not known yet.
      void custom.settled.then(() => (custom.isClosed ? undefined : native.start()));
      void reports.start();
    },
    close: async () => {
      await custom.close();
      await gate.close();
      await native.close();
      await reports.close();
      await state.stop();
      accounts.close();
      await audit.close();
      await followed.close();
      await secrets.close();
      await workloads.close();
      await client.close();
    },
  };
}

/** What rules may ask for beside the object itself. */
function contextOf(parts: Parts, state: ClusterState) {
  const facts = new ClusterFacts({
    isAccessKnown: () => isAccessKnown(state),
  });
  const context: AdmissionContext = {
    namespace: facts.namespace,
    serviceAccount: facts.serviceAccount,
    image: parts.images.image,
    credentialsIn: credentialsIn(parts.secretScanner),
  };
  return { facts, context };
}

/** What runs as accounts of which another thing is known than before is judged again. */
function accountChanges(parts: Parts, state: ClusterState, audit: ClusterAudit): AccountChanges {
  const accounts = new AccountChanges({
    rules: () => parts.book.held(parts.owner)?.policy.rules ?? [],
    judgeAgain: (changed) => {
      const { podPaths } = (parts.book.held(parts.owner) ?? parts.book.alone([])).set;
      audit.judgeAgain((request) => runsAsOneOf(request, changed, podPaths));
    },
  });
  let wasKnown = false;
  state.listen({
    onChange: () => undefined,
    onState: () => {
      const isKnown = isAccessKnown(state);
      if (isKnown && !wasKnown) accounts.takeAll();
      wasKnown = isKnown;
    },
  });
  return accounts;
}

/** What exists, judged. A scan that ended, a signature, an advisory: what runs the image is judged again, though nothing of it changed. */
function auditOf(parts: Parts, context: AdmissionContext): ClusterAudit {
  const audit = new ClusterAudit({ ...parts, context });
  const paths = () => (parts.book.held(parts.owner)?.set ?? parts.book.alone([]).set).podPaths;
  parts.images.onChange((images) => {
    const table = paths();
    audit.judgeAgain((request) => runsOneOf(request, images, table));
  });
  return audit;
}

/** Custom kinds of the cluster: where they keep pods, and what exists of them. */
const customKinds = (
  parts: Parts,
  known: {
    readonly client: KubeClient;
    readonly state: ClusterState;
    readonly audit: ClusterAudit;
    readonly settle: () => void;
  },
): FollowedKinds =>
  new FollowedKinds({
    ...{ ...parts, ...known },
    take: (change) => known.audit.take(change),
    onStatus: () => {
      parts.publish({ topic: 'status', ...parts.owner, data: { code: 'kubernetes' } });
      known.settle();
    },
  });

/** Once all that may be read of the cluster was: what the audit said before of anything else is about what is gone. */
function settleAudit({
  audit,
  state,
  custom,
}: {
  readonly audit: ClusterAudit;
  readonly state: ClusterState;
  readonly custom: FollowedKinds;
}): void {
  if (custom.isClosed || !isSeen(state.states()) || !custom.isKnown()) return;
  audit.settle((kind) => {
    const condition = state.state(kind)?.condition;
    const isRead =
      condition === undefined ? custom.areDefined() : condition === 'synced' || condition === 'not-served';
    return isRead && custom.isWhole(kind);
  });
}

/** What benchmarks ask of the cluster, kept from the watch. */
function followPolicies({ onPolicies }: Parts, state: ClusterState): ClusterPolicies {
  const policies = new ClusterPolicies({
    conditionOf: (kind) => state.state(kind)?.condition,
    onChange: onPolicies,
  });
  state.listen({
    onChange: (change) => {
      const taken = objectChange(change);
      if (taken !== undefined) policies.take(taken);
    },
    onState: onPolicies,
  });
  return policies;
}

/** The webhooks, and the requests they keep for simulations unless that is switched off. */
function gateOf(
  parts: Parts,
  more: Pick<
    ConstructorParameters<typeof AdmissionGate>[0],
    'rules' | 'context' | 'known' | 'kindsKnown' | 'ownerOf'
  >,
) {
  const recorded =
    parts.options.admission?.recordRequests === false
      ? undefined
      : new RecordedRequests({ ...parts, ownerOf: more.ownerOf });
  const { book, owner } = parts;
  const policy = {
    isBuiltIn: (id: string) => book.isBuiltIn(id),
    onPolicy: (listener: () => void) =>
      book.listen(({ cluster, tenant }) => {
        if (cluster === owner.cluster && tenant === owner.tenant) listener();
      }),
  };
  const gate = new AdmissionGate({
    ...{ ...parts, ...more, ...policy },
    ...(recorded === undefined ? {} : { recorded }),
  });
  return { gate, recorded };
}

const nativeRole = (parts: Parts, known: { readonly client: KubeClient; readonly state: ClusterState }) =>
  new NativeRole({
    ...parts,
    instance: parts.options.instance,
    exempt: [...SYSTEM_NAMESPACES, ...ownNamespaces(parts.options)],
    known,
  });

const reportRole = (
  parts: Parts,
  known: {
    readonly client: KubeClient;
    readonly state: ClusterState;
    readonly context: AdmissionContext;
    readonly audit: ClusterAudit;
    readonly custom: FollowedKinds;
  },
) =>
  new ReportRole({
    ...parts,
    ...known,
    instance: parts.options.instance,
    isKnown: () => isSeen(known.state.states()) && known.custom.isKnown(),
  });

/** Kinds without which nobody knows what an account may do. */
const ACCESS_KINDS = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const;
const isAccessKnown = (state: ClusterState): boolean =>
  ACCESS_KINDS.every((kind) => state.state(kind)?.condition === 'synced');

const without = (status: ClusterStatus, { image }: ImageBook): ClusterRole => ({
  status: () => status,
  placing: undefined,
  known: undefined,
  context: { image },
  audit: undefined,
  custom: undefined,
  access: undefined,
  policies: undefined,
  secrets: undefined,
  probes: undefined,
  server: () => undefined,
  judged: undefined,
  apis: undefined,
  packChanged: () => undefined,
  native: undefined,
  reports: undefined,
  verdicts: () => new Map(),
  recorded: () => [],
  start: () => undefined,
  close: () => Promise.resolve(),
});
