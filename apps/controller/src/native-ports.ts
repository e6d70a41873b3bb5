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
