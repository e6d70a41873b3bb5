// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isObject, type Json, memberOf } from '../foreign-json.ts';

const ENFORCE = 'pod-security.kubernetes.io/enforce';
const LABELS = '/metadata/labels';
const LABEL = `${LABELS}/${ENFORCE.replace('/', '~1')}`;
/** Without the label nothing is enforced, as on this level. */
const NONE = 'privileged';
const OPERATIONS_MAX = 10_000;

const levelIn = (labels: unknown): string | undefined => {
  const level = memberOf(labels, ENFORCE);
  return typeof level === 'string' && level !== '' ? level.slice(0, 512) : undefined;
};

/** The level a merge patch sets; undefined: it is about something else. */
function ofMerge(patch: unknown): string | undefined {
  let at: unknown = patch;
  let isReplaced = false;
  for (const key of ['metadata', 'labels', ENFORCE]) {
    if (!isObject(at)) return isReplaced ? NONE : undefined;
    // A directive of a strategic merge patch.
    if (at['$patch'] === 'delete') return NONE;
    isReplaced ||= at['$patch'] === 'replace';
    at = memberOf(at, key);
    if (at === null) return NONE;
  }
  return typeof at === 'string' && at !== '' ? at.slice(0, 512) : isReplaced ? NONE : undefined;
}

/** The level after one operation of a JSON patch; undefined: it is about something else. */
function ofOperation({ op, path, from, value }: Json): string | undefined {
  if (op === 'move' && (from === LABEL || from === LABELS)) return NONE;
  if (path !== LABEL && path !== LABELS) return undefined;
  if (op === 'remove') return NONE;
  if (op !== 'add' && op !== 'replace') return undefined;
  return levelIn(path === LABELS ? value : { [ENFORCE]: value }) ?? NONE;
}

/**
 * The level a namespace enforces after a request: what became of it, else what a patch of it does. A namespace without
 * the label says nothing of itself: many never had it. A patch that takes it away does.
 */
export function podSecurityLevel(body: unknown, patch: unknown): string | undefined {
  const now = levelIn(memberOf(body, 'metadata', 'labels'));
  if (now !== undefined || !Array.isArray(patch)) return now ?? ofMerge(patch);
  return patch
    .slice(0, OPERATIONS_MAX)
    .map((one) => (isObject(one) ? ofOperation(one) : undefined))
    .findLast((level) => level !== undefined);
}
