// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Options of `up`. */
export interface UpOptions {
  readonly port?: number;
  readonly listen?: string;
  readonly advisories?: string;
  readonly publicNames?: string[];
  readonly runcRoots?: string[];
  /** Whether the files of running containers are searched for secrets and harmful files; absent = as before. */
  readonly containerSearch?: boolean;
  readonly noAgent: boolean;
  /** Whether systemd starts it; absent = as before, or not where there is no systemd. */
  readonly service?: boolean;
  readonly waitSensor: boolean;
  /** How long to wait for the first scan. */
  readonly waitS: number;
}
