// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Configure, WIRE_VERSION_FINGERPRINTS } from '@bartizan/contracts';
import { tenantHashKey } from '@bartizan/scan';
import type { Owner } from '../ports.ts';

/** What an agent is to do: the same for all, but for the key of the fingerprints, which is of its tenant. */
export const configurationFor =
  (all: Configure, hashKey: Uint8Array) =>
  (owner: Owner, version: number): Configure =>
    // Agents of before refuse a message with a field that they do not know.
    version < WIRE_VERSION_FINGERPRINTS
      ? all
      : { ...all, fingerprintKey: Buffer.from(tenantHashKey(hashKey, owner)).toString('base64') };
