// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildAccessDesk } from '../../decide/access/access-desk.ts';
import { RestoreJudge } from '../../decide/admission/restore-judge.ts';
import { ChangeAuthors } from '../../decide/audit-log/change-authors.ts';
import { BenchmarkFindings } from '../../decide/compliance/benchmark-findings.ts';
import { ComplianceDesk } from '../../decide/compliance/compliance-desk.ts';
import { NodeReports } from '../../decide/compliance/node-reports.ts';
import { EnvironmentSecrets } from '../../decide/environment-secrets.ts';
import type { Owner } from '../../ports.ts';
import type { Judges } from '../../sense/inventory.ts';
import { buildAccessRequests } from './build-access-requests.ts';
import { buildAuditLog } from './build-audit-log.ts';
import { buildCluster, type ClusterRole } from './build-cluster.ts';
import { buildDesk, openPolicyBook, openSources } from './build-desk.ts';
import { FollowedDirectory } from './follow-directory.ts';
import { FollowedObjects } from './follow-objects.ts';

type Parts = Omit<
  Parameters<typeof buildCluster>[0],
  'book' | 'env' | 'onPolicies' | 'onRestored' | 'onExplained'
> &
  Omit<Parameters<typeof buildAuditLog>[0], 'authors'>;

/** Judges of what agents say of the cluster that their nodes are of. */
export type ClusterJudges = Pick<Judges, 'onEvidence' | 'onAudit' | 'onEnvironment'>;

/** The policies, the cluster that they are for, and what the API asks of both. */
export async function buildClusterSide(parts: Parts) {
  const book = await openPolicyBook({ ...parts, contentDir: parts.options.contentDir });
  const { benchmarks, controls } = parts.knowledge;
  const benchmarkFindings = new BenchmarkFindings({ ...parts, benchmarks, controls });
  const nodeReports: NodeReports = new NodeReports({
    ...parts,
    desk: new ComplianceDesk({ ...parts, benchmarks, judge: benchmarkFindings }),
    answers: () => cluster.policies?.answers() ?? [],
  });
  const onPolicies = (): void => nodeReports.clusterChanged();
  const authors = new ChangeAuthors();
  const restores = new RestoreJudge({ ...parts, rules: parts.knowledge.content.rules, authors });
  const environment = new EnvironmentSecrets({
    ...parts,
    rules: parts.knowledge.secretRules,
    isExplained: (owner, about) => isSame(owner, parts.owner) && cluster.secrets?.explains(about) === true,
  });
  const onExplained = (): void => environment.reviewSoon(parts.owner);
  const heard = { onPolicies, onRestored: restores.take, onExplained };
  const cluster: ClusterRole = await buildCluster({ ...parts, env: process.env, book, ...heard });
  const auditLog = buildAuditLog({ ...parts, authors }, cluster);
  await auditLog.load();
  const followed = openSources(parts, book);
  const side = withSources(cluster, followersOf(parts, cluster, followed.sources));
  const requests = buildAccessRequests(parts, cluster);
  return {
    cluster: {
      ...side,
      start: () => {
        side.start();
        requests.start();
      },
      close: async () => {
        await requests.close();
        await auditLog.close();
        await nodeReports.close();
        await side.close();
        await environment.close();
        await restores.close();
      },
    },
    auditLog: auditLog.desk,
    accessRequests: requests.desks,
    benchmarkFindings,
    ofCluster: {
      onEvidence: (agent, report) => nodeReports.report(agent, report),
      onAudit: (agent, report) => auditLog.desk.takeFile(agent, report),
      onEnvironment: (agent, report) => environment.take(agent, report),
    } satisfies ClusterJudges,
    admission: buildDesk(parts, book, cluster, followed),
    access: buildAccessDesk(cluster.access, parts.owner, {
      use: auditLog.use,
      probes: cluster.probes,
      moment: () => ({
        server: cluster.server(),
        lifecycle: parts.knowledge.content.lifecycle,
        ...(cluster.judged === undefined ? {} : { judged: cluster.judged }),
        ...(cluster.apis === undefined ? {} : { apis: cluster.apis.known() }),
        nowMs: parts.clock.nowMs(),
      }),
    }),
  };
}

const isSame = (one: Owner, other: Owner): boolean =>
  one.cluster === other.cluster && one.tenant === other.tenant;

type Follower = FollowedDirectory | FollowedObjects;

/** The sources of policies that are followed here: a directory where one is named, objects where a cluster is watched. */
function followersOf(
  parts: Parts,
  { known, audit }: ClusterRole,
  sources: ReturnType<typeof openSources>['sources'],
): readonly Follower[] {
  const { policyDir: folder } = parts.options;
  const counts = () => audit?.counts();
  return [
    ...(folder === undefined ? [] : [new FollowedDirectory({ ...parts, folder, sources })]),
    ...(known === undefined
      ? []
      : [new FollowedObjects({ ...parts, client: known.client, sources, counts })]),
  ];
}

/** They begin and end with the cluster. */
const withSources = (cluster: ClusterRole, followers: readonly Follower[]): ClusterRole => ({
  ...cluster,
  start: () => {
    cluster.start();
    for (const follower of followers) follower.start();
  },
  close: async () => {
    for (const follower of followers) await follower.close();
    await cluster.close();
  },
});
