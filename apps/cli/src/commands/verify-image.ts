// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import { type PolicyVerdict, parseSignaturePolicy, type SignaturePolicy } from '@bartizan/scan/signatures';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { plain } from '../output/width.ts';
import { showPolicyVerdict } from './policy-output.ts';
import { RegistrySession, referenceOf } from './registry-session.ts';
import type { VerifyFlags } from './signature-flags.ts';
import { filesBeside, PolicyJudge, readSignaturePolicy } from './signature-policy.ts';
import { signerKindOf } from './signer-flags.ts';

/** The signer that the flags of a call name, as a policy writes it. */
function signerOf(flags: VerifyFlags): Result<object, ApiFailure> {
  const { key, identity, issuer, trustStore, trustedIdentity, logEntries } = flags;
  const count = logEntries === undefined ? {} : { logEntries };
  if (key !== undefined) return ok({ key, ...count });
  if (identity !== undefined)
    return issuer === undefined
      ? usage('--identity NAME --issuer URL')
      : ok({ keyless: { identity, issuer, ...count } });
  return trustedIdentity === undefined || trustedIdentity.length === 0
    ? usage('--trust-store DIR --trusted-identity NAME')
    : ok({ notation: { stores: { ca: trustStore }, identities: trustedIdentity } });
}

/** The policy of a call: a file, or one rule made of its flags. */
function policyOf(flags: VerifyFlags): Result<SignaturePolicy, ApiFailure> {
  const kind = signerKindOf(flags);
  if (!kind.ok) return kind;
  if (flags.policy !== undefined) return readSignaturePolicy(flags.policy);
  const signer = signerOf(flags);
  if (!signer.ok) return signer;
  const require =
    flags.type === undefined
      ? { signature: signer.value }
      : { attestation: { type: flags.type, ...signer.value } };
  const value = {
    version: 1,
    policies: [{ name: 'flags', images: ['**'], require }],
    ...(flags.trustRoot === undefined ? {} : { trustRoot: flags.trustRoot }),
  };
  return parseSignaturePolicy(value, filesBeside('.'));
}

/** The failure a verdict ends with; undefined when the policy is fulfilled. */
export function policyFailure(verdict: PolicyVerdict): ApiFailure | undefined {
  if (verdict.outcome === 'fulfilled') return undefined;
  const code = verdict.outcome === 'unknown' ? 'E_SIGNATURE_UNKNOWN' : 'E_SIGNATURE_REFUSED';
  return failure(code, plain(`${verdict.image}@${verdict.digest}`));
}

/** `verify HOST/REPOSITORY[:TAG]`: everything that lies beside the image is fetched and judged. */
export function runVerifyImage(context: CliContext, text: string, flags: VerifyFlags): Promise<void> {
  return perform(context, async () => {
    const policy = policyOf(flags);
    if (!policy.ok) return policy;
    const reference = referenceOf(text);
    if (!reference.ok) return reference;
    const session = RegistrySession.open(context, flags);
    if (!session.ok) return session;
    const image = await session.value.image(reference.value, [text]);
    if (!image.ok) return image;
    const verdict = await new PolicyJudge(policy.value).judge(image.value);
    if (!verdict.ok) return verdict;
    showPolicyVerdict(context, flags.output, verdict.value);
    const wrong = policyFailure(verdict.value);
    return wrong === undefined ? ok(EXIT.fine) : err(wrong);
  });
}
