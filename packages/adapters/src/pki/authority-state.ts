// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result, systemScope } from '@bartizan/contracts';
import type { Sealer, SettingRepository, StoreFailure } from '../store/index.ts';
import type { KeyedCertificate } from './issue.ts';

/** One certificate authority of ours. */
export interface Authority extends KeyedCertificate {
  readonly notAfterMs: number;
  /** Its key signed by the authority before it; present until that one is let go. */
  readonly crossPem?: string;
}
/** Authorities, newest first, and the certificate of our own ports. */
export interface AuthorityState {
  readonly authorities: readonly Authority[];
  /** Authorities but the newest are trusted until then. */
  readonly overlapUntilMs: number;
  readonly server?: KeyedCertificate & {
    readonly notAfterMs: number;
    readonly renewAtMs: number;
    readonly names: readonly string[];
    /** Pin of the authority that issued it. */
    readonly issuerSha256: string;
  };
}

const SETTING = 'pki/authority';
const SCOPE = systemScope('certificate authority');

/** Keeps the state as one sealed setting: keys of authorities are never on disk in the clear. */
export interface StateKeeper {
  load(): Promise<Result<AuthorityState | undefined, StoreFailure>>;
  save(state: AuthorityState): Promise<Result<void, StoreFailure>>;
}

/** A keeper over the settings of a store. */
export function stateKeeper(settings: SettingRepository, sealer: Sealer, setting = SETTING): StateKeeper {
  return {
    load: async () => {
      const sealed = await settings.get(SCOPE, setting);
      if (!sealed.ok || sealed.value === undefined) return sealed.ok ? ok(undefined) : sealed;
      const plain = sealer.unseal(sealed.value);
      return plain.ok ? parseState(plain.value) : plain;
    },
    save: (state) => settings.put(SCOPE, setting, sealer.seal(JSON.stringify(state))),
  };
}

/** Written by us and sealed: only its outer form is looked at. */
function parseState(text: string): Result<AuthorityState, StoreFailure> {
  const value: AuthorityState = JSON.parse(text);
  return Array.isArray(value.authorities) && value.authorities.length > 0
    ? ok(value)
    : err(failure('E_STORE_CORRUPT', 'the state of the certificate authority has no authority'));
}
