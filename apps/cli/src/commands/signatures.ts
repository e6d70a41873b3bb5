// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import {
  asAttestation,
  openPublicKey,
  openSigningKey,
  parseTrustRoot,
  type SignatureVerdict,
  type Signed,
  type SigningKey,
  type SigstorePolicy,
  signArtifact,
  signClaim,
  type TextMatch,
  type TrustRoot,
  type VerdictReason,
  verifyBundle,
} from '@bartizan/scan/signatures';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList } from '../output/render.ts';
import { plain } from '../output/width.ts';
import type { AttestFlags, SignFlags, VerifyFlags } from './signature-flags.ts';
import { signerKindOf } from './signer-flags.ts';

const ARTIFACT_BYTES_MAX = 512 * 1024 * 1024;
const SMALL_BYTES_MAX = 16 * 1024 * 1024;
const NO_ROOT: TrustRoot = {
  digest: 'none',
  logs: [],
  certificateLogs: [],
  authorities: [],
  timestampAuthorities: [],
};

function readBytes(path: string, most = SMALL_BYTES_MAX): Result<Buffer, ApiFailure> {
  try {
    const { size } = statSync(path);
    if (size > most) return err(failure('E_SIGNATURE_FILE', `${path}: ${size} bytes`));
    return ok(readFileSync(path));
  } catch (error) {
    return err(failure('E_SIGNATURE_FILE', path, error));
  }
}

/** The private key of a call; its passphrase comes from a file or the environment, never from the command line. */
function keyOf(context: CliContext, flags: SignFlags): Result<SigningKey, ApiFailure> {
  const pem = readBytes(flags.key);
  if (!pem.ok) return pem;
  if (flags.passphraseFile === undefined)
    return openSigningKey(pem.value.toString('utf8'), context.process.env['BARTIZAN_KEY_PASSPHRASE']);
  const file = readBytes(flags.passphraseFile);
  return file.ok
    ? openSigningKey(pem.value.toString('utf8'), file.value.toString('utf8').replace(/\r?\n$/, ''))
    : file;
}

function write(context: CliContext, path: string, bundle: string): Result<number, ApiFailure> {
  try {
    writeFileSync(path, `${bundle}\n`);
  } catch (error) {
    return err(failure('E_SIGNATURE_FILE', path, error));
  }
  context.process.stderr.write(`${plain(context.t('signature.written', { path }))}\n`);
  return ok(EXIT.fine);
}

/** `sign FILE`. */
export function runSign(context: CliContext, path: string, flags: SignFlags): Promise<void> {
  return perform(context, async () => {
    const artifact = readBytes(path, ARTIFACT_BYTES_MAX);
    if (!artifact.ok) return artifact;
    const key = keyOf(context, flags);
    return key.ok ? write(context, flags.bundle, signArtifact(key.value, artifact.value)) : key;
  });
}

/** What a call names: the bytes of a file, or a digest alone. */
function artifactOf(text: string): Result<Signed, ApiFailure> {
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(text) ?? [];
  if (hex !== undefined) return ok({ kind: 'sha256', digest: Buffer.from(hex, 'hex') });
  const bytes = readBytes(text, ARTIFACT_BYTES_MAX);
  return bytes.ok ? ok({ kind: 'bytes', bytes: bytes.value }) : bytes;
}

const sha256Of = (signed: Signed): string =>
  signed.kind === 'bytes'
    ? createHash('sha256').update(signed.bytes).digest('hex')
    : signed.digest.toString('hex');

