// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildAccessDesk } from '../../decide/access/access-desk.ts';
import { buildAuditLog } from './build-audit-log.ts';
import { buildCluster } from './build-cluster.ts';
import { buildDesk, openPolicyBook } from './build-desk.ts';

type Parts = Omit<Parameters<typeof buildCluster>[0], 'book' | 'env'> & Parameters<typeof buildAuditLog>[0];

/** The policies, the cluster that they are for, and what the API asks of both. */
export async function buildClusterSide(parts: Parts) {
  const book = await openPolicyBook({ ...parts, contentDir: parts.options.contentDir });
  const cluster = await buildCluster({ ...parts, env: process.env, book });
  const auditLog = buildAuditLog(parts, cluster);
  await auditLog.use.load();
  return {
    cluster: {
      ...cluster,
      close: async () => {
        await auditLog.close();
        await cluster.close();
      },
    },
    auditLog: auditLog.desk,
    admission: buildDesk(parts, book, cluster),
    access: buildAccessDesk(cluster.access, parts.owner, {
      use: auditLog.use,
      probes: cluster.probes,
      moment: () => ({
        server: cluster.server(),
        lifecycle: parts.knowledge.content.lifecycle,
        nowMs: parts.clock.nowMs(),
      }),
    }),
  };
}
