// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText, Severity } from '@bartizan/contracts';

/** One permission that a pattern needs: any of the verbs on any of the resources of any of the groups. */
export interface Need {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  /** `resource` or `resource/subresource`. */
  readonly resources: readonly string[];
}

/**
 * What a pattern gives: everything (`admin`), any user (`users`), the service accounts of its scope (`accounts`),
 * what runs in its scope (`pods`), new pods in its scope (`create`), all of a namespace (`namespace`), a node
 * (`node`), or harm without a step further (`risk`).
 */
export type Effect = 'admin' | 'users' | 'accounts' | 'pods' | 'create' | 'namespace' | 'node' | 'risk';

/** A combination of permissions that lets somebody have more than was given. */
export interface RiskPattern {
  readonly id: string;
  readonly severity: Severity;
  /** `cluster`: only when held in the whole cluster; `namespace`: in a namespace too. */
  readonly scope: 'cluster' | 'namespace';
  readonly effect: Effect;
  readonly needs: readonly Need[];
  readonly title: LocalText;
}
