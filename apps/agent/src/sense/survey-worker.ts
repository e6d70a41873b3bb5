// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parentPort } from 'node:worker_threads';
import { type PackageJob, surveyPackages } from './package-survey.ts';
import { type PostureJob, surveyPosture } from './posture/survey.ts';

/** The thread that reads file systems: nothing of what it reads is executed, and its memory is bounded from outside. */
parentPort?.on('message', (job: PackageJob | PostureJob) => {
  try {
    parentPort?.postMessage({
      ok: true,
      value: job.kind === 'packages' ? surveyPackages(job) : surveyPosture(job),
    });
  } catch (thrown) {
    parentPort?.postMessage({ ok: false, detail: thrown instanceof Error ? thrown.message : String(thrown) });
  }
});
