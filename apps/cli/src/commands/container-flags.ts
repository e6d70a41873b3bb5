// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { RUNTIME_CLIENTS, type RuntimeClient } from '@bartizan/host';
import type { ScanFlags } from './scan-flags.ts';

/** Runtimes that can be named; `containerd-cri` shows the containers of Kubernetes only. */
export const RUNTIMES: readonly RuntimeClient[] = RUNTIME_CLIENTS;

/** Options of `scan container`. */
export interface ContainerScanFlags extends ScanFlags {
  readonly runtime?: RuntimeClient;
  readonly socket?: string;
}
