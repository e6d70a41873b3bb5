// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SqliteStore } from '@bartizan/adapters/store';
import type { ImageBook } from '../decide/admission/image-book.ts';
import type { PackClient } from '../decide/pack-client.ts';
import type { PackageUses } from '../decide/package-uses.ts';
import type { RefusedAttempts } from '../refused-attempts.ts';
import type { Report } from '../report/build-report.ts';
import type { AgentServer } from '../sense/agent-server.ts';
import type { Chores } from './chores.ts';
import type { ClusterRole } from './cluster/build-cluster.ts';
import type { PushInbox } from './scanner/push-inbox.ts';
import type { RegistryRuns } from './scanner/registry-runs.ts';

/** Ends everything, the store last: what the others still write has to find it. */
export async function closeAll(parts: {
  stopTrust: () => void;
  agents: AgentServer;
  report: Report;
  chores: Chores;
  runs: RegistryRuns;
  pushes: PushInbox;
  cluster: ClusterRole;
  client: PackClient;
  uses: PackageUses;
  imageBook: ImageBook;
  refusals: RefusedAttempts;
  store: SqliteStore;
}): Promise<void> {
  parts.stopTrust();
  parts.chores.stop();
  parts.pushes.close();
  await parts.runs.close();
  await parts.cluster.close();
  parts.uses.close();
  parts.imageBook.close();
  parts.report.live.close();
  await parts.agents.close();
  await parts.report.server.close();
  await parts.client.close();
  await parts.refusals.close();
  await parts.store.close();
}
