// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildAccessDesk } from '../../decide/access/access-desk.ts';
import { buildCluster, type ClusterRole } from './build-cluster.ts';
import { buildDesk, openPolicyBook, openSources } from './build-desk.ts';
import { FollowedDirectory } from './follow-directory.ts';
import { FollowedObjects } from './follow-objects.ts';

type Parts = Omit<Parameters<typeof buildCluster>[0], 'book' | 'env'>;

/** The policies, the cluster that they are for, and what the API asks of both. */
export async function buildClusterSide(parts: Parts) {
  const book = await openPolicyBook({ ...parts, contentDir: parts.options.contentDir });
  const cluster = await buildCluster({ ...parts, env: process.env, book });
  const followed = openSources(parts, book);
  return {
    cluster: withSources(cluster, followersOf(parts, cluster, followed.sources)),
    admission: buildDesk(parts, book, cluster, followed),
    access: buildAccessDesk(cluster.access, parts.owner),
  };
}

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
