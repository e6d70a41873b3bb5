// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** How long packages are looked for. */
export const PACKAGES_MAX_MS = 10 * 60_000;
/** How long the files of a container are searched, and as long again its image. */
export const SECRETS_MAX_MS = 2 * 60_000;

/** How long a job may take before its process is ended: twice what it allows itself, where what it reads holds it up. */
export const JOB_MAX_MS = {
  packages: 2 * PACKAGES_MAX_MS,
  secrets: 4 * SECRETS_MAX_MS,
  posture: 10 * 60_000,
  environment: 2 * 60_000,
} as const;
