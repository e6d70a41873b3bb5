// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, ok, type Result } from '@bartizan/contracts';
import { asObject, parseJson } from '../json/fields.ts';
import { isCsaf, readCsaf } from './read-csaf.ts';
import { isCycloneDxVex, readCycloneDxVex } from './read-cyclonedx-vex.ts';
import { isOpenVex, readOpenVex } from './read-openvex.ts';
import type { VexDocument } from './statement.ts';

/** Why a file holds no statements. */
export interface VexError {
  readonly code: 'E_VEX_INVALID';
  readonly detail: string;
}

/** Largest document read. */
export const MAX_VEX_BYTES = 128 * 1024 * 1024;

const fail = (detail: string): Result<never, VexError> => err({ code: 'E_VEX_INVALID', detail });

/** Reads a VEX document: OpenVEX, CSAF or CycloneDX, in JSON. */
export const readVex = (bytes: Buffer): Result<VexDocument, VexError> => {
  if (bytes.length > MAX_VEX_BYTES) return fail(`${bytes.length} bytes, limit ${MAX_VEX_BYTES}`);
  const document = asObject(parseJson(bytes.toString('utf8').replace(/^\uFEFF/, '')));
  if (document === undefined) return fail('not a JSON object');
  if (isOpenVex(document)) return ok(readOpenVex(document));
  if (isCsaf(document)) return ok(readCsaf(document));
  if (isCycloneDxVex(document)) return ok(readCycloneDxVex(document));
  return fail('JSON of another kind: not OpenVEX, CSAF or CycloneDX with vulnerabilities');
};
