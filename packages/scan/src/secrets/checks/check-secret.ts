// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecretCheck } from '@bartizan/contracts';
import { type Checked, plausible } from './checked.ts';
import { checkBech32, checkCrc32Base62, checkCrc32Hex } from './checksums.ts';
import { checkPrivateKey } from './private-key.ts';
import {
  checkAwsKeyId,
  checkAzureKey,
  checkBasic,
  checkDiscord,
  checkJsonBase64,
  checkJwt,
  checkMacaroon,
} from './structures.ts';

const CHECKS: Readonly<Record<SecretCheck, (value: string, nowMs: number) => Checked>> = {
  none: () => plausible('its form has nothing to check', 'この形には確認できる部分がない'),
  'crc32-base62': checkCrc32Base62,
  'crc32-hex': checkCrc32Hex,
  bech32: checkBech32,
  'private-key': checkPrivateKey,
  jwt: checkJwt,
  'aws-key-id': checkAwsKeyId,
  'azure-key': checkAzureKey,
  macaroon: checkMacaroon,
  'json-base64': checkJsonBase64,
  'basic-base64': checkBasic,
  'discord-token': checkDiscord,
};

/** Checks a value by what its format itself tells: no network is ever asked, since that would give the secret away. */
export const checkSecret = (check: SecretCheck, value: string, nowMs: number): Checked =>
  CHECKS[check](value, nowMs);
