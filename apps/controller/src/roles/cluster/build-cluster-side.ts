// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildAccessDesk } from '../../decide/access/access-desk.ts';
import { buildCluster } from './build-cluster.ts';
import { buildDesk, openPolicyBook } from './build-desk.ts';

type Parts = Omit<Parameters<typeof buildCluster>[0], 'book' | 'env'>;

/** The policies, the cluster that they are for, and what the API asks of both. */
export async function buildClusterSide(parts: Parts) {
  const book = await openPolicyBook({ ...parts, contentDir: parts.options.contentDir });
  const cluster = await buildCluster({ ...parts, env: process.env, book });
  return {
    cluster,
    admission: buildDesk(parts, book, cluster),
    access: buildAccessDesk(cluster.access, parts.owner, {
      probes: cluster.probes,
      moment: () => ({
        server: cluster.server(),
        lifecycle: parts.knowledge.content.lifecycle,
        nowMs: parts.clock.nowMs(),
      }),
    }),
  };
}
