// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { RuntimeClient } from '@bartizan/host';
import type { ScanFlags } from './scan-flags.ts';

/** Each of them by the compiler's count: loading their clients for a list of names would slow every command. */
const NAMED: Readonly<Record<RuntimeClient, true>> = {
  docker: true,
  podman: true,
  'cri-o': true,
  'containerd-cri': true,
  containerd: true,
  runc: true,
};

/** Runtimes that can be named; `containerd-cri` shows the containers of Kubernetes only. */
export const RUNTIMES = Object.keys(NAMED) as readonly RuntimeClient[];

/** Options of `scan container`. */
export interface ContainerScanFlags extends ScanFlags {
  readonly runtime?: RuntimeClient;
  readonly socket?: string;
}
