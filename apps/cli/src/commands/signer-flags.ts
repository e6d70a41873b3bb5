// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Result } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import { usage } from '../context.ts';
import type { VerifyFlags } from './signature-flags.ts';

/** What says who has to have signed: exactly one of these. */
const SIGNERS = ['policy', 'key', 'identity', 'trustStore'] as const;
type SignerKind = (typeof SIGNERS)[number];

/** Flags that ask for more, and how they are written. */
const MORE = {
  issuer: '--issuer',
  trustRoot: '--trust-root',
  logEntries: '--log-entries',
  trustedIdentity: '--trusted-identity',
  type: '--type',
} as const;
type More = keyof typeof MORE;

/** What goes with each. A flag that nobody obeys would have a call end well without what it asks for. */
const BESIDE: Readonly<Record<SignerKind, readonly More[]>> = {
  policy: [],
  key: ['trustRoot', 'logEntries', 'type'],
  identity: ['issuer', 'trustRoot', 'logEntries', 'type'],
  trustStore: ['trustedIdentity', 'type'],
};
const USAGE: Readonly<Record<SignerKind, string>> = {
  policy: '--policy FILE',
  key: '--key FILE',
  identity: '--identity NAME --issuer URL',
  trustStore: '--trust-store DIR --trusted-identity NAME',
};

const isGiven = (value: unknown): boolean =>
  value !== undefined && (!Array.isArray(value) || value.length > 0);

/** Who has to have signed by the flags of a call, of the kinds that can be told there. */
export function signerKindOf(
  flags: VerifyFlags,
  kinds: readonly SignerKind[] = SIGNERS,
): Result<SignerKind, ApiFailure> {
  const given = SIGNERS.filter((kind) => isGiven(flags[kind]));
  const [kind] = given;
  if (kind === undefined || given.length > 1 || !kinds.includes(kind))
    return usage(kinds.map((one) => USAGE[one]).join(' | '));
  const names = Object.keys(MORE) as More[];
  const strange = names.find((name) => isGiven(flags[name]) && !BESIDE[kind].includes(name));
  if (strange !== undefined) return usage(`${MORE[strange]} does not go with ${USAGE[kind]}`);
  return ok(kind);
}
