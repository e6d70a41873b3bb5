// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type PackageJob, surveyPackages } from './package-survey.ts';
import { type PostureJob, surveyPosture } from './posture/survey.ts';
import { type SecretJob, surveySecrets } from './secret-survey.ts';

const agentPid = process.ppid;

/** Without its agent nobody wants the answer: a survey that goes on alone would only cost. */
const endWithAgent = (): void => {
  if (process.ppid !== agentPid) process.exit(0);
};

const survey = (job: PackageJob | PostureJob | SecretJob) => {
  switch (job.kind) {
    case 'packages':
      return surveyPackages(job, endWithAgent);
    case 'posture':
      return surveyPosture(job, endWithAgent);
    case 'secrets':
      return surveySecrets(job, endWithAgent);
  }
};

/** The process that reads file systems: nothing of what it reads is executed, and its memory is bounded from outside. */
process.on('message', (job: PackageJob | PostureJob | SecretJob) => {
  try {
    process.send?.({ ok: true, value: survey(job) });
  } catch (thrown) {
    process.send?.({ ok: false, detail: thrown instanceof Error ? thrown.message : String(thrown) });
  }
});
process.on('disconnect', () => process.exit(0));
