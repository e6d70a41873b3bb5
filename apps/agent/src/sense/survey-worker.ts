// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type PackageJob, surveyPackages } from './package-survey.ts';
import { type PostureJob, surveyPosture } from './posture/survey.ts';

const agentPid = process.ppid;

/** Without its agent nobody wants the answer: a survey that goes on alone would only cost. */
const endWithAgent = (): void => {
  if (process.ppid !== agentPid) process.exit(0);
};

/** The process that reads file systems: nothing of what it reads is executed, and its memory is bounded from outside. */
process.on('message', (job: PackageJob | PostureJob) => {
  try {
    const value =
      job.kind === 'packages' ? surveyPackages(job, endWithAgent) : surveyPosture(job, endWithAgent);
    process.send?.({ ok: true, value });
  } catch (thrown) {
    process.send?.({ ok: false, detail: thrown instanceof Error ? thrown.message : String(thrown) });
  }
});
process.on('disconnect', () => process.exit(0));
