// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type Scope, type ScorecardRow, systemScope } from '@bartizan/contracts';
import type { Log } from '../ports.ts';

const DAYS = 31;
const SCOPE = systemScope('score history');
type Days = Record<string, Record<string, number>>;

const keyOf = (scope: Scope): string =>
  scope.kind === 'tenant' ? `scores/${scope.cluster}/${scope.tenant}` : 'scores';

function parseDays(text: string | undefined): Days {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Days) : {};
  } catch {
    return {};
  }
}

/** One score per control and day, of the last 31 days; today's is replaced until the day ends. */
export class ScoreHistory {
  readonly #store: Store;
  readonly #log: Log;
  readonly #days = new Map<string, Days>();

  constructor(store: Store, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Reads what is stored for a tenant. */
  async load(scope: Scope): Promise<void> {
    const stored = await this.#store.settings.get(SCOPE, keyOf(scope));
    this.#days.set(keyOf(scope), parseDays(stored.ok ? stored.value : undefined));
  }

  /** Scores by control, oldest first. */
  of(scope: Scope): ReadonlyMap<string, readonly number[]> {
    const byControl = new Map<string, number[]>();
    const days = this.#days.get(keyOf(scope)) ?? {};
    for (const day of Object.keys(days).sort())
      for (const [control, score] of Object.entries(days[day] ?? {}))
        byControl.set(control, [...(byControl.get(control) ?? []), score]);
    return byControl;
  }

  /** Keeps the scores of a day. */
  async keep(scope: Scope, nowMs: number, rows: readonly ScorecardRow[]): Promise<void> {
    const today = new Date(nowMs).toISOString().slice(0, 10);
    const scores = Object.fromEntries(
      rows.flatMap((row) => (row.score === undefined ? [] : [[row.control, row.score]])),
    );
    const days = { ...this.#days.get(keyOf(scope)), [today]: scores };
    const kept = Object.fromEntries(Object.entries(days).sort().slice(-DAYS));
    this.#days.set(keyOf(scope), kept);
    const saved = await this.#store.settings.put(SCOPE, keyOf(scope), JSON.stringify(kept));
    if (!saved.ok) this.#log.warn({ code: saved.error.code }, 'scores of the day could not be kept');
  }
}
