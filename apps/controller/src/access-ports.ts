// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AccessAnswer,
  AccessPath,
  AccessRisk,
  AccessUse,
  AccessUseRow,
  ApiVersionUse,
  ClusterProbe,
  Component,
  Exposure,
  ProbeRun,
  QueryOf,
  ReachAnswer,
  Result,
  SecretUsage,
} from '@bartizan/contracts';
import type { Attributes, Person } from '@bartizan/engine/access';
import type { ApiFailure, Owner } from './ports.ts';

/** Who may be told about the cluster: the tenant it belongs to. To everybody else no cluster is watched. */
export type AccessDesks = (owner: Owner) => AccessDesk;

/** Who uses versions of the Kubernetes API that go, and what of it is not known. */
export interface KnownApiUses {
  readonly uses: readonly ApiVersionUse[];
  /** Kinds whose objects are not all known. */
  readonly unread: readonly string[];
  /** Only the audit log shows who asks without writing. */
  readonly isHeard: boolean;
}

/** Everything the API asks about access in the cluster. Fails where no cluster is watched. */
export interface AccessDesk {
  readonly whoCan: (attributes: Attributes) => Result<AccessAnswer, ApiFailure>;
  readonly whatCan: (person: Person) => Result<AccessAnswer, ApiFailure>;
  readonly risks: () => Result<readonly AccessRisk[], ApiFailure>;
  readonly paths: (person: Person) => Result<AccessPath, ApiFailure>;
  /** `neededMs`: how long the audit log has to be followed before not seen means not used. */
  readonly unused: (person: Person, neededMs: number) => Result<AccessUse, ApiFailure>;
  /** The same of everybody whom a binding names. */
  readonly unusedSubjects: (neededMs: number) => Result<readonly AccessUseRow[], ApiFailure>;
  readonly reach: (question: QueryOf<'access.reach'>) => Result<ReachAnswer, ApiFailure>;
  /** Kinds that are not known whole, of those that permissions, or what is exposed, follow from. */
  readonly unread: (what: 'permissions' | 'exposure') => Result<readonly string[], ApiFailure>;
  /** Whether nothing that is exposed can have been missed. */
  readonly isExposureWhole: () => Result<boolean, ApiFailure>;
  readonly exposure: () => Result<readonly Exposure[], ApiFailure>;
  readonly secrets: () => Result<readonly SecretUsage[], ApiFailure>;
  readonly apiUses: () => Result<KnownApiUses, ApiFailure>;
  readonly components: () => Result<readonly Component[], ApiFailure>;
  readonly probes: () => Result<readonly ClusterProbe[], ApiFailure>;
  readonly probe: () => Promise<Result<ProbeRun, ApiFailure>>;
}
