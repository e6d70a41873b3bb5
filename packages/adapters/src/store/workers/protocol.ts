// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MessagePort } from 'node:worker_threads';
import type { Result } from '@bartizan/contracts/result';
import type { Change } from '../access.ts';
import type { DecisionRetention, Retention, StoreFailure, StoreState } from '../ports.ts';
import type { EncodedGroup } from '../slices/encode.ts';
import type { SliceStream } from '../slices/slice-name.ts';
import type { AuditEntry } from '../sqlite/audit-chain.ts';
import type { SqlValue, Statement } from '../sqlite/database.ts';

/** What the writer thread starts with. */
export interface WriterData {
  readonly dataDir: string;
  readonly sliceBytes: number;
  readonly retention: Readonly<Record<SliceStream, Retention>>;
  readonly decisions: DecisionRetention;
  /** Signs the head of the audit chain; absent = unsigned. */
  readonly auditKey?: Uint8Array;
  readonly probeMs: number;
  readonly nowMs: number;
}

/** What the writer thread is asked to do. */
export type WriterRequest =
  | { readonly op: 'core'; readonly changes: readonly Change[] }
  | { readonly op: 'audit'; readonly entry: AuditEntry }
  | { readonly op: 'append'; readonly groups: readonly EncodedGroup[]; readonly nowMs: number }
  /** Highest sequences of a node; without an owner, of all tenants. */
  | {
      readonly op: 'highest';
      readonly node: string;
      readonly owner?: readonly [cluster: string, tenant: string];
    }
  | { readonly op: 'retention'; readonly nowMs: number }
  | { readonly op: 'trim-decisions'; readonly nowMs: number }
  | {
      readonly op: 'rotate';
      readonly auditKey: Uint8Array;
      readonly nowMs: number;
      /** Id of the new sealing key. */
      readonly keyId: string;
      readonly settings: readonly (readonly [name: string, before: string, after: string])[];
    }
  /** Marks a head of the audit chain that does not fit: before a copy is made. */
  | { readonly op: 'check-head'; readonly nowMs: number }
  | { readonly op: 'close' };

/** How lists over slices are read. */
export interface PageRequest {
  readonly op: 'page';
  readonly stream: SliceStream;
  readonly where: Statement;
  readonly sortBy: 'occurred' | 'received';
  readonly descending: boolean;
  readonly limit: number;
  /** Sort value, ordinal of the slice, row: where the page before ended. */
  readonly after?: readonly [number, number, number];
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** How the groups of several slices become one. */
export type Fold = 'sum' | 'min' | 'max';
/** Groups over slices: `keys` columns identify a group, the others are folded. */
export interface GroupRequest {
  readonly op: 'group';
  readonly stream: SliceStream;
  readonly statement: Statement;
  readonly keys: number;
  readonly folds: readonly Fold[];
  readonly groupsMax: number;
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Questions to all package lists together; `keys` gives the ids of packages. */
export type IndexRequest =
  /** Lists with any of them, as `IndexAnswer`s. */
  | { readonly op: 'lists-with'; readonly keys: Statement }
  /** For each list with any of them, the sets that have one. */
  | { readonly op: 'sets-with'; readonly keys: Statement }
  | { readonly op: 'spread'; readonly keys: readonly number[] }
  | { readonly op: 'index-bytes' }
  | { readonly op: 'orphans' };

/** Lists of one owner and kind. */
export interface IndexAnswer {
  readonly cluster: string;
  readonly tenant: string;
  readonly ofImage: boolean;
  /** JSON list of the subjects. */
  readonly subjects: string;
}

/** What a reader thread is asked to do. */
export type ReaderRequest =
  | { readonly op: 'search'; readonly statements: readonly Statement[] }
  | IndexRequest
  | PageRequest
  | GroupRequest
  | {
      readonly op: 'first';
      readonly stream: SliceStream;
      readonly sql: string;
      readonly params: readonly SqlValue[];
    }
  /** Slices were deleted: none of them may stay open. */
  | { readonly op: 'forget' }
  | { readonly op: 'verify'; readonly auditKey?: Uint8Array };

/** What a reader thread starts with. */
export interface ReaderData {
  readonly dataDir: string;
}

/** A request on its way to a worker. */
export interface Call<R> {
  readonly call: number;
  readonly request: R;
}
/** What a worker sends: an answer, or the state of the store when it changed. */
export type Reply =
  | { readonly call: number; readonly result: Result<unknown, StoreFailure> }
  | { readonly state: StoreState };

/** Where a writer or a reader is asked, and answers. */
export type ServerPort = Pick<MessagePort, 'on' | 'postMessage'>;
