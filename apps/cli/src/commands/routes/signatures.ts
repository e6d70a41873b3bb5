// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildCommand } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import type { Translate } from '../../text/catalogue.ts';
import { anyFlag, numberFlag, one, outputFlag, textFlag } from '../flags.ts';
import type { AttestFlags, SignFlags, VerifyFlags } from '../signature-flags.ts';
import { registryFlags } from './registry-flags.ts';

/** A flag that takes any text and has to be there. */
const neededFlag = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, brief, placeholder }) as const;

const signFlags = (t: Translate) =>
  ({
    key: neededFlag(t('flag.sign-key'), 'FILE'),
    passphraseFile: textFlag(t('flag.passphrase-file'), 'FILE'),
    bundle: neededFlag(t('flag.bundle-out'), 'FILE'),
  }) as const;

const signCommand = (t: Translate) =>
  buildCommand<SignFlags, [string], CliContext>({
    docs: { brief: t('command.sign') },
    parameters: { flags: signFlags(t), positional: one(t('arg.artifact-file'), 'FILE') },
    async func(flags, file) {
      const { runSign } = await import('../signatures.ts');
      return runSign(this, file, flags);
    },
  });

const attestCommand = (t: Translate) =>
  buildCommand<AttestFlags, [string], CliContext>({
    docs: { brief: t('command.attest') },
    parameters: {
      flags: {
        ...signFlags(t),
        predicate: neededFlag(t('flag.predicate'), 'FILE'),
        type: neededFlag(t('flag.predicate-type'), 'URI'),
      },
      positional: one(t('arg.artifact'), 'ARTIFACT'),
    },
    async func(flags, artifact) {
      const { runAttest } = await import('../signatures.ts');
      return runAttest(this, artifact, flags);
    },
  });

const verifyCommand = (t: Translate) =>
  buildCommand<VerifyFlags, [string], CliContext>({
    docs: { brief: t('command.verify') },
    parameters: {
      flags: {
        output: outputFlag(t),
        bundle: textFlag(t('flag.bundle'), 'FILE'),
        policy: textFlag(t('flag.policy'), 'FILE'),
        key: textFlag(t('flag.verify-key'), 'FILE'),
        identity: textFlag(t('flag.identity'), 'NAME'),
        issuer: textFlag(t('flag.issuer'), 'URL'),
        trustRoot: textFlag(t('flag.trust-root'), 'FILE'),
        logEntries: numberFlag(t('flag.log-entries'), 'N'),
        trustStore: textFlag(t('flag.trust-store'), 'DIR'),
        trustedIdentity: anyFlag(t('flag.trusted-identity'), 'NAME'),
        type: textFlag(t('flag.asked-type'), 'URI'),
        ...registryFlags(t),
      },
      aliases: { o: 'output' },
      positional: one(t('arg.verified'), 'ARTIFACT'),
    },
    async func(flags, artifact) {
      const { existsSync } = await import('node:fs');
      if (flags.bundle === undefined && !existsSync(artifact)) {
        const { runVerifyImage } = await import('../verify-image.ts');
        return runVerifyImage(this, artifact, flags);
      }
      const { runVerify } = await import('../signatures.ts');
      return runVerify(this, artifact, flags);
    },
  });

/** `sign`, `attest`, `verify`: without a server; only `verify` of an image asks a registry. */
export const signatureRoutes = (t: Translate) => ({
  sign: signCommand(t),
  attest: attestCommand(t),
  verify: verifyCommand(t),
});
