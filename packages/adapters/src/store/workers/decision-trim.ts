// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { decisionIdFrom } from '@bartizan/contracts/decision-id';
import type { DecisionRetention } from '../ports.ts';
import { ADMISSION_DECISIONS } from '../sqlite/admission-nouns.ts';
import { type Database, textOf } from '../sqlite/database.ts';
import { columnOf } from '../sqlite/fields.ts';

const { table: TABLE } = ADMISSION_DECISIONS;
const VERDICTS = ['allow', 'alert', 'deny', 'undecided'] as const;
type Verdict = (typeof VERDICTS)[number];
const DAY_MS = 24 * 3_600_000;
/** A decision is kept up to so much longer than its days. */
const MARK_MS = 6 * 3_600_000;
const MARKS = 'decision-marks';
/** A clock that is set back again and again makes more of them; without the oldest, decisions are kept longer. */
const MARKS_MAX = 1_000;
const UPSERT_META =
  'INSERT INTO meta(name,value) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value';

/** What the wall clock showed at an age of the store. */
type Mark = readonly [ageMs: number, wallMs: number];
/** The age of the store now, by its own count, and what the wall clock shows. */
interface Moment {
  readonly ageMs: number;
  readonly nowMs: number;
}

const isMark = (value: unknown): value is Mark =>
  Array.isArray(value) && value.length === 2 && value.every((part) => Number.isSafeInteger(part));

function storedMarks(core: Database): Mark[] {
  const cell = core.row('SELECT value FROM meta WHERE name=?', [MARKS])?.[0];
  try {
    const read: unknown = JSON.parse(textOf(cell ?? '[]'));
    return Array.isArray(read) ? read.filter(isMark) : [];
  } catch {
    // Nothing is known of the age of what is there: it counts as new.
    return [];
  }
}

/** One mark more when it is time, and none that no limit asks for any more. */
function marksNow(known: readonly Mark[], { ageMs, nowMs }: Moment, longestMs: number): readonly Mark[] {
  const past = known.filter(([age]) => age <= ageMs);
  const last = past.at(-1);
  const isSetBack = last !== undefined && nowMs < last[1];
  const isDue = last === undefined || isSetBack || ageMs - last[0] >= MARK_MS;
  const marks: readonly Mark[] = isDue ? [...past, [ageMs, nowMs]] : past;
  const needed = Math.max(
    marks.findLastIndex(([age]) => ageMs - age > longestMs),
    0,
  );
  return marks.slice(Math.max(needed, marks.length - MARKS_MAX));
}

/**
 * What is older than so many days, by the wall clock of its time; 0: nothing. A clock that was set back makes it
 * earlier: what came after that may look old and is not.
 */
function endOf(marks: readonly Mark[], { ageMs, nowMs }: Moment, days: number): number {
  const at = marks.findLastIndex(([age]) => ageMs - age > days * DAY_MS);
  return at < 0 ? 0 : Math.min(nowMs, ...marks.slice(at).map(([, wallMs]) => wallMs));
}

/** Owners with decisions: each is found by one look at the index. */
function ownersOf(core: Database): (readonly [cluster: string, tenant: string])[] {
  const owners: [string, string][] = [];
  for (let last = ['', '']; ; ) {
    const [cluster = '', tenant = ''] = last;
    const row = core.row(
      `SELECT cluster, tenant FROM ${TABLE} WHERE (cluster,tenant)>(?,?) ORDER BY cluster, tenant LIMIT 1`,
      [cluster, tenant],
    );
    if (row === undefined) return owners;
    const found: [string, string] = [textOf(row[0] ?? ''), textOf(row[1] ?? '')];
    owners.push(found);
    last = found;
  }
}

// Ids rise with time: of one owner and verdict, the index has the oldest first.
const OF_VERDICT = `${TABLE} WHERE cluster=? AND tenant=? AND ${columnOf('verdict')}=?`;
const COUNT = `SELECT count(*) FROM ${OF_VERDICT}`;
const REMOVE = `DELETE FROM ${TABLE} WHERE rowid IN (SELECT rowid FROM ${OF_VERDICT} AND id<? ORDER BY id LIMIT ?)`;
/** Above every id. */
const ANY_ID = '~';

/**
 * Removes decisions past their limits, at most a batch of them; who calls comes again while there is more. Days go by
 * the age of the store, so that a clock that jumps deletes nothing.
 */
export function trimDecisions(
  core: Database,
  moment: Moment,
  { passed, noted, batch }: DecisionRetention,
): { readonly removed: number; readonly hasMore: boolean } {
  return core.transaction(() => {
    const marks = marksNow(storedMarks(core), moment, Math.max(passed.days, noted.days) * DAY_MS);
    core.run(UPSERT_META, [MARKS, JSON.stringify(marks)]);
    let left = batch;
    const limitOf = (verdict: Verdict) => (verdict === 'allow' ? passed : noted);
    for (const owner of ownersOf(core))
      for (const verdict of VERDICTS) {
        const { days, rows } = limitOf(verdict);
        const key = [...owner, verdict];
        left -= core.run(REMOVE, [...key, decisionIdFrom(endOf(marks, moment, days)), left]);
        const over = Math.max(core.number(COUNT, key) - rows, 0);
        left -= core.run(REMOVE, [...key, ANY_ID, Math.min(over, left)]);
      }
    return { removed: batch - left, hasMore: left === 0 };
  });
}
