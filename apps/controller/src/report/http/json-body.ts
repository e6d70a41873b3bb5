// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';

/** Deepest nesting a request body may have. */
export const JSON_DEPTH_MAX = 32;
/** Deepest nesting of a batch of the audit webhook: it carries whole objects, definitions of resources too. */
export const AUDIT_DEPTH_MAX = 128;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Deepest nesting of a JSON text, without building anything; stops at `limit + 1`. */
export function jsonDepth(bytes: Uint8Array, limit: number): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (depth > limit) return depth;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return deepest;
}

/** Parses a request body. Empty = undefined. The depth is checked before anything is built. */
export function parseJsonBody(bytes: Buffer, depthMax = JSON_DEPTH_MAX): Result<unknown, ApiFailure> {
  if (bytes.length === 0) return ok(undefined);
  if (jsonDepth(bytes, depthMax) > depthMax)
    return err(failure('E_BODY_INVALID', `the body is nested deeper than ${depthMax} levels`));
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return ok(value);
  } catch {
    return err(failure('E_BODY_INVALID', 'the body is not JSON in UTF-8'));
  }
}
