// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { surveyEnvironment } from './environment-survey.ts';
import { surveyPackages } from './package-survey.ts';
import { surveyPosture } from './posture/survey.ts';
import { surveySecrets } from './secret-survey.ts';
import type { Job } from './surveyor.ts';

const agentPid = process.ppid;

/** Without its agent nobody wants the answer: a survey that goes on alone would only cost. */
const endWithAgent = (): void => {
  if (process.ppid !== agentPid) process.exit(0);
};

const survey = (job: Job) => {
  switch (job.kind) {
    case 'packages':
      return surveyPackages(job, endWithAgent);
    case 'posture':
      return surveyPosture(job, endWithAgent);
    case 'environment':
      return surveyEnvironment(job, endWithAgent);
    case 'secrets':
      return surveySecrets(job, endWithAgent);
  }
};

/** The process that reads file systems: nothing of what it reads is executed, and its memory is bounded from outside. */
process.on('message', (job: Job) => {
  try {
    process.send?.({ ok: true, value: survey(job) });
  } catch (thrown) {
    process.send?.({ ok: false, detail: thrown instanceof Error ? thrown.message : String(thrown) });
  }
});
process.on('disconnect', () => process.exit(0));