function predicateOf(path: string): Result<object, ApiFailure> {
  const bytes = readBytes(path);
  if (!bytes.ok) return bytes;
  try {
    const value: unknown = JSON.parse(bytes.value.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return ok(value);
  } catch {
    // Said below, as for every other JSON that is no object.
  }
  return usage('--predicate: JSON object');
}

/** `attest ARTIFACT`. */
export function runAttest(context: CliContext, artifact: string, flags: AttestFlags): Promise<void> {
  return perform(context, async () => {
    const signed = artifactOf(artifact);
    if (!signed.ok) return signed;
    const predicate = predicateOf(flags.predicate);
    if (!predicate.ok) return predicate;
    const key = keyOf(context, flags);
    if (!key.ok) return key;
    const claim = signClaim(key.value, {
      name: signed.value.kind === 'bytes' ? basename(artifact) : artifact,
      sha256: sha256Of(signed.value),
      predicateType: flags.type,
      predicate: predicate.value,
    });
    return claim.ok ? write(context, flags.bundle, claim.value) : claim;
  });
}

const matchOf = (value: string): TextMatch => ({ kind: value.includes('*') ? 'pattern' : 'exact', value });

/** Who may have signed: a key, or an identity together with its issuer. Policies and trust stores are about images. */
function policyOf(flags: VerifyFlags): Result<SigstorePolicy, ApiFailure> {
  const { key, identity, issuer, logEntries } = flags;
  if (logEntries !== undefined && (!Number.isInteger(logEntries) || logEntries < 0))
    return usage('--log-entries N');
  const kind = signerKindOf(flags, ['key', 'identity']);
  if (!kind.ok) return kind;
  if (key !== undefined) {
    const pem = readBytes(key);
    if (!pem.ok) return pem;
    const opened = openPublicKey(pem.value.toString('utf8'));
    if (opened === undefined) return err(failure('E_SIGNATURE_POLICY', key));
    return ok({ kind: 'key', key: opened, logEntries: logEntries ?? 0 });
  }
  if (identity === undefined || issuer === undefined) return usage('--identity NAME --issuer URL');
  return ok({
    kind: 'identity',
    identities: [{ identity: matchOf(identity), issuer: matchOf(issuer) }],
    ...(logEntries === undefined ? {} : { logEntries }),
  });
}

function rootOf(path: string | undefined): Result<TrustRoot, ApiFailure> {
  if (path === undefined) return ok(NO_ROOT);
  const bytes = readBytes(path);
  return bytes.ok ? parseTrustRoot(bytes.value) : bytes;
}

function show(context: CliContext, flags: VerifyFlags, verdict: SignatureVerdict): void {
  const { payload, ...rest } = verdict;
  renderList<VerdictReason>(context.process, flags.output, {
    items: verdict.reasons,
    whole:
      payload === undefined
        ? rest
        : { ...rest, payload: { type: payload.type, text: payload.bytes.toString('utf8') } },
    columns: [
      { field: 'check', heading: context.t('column.check'), value: (item) => item.check },
      {
        field: 'holds',
        heading: context.t('column.holds'),
        value: (item) => (item.isFulfilled ? 'ok' : 'no'),
      },
      { field: 'detail', heading: context.t('column.detail'), value: (item) => plain(item.detail) },
    ],
  });
}

/** `verify ARTIFACT`: exit 0 only when the bundle is verified; refused and unknown are both 1, told apart by their code. */
export function runVerify(context: CliContext, artifact: string, flags: VerifyFlags): Promise<void> {
  return perform(context, async () => {
    if (flags.bundle === undefined) return usage('--bundle FILE, or HOST/REPOSITORY[:TAG] of a registry');
    const policy = policyOf(flags);
    if (!policy.ok) return policy;
    const signed = artifactOf(artifact);
    if (!signed.ok) return signed;
    const bundle = readBytes(flags.bundle);
    if (!bundle.ok) return bundle;
    const trustRoot = rootOf(flags.trustRoot);
    if (!trustRoot.ok) return trustRoot;
    const bundled = verifyBundle({
      bundle: bundle.value,
      artifact: signed.value,
      policy: policy.value,
      trustRoot: trustRoot.value,
      nowMs: Date.now(),
    });
    const verdict = flags.type === undefined ? bundled : asAttestation(bundled, flags.type);
    show(context, flags, verdict);
    if (verdict.outcome === 'verified') return ok(EXIT.fine);
    const code = verdict.outcome === 'unknown' ? 'E_SIGNATURE_UNKNOWN' : 'E_SIGNATURE_REFUSED';
    return err(failure(code, plain(verdict.reasons.at(-1)?.detail ?? '')));
  });
}
