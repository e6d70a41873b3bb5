// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Resource } from '@bartizan/adapters/kube';

/** An object of ours as it shall be in the cluster. */
export interface OwnedObject {
  readonly resource: Resource;
  readonly name: string;
  readonly object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
      readonly name: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    };
    readonly spec: Readonly<Record<string, unknown>>;
  };
}

/** How one object of ours is. */
export interface OwnedState {
  readonly state: 'in-force' | 'refused' | 'not-permitted' | 'not-served' | 'absent';
  readonly restoredTotal: number;
  readonly code?: string;
  readonly detail?: string;
}

/** An object of ours that somebody took away or changed, and that is back. */
export interface Restoration {
  readonly kind: string;
  /** Plural name of the kind, as requests name it. */
  readonly resource: string;
  readonly name: string;
  readonly change: 'deleted' | 'changed';
  /** Who wrote last, by the object that was found; undefined: it does not say. */
  readonly writer?: string;
  /** `watch`: told by the API server; `look`: found by looking, since the last look. */
  readonly noticed: 'watch' | 'look';
  /** When it was told, or seen whole for the last time. */
  readonly sinceMs: number;
  readonly restoredAtMs: number;
}
/** Who is told of what was put back; it never waits. */
export type OnRestored = (restored: Restoration) => void;
