// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type PackageJob, surveyPackages } from './package-survey.ts';
import { type PostureJob, surveyPosture } from './posture/survey.ts';

/** The process that reads file systems: nothing of what it reads is executed, and its memory is bounded from outside. */
process.on('message', (job: PackageJob | PostureJob) => {
  try {
    process.send?.({ ok: true, value: job.kind === 'packages' ? surveyPackages(job) : surveyPosture(job) });
  } catch (thrown) {
    process.send?.({ ok: false, detail: thrown instanceof Error ? thrown.message : String(thrown) });
  }
});
// Without its agent nobody wants the answer.
process.on('disconnect', () => process.exit(0));
