// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FactValue } from '@bartizan/contracts';

const ITEMS_MAX = 512;
const TEXT_MAX = 16_384;

function factValue(value: unknown): FactValue | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string') return value.slice(0, TEXT_MAX);
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((item) => typeof item === 'string');
  return texts.length === value.length ? texts.slice(0, ITEMS_MAX) : undefined;
}

/** Facts as evaluation takes them. */
export interface ReadFacts {
  readonly facts: Readonly<Record<string, FactValue>>;
  /** Name and reason of what is not known. */
  readonly unknown: Readonly<Record<string, string>>;
}

/**
 * Reads facts from the wire, where each value is JSON as text. A value that cannot be read is not known, with the
 * reason; a fact that is both given and called unknown is unknown.
 */
export function readWireFacts(
  facts: Readonly<Record<string, string>>,
  unknown: Readonly<Record<string, string>>,
): ReadFacts {
  const read: Record<string, FactValue> = {};
  const missing: Record<string, string> = { ...unknown };
  for (const [name, json] of Object.entries(facts)) {
    if (name in missing) continue;
    let parsed: unknown;
    try {
      parsed = JSON.parse(json);
    } catch {
      parsed = undefined;
    }
    const value = factValue(parsed);
    if (value === undefined) missing[name] = 'the agent sent a value that cannot be read';
    else read[name] = value;
  }
  return { facts: read, unknown: missing };
}
