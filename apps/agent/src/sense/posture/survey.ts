// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PostureFacts, WorkloadRef } from '@bartizan/contracts';
import type { KnownContainer } from '@bartizan/host';
import { collectAccounts, collectSshd } from './access-facts.ts';
import { collectContainer } from './container-facts.ts';
import { collectDistribution } from './distribution-facts.ts';
import { dockerFolders } from './docker-facts.ts';
import { FactSheet } from './fact-sheet.ts';
import { collectFiles } from './file-facts.ts';
import { type HostView, hostMounts, hostView } from './host-view.ts';
import { collectKernel } from './kernel-facts.ts';
import { collectServices } from './service-facts.ts';
import { collectSetuid } from './setuid-facts.ts';

/** What to look at: the host, or one container. */
export interface PostureJob {
  readonly kind: 'posture';
  readonly subject: WorkloadRef;
  readonly root: string;
  readonly container: KnownContainer | undefined;
  readonly pendingSecurity: number | undefined;
  readonly sensorIsRunning: boolean;
  readonly runtimeSockets: readonly string[];
  readonly containerPids: readonly number[];
}

/** Collects the facts that posture checks ask for. One collector that fails leaves its facts unknown, with the reason. */
export const surveyPosture = (
  job: PostureJob,
  onProgress: () => void = () => undefined,
  view: HostView = hostView(job.root),
): { readonly kind: 'posture'; readonly facts: PostureFacts } => {
  const sheet = new FactSheet();
  const nowMs = Date.now();
  const { root, container } = job;
  const steps: readonly (readonly [name: string, run: () => void])[] = container
    ? [['container', () => collectContainer(sheet, container, { ...job, nowMs, procfs: view.procfs })]]
    : [
        ['kernel', () => collectKernel(sheet, root, view)],
        [
          'distribution',
          () => collectDistribution(sheet, root, { pendingSecurity: job.pendingSecurity, nowMs }),
        ],
        ['sshd', () => collectSshd(sheet, root)],
        ['accounts', () => collectAccounts(sheet, root)],
        ['files', () => collectFiles(sheet, root)],
        ['services', () => collectServices(sheet, root, job, view)],
        ['setuid', () => collectSetuid(sheet, root, hostMounts(view), dockerFolders(root, view))],
      ];
  for (const [name, run] of steps) {
    onProgress();
    try {
      run();
    } catch (thrown) {
      sheet.setUnknown(`survey.${name}`, thrown instanceof Error ? thrown.message : 'could not be read');
    }
  }
  return {
    kind: 'posture',
    facts: {
      type: 'posture-facts',
      subject: job.subject,
      facts: sheet.facts,
      unknown: sheet.unknown,
      collectedAtMs: nowMs,
    },
  };
};
