// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeError, Resource } from '@bartizan/adapters/kube';
import type { AccessRequest, AccessRequestWish, ResponseOf, Result } from '@bartizan/contracts';
import type { ApiFailure, Owner } from './ports.ts';

/** An object that makes a grant, as it shall be in the cluster. */
export interface GrantObject {
  readonly resource: Resource;
  /** Empty: of the whole cluster. */
  readonly namespace: string;
  readonly name: string;
  readonly object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
      readonly name: string;
      readonly namespace?: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    };
    /** Of a role. */
    readonly rules?: readonly object[];
    /** Of a binding. */
    readonly roleRef?: { readonly apiGroup: string; readonly kind: string; readonly name: string };
    readonly subjects?: readonly object[];
  };
}

/** How an object that makes a grant is in the cluster. */
export type GrantLook =
  | { readonly state: 'whole'; readonly uid: string }
  | { readonly state: 'changed'; readonly uid: string; readonly by?: string }
  | { readonly state: 'missing' };

/** Writes, looks at and removes what makes grants; every failure is the API server's own. */
export interface GrantWriter {
  /** Whether the API server would take them from us; nothing is kept. */
  readonly try: (objects: readonly GrantObject[]) => Promise<Result<void, KubeError>>;
  /** Makes them, in order; what is there already is taken as it is. */
  readonly write: (objects: readonly GrantObject[]) => Promise<Result<AccessRequest['objects'], KubeError>>;
  readonly look: (objects: readonly GrantObject[]) => Promise<Result<readonly GrantLook[], KubeError>>;
  /** Removes those that are ours by their labels or uid, the last first; what is gone is gone. */
  readonly remove: (
    objects: readonly GrantObject[],
    made: AccessRequest['objects'],
  ) => Promise<Result<void, KubeError>>;
  /** Everything in the cluster that says by its labels that it makes a grant of ours. */
  readonly found: () => Promise<Result<readonly FoundGrant[], KubeError>>;
  /** Removes one that was found. */
  readonly drop: (found: FoundGrant) => Promise<Result<void, KubeError>>;
}

/** An object of a grant that was found by its labels. */
export interface FoundGrant {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly request: string;
  /** Undefined: its annotation says no time. */
  readonly expiresAtMs: number | undefined;
}

/** Who acts on a request. */
export interface RequestActor {
  /** The person behind the login: of an API key, who made it. */
  readonly person: string;
  readonly mayApprove: boolean;
}
export type AccessRequestDetail = ResponseOf<'access.request'>;
type Answer<T> = Promise<Result<T, ApiFailure>>;

/** Requests for access of one tenant. */
export interface AccessRequestDesk {
  readonly ask: (actor: RequestActor, wish: AccessRequestWish) => Answer<AccessRequest>;
  readonly detail: (id: string) => Answer<AccessRequestDetail>;
  readonly approve: (
    actor: RequestActor,
    id: string,
    said: { readonly decision?: string; readonly acceptRisk?: boolean },
  ) => Answer<AccessRequest>;
  readonly refuse: (actor: RequestActor, id: string, decision: string) => Answer<AccessRequest>;
  readonly end: (actor: RequestActor, id: string) => Answer<AccessRequest>;
}
/** The desk of a tenant: only that of the cluster's own can grant anything. */
export type AccessRequestDesks = (owner: Owner) => AccessRequestDesk;
