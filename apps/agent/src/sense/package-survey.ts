// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import type { PackageReport, WorkloadRef } from '@bartizan/contracts';
import {
  CONTAINER_EXCLUSIONS,
  catalogTree,
  DEFAULT_LIMITS,
  DirectoryTree,
  findPendingUpdates,
  HOST_EXCLUSIONS,
  ownedPaths,
  type PathTable,
  type PendingUpdate,
  packagesOf,
  problemLine,
} from '@bartizan/scan';
import { PACKAGES_MAX_MS } from './survey-times.ts';

/** What to survey: the file system at `root` of a workload. */
export interface PackageJob {
  readonly kind: 'packages';
  readonly root: string;
  readonly isHost: boolean;
  readonly subject: WorkloadRef;
}

/** What a survey of packages gives: the parts to send, and how many security updates wait (host only). */
export interface PackageSurvey {
  readonly kind: 'packages';
  readonly reports: readonly PackageReport[];
  readonly pendingSecurity: number | undefined;
  /** Which packages own which files. */
  readonly owners: PathTable;
}

const PART_PACKAGES = 400;

/** A pending update as the wire has it. */
const reported = (update: PendingUpdate): PackageReport['pendingUpdates'][number] => ({
  name: update.name.slice(0, 512),
  installed: update.installed.slice(0, 256),
  candidate: update.candidate.slice(0, 256),
  security: update.isSecurity,
  origin: update.origin.slice(0, 256),
  listsAsOfMs: update.listsAsOfMs,
});

/**
 * Catalogues a file system; `onProgress` is called again and again meanwhile. Throws when its root cannot be opened:
 * the container is gone.
 */
export const surveyPackages = (job: PackageJob, onProgress: () => void): PackageSurvey => {
  const tree = new DirectoryTree(job.root);
  try {
    const catalog = catalogTree({
      tree,
      limits: { ...DEFAULT_LIMITS, timeMs: PACKAGES_MAX_MS },
      now: () => Date.now(),
      exclude: job.isHost ? HOST_EXCLUSIONS : CONTAINER_EXCLUSIONS,
      onProgress,
    });
    const packages = packagesOf(catalog);
    // Read through the tree, which resolves links inside this root: a container must not lead us to lists of the host.
    const apt = findPendingUpdates(tree, packages);
    const { distribution } = catalog;
    const isKnown = distribution.id !== 'unknown';
    const incomplete = [...catalog.problems, ...apt.problems].slice(0, 64).map(problemLine);
    const scan = randomUUID();
    const count = Math.max(1, Math.ceil(packages.length / PART_PACKAGES));
    const scannedAtMs = Date.now();
    const reports = Array.from(
      { length: count },
      (_, part): PackageReport => ({
        type: 'packages',
        scan,
        part,
        last: part === count - 1,
        subject: job.subject,
        distribution: isKnown ? `${distribution.id} ${distribution.versionId}`.trim().slice(0, 128) : '',
        distributionName: isKnown ? distribution.prettyName.slice(0, 256) : '',
        packages: packages.slice(part * PART_PACKAGES, (part + 1) * PART_PACKAGES),
        coverage: [],
        pendingUpdates: part === 0 ? apt.updates.slice(0, 1000).map(reported) : [],
        incomplete,
        scannedAtMs,
      }),
    );
    const pendingSecurity = apt.isKnown ? apt.updates.filter((one) => one.isSecurity).length : undefined;
    return { kind: 'packages', reports, pendingSecurity, owners: ownedPaths(catalog, tree) };
  } finally {
    tree.close();
  }
};
