// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Which cluster a command is about. */
export interface TargetFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}
export interface InstallFlags extends TargetFlags {
  readonly images?: string;
  readonly registry?: string;
  readonly storage?: 'persistent' | 'ephemeral';
  readonly nodePort: boolean;
  readonly egressPort?: readonly number[];
  readonly passwordFile?: string;
  readonly wait?: number;
  readonly dryRun: boolean;
  readonly yes: boolean;
}
export interface UninstallFlags extends TargetFlags {
  readonly purge: boolean;
  readonly yes: boolean;
}
