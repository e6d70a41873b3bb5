// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Whom the load asks: our webhook, or one that reads the review and allows everything. */
export type Side = 'ours' | 'allow-all';

/** Told by a server once it listens. */
export interface Listening {
  readonly port: number;
  readonly caPem: string;
}

/** What a server took since it was asked before. */
export interface ServerSpent {
  readonly cpuUs: number;
}

/** What is asked of a server, and how. */
export interface LoadOptions extends Listening {
  /** Requests per second, each begun at its time whatever became of those before; undefined: as many as it answers. */
  readonly rate: number | undefined;
  readonly connections: number;
  readonly seconds: number;
}

/** What became of the requests. */
export interface LoadResult {
  readonly answered: number;
  readonly denied: number;
  readonly failed: number;
  readonly seconds: number;
  /** From the time a request was due to its answer, ms. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}
