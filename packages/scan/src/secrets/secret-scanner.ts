// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FileRole } from '@bartizan/contracts';
import { isBinary, rolesOf, SNIFF_BYTES } from './file-role.ts';
import { type JudgedMatch, judgeMatch } from './judge-match.ts';
import { Narrower } from './narrow.ts';
import type { SecretRuleSet } from './rule-set.ts';
import {
  EMPTY_SCAN,
  MAX_MATCHES,
  MAX_SUPPRESSED,
  type SecretMatch,
  type SecretScan,
  type SecretSource,
  type SuppressedSecret,
} from './secret-match.ts';
import { SeenPlaces } from './seen-places.ts';
import { type TextWindow, WindowPlanner } from './windows.ts';

/** What scanning needs besides the rules. */
export interface SecretScannerOptions {
  /** Key of the fingerprints, at least 32 bytes. */
  readonly hashKey: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

interface Candidate {
  readonly start: number;
  readonly end: number;
  readonly outcome: { readonly rule: string } & (
    | { readonly judged: JudgedMatch }
    | { readonly reason: string }
  );
}

/** What stands where a secret stood. */
const CENSOR = '[redacted]';
const CONFIDENCE_RANK = { high: 0, medium: 1, low: 2 } as const;
/** Rules that read whole files look at windows of this length, so that no pattern sees more at once. */
const WHOLE_WINDOW = 4_096;
const WHOLE_OVERLAP = 512;

/** One text being read. Chunks in order, then `end`. Memory: what windows still wait for, and the chunk. */
export class SecretStream {
  readonly #set: SecretRuleSet;
  readonly #source: SecretSource;
  readonly #options: SecretScannerOptions;
  readonly #planner = new WindowPlanner();
  readonly #narrower = new Narrower();
  /** Rules of certain files that read this one. */
  readonly #here: ReadonlySet<number>;
  /** Rules that read all of this file. */
  readonly #whole: readonly number[];
  readonly #seen = new SeenPlaces();
  readonly #matches: (SecretMatch & { readonly start: number; readonly end: number })[] = [];
  readonly #suppressed: SuppressedSecret[] = [];
  #roles: FileRole[] | undefined;
  /** The first bytes, during the call that brings them. */
  #head: Uint8Array | undefined;
  #state = 0;
  /** Bytes read so far. */
  #total = 0;
  /** Bytes kept, and where they begin. */
  #kept: Buffer = Buffer.alloc(0);
  #base = 0;
  #wholeFrom = 0;
  /** Line (from 1) and start of the line at `#base`. */
  #line = 1;
  #lineStart = 0;
  #suppressedCount = 0;
  /** Candidates that were judged to be no secrets. */
  #leftOut = 0;
  #isCut = false;

  constructor(set: SecretRuleSet, source: SecretSource, options: SecretScannerOptions) {
    this.#set = set;
    this.#source = source;
    this.#options = options;
    const path = source.path.startsWith('/') ? source.path : `/${source.path}`;
    this.#here = set.limited.of(path);
    this.#whole = this.#here.size === 0 ? [] : set.wholeFile.filter((index) => this.#here.has(index));
  }

  /**
   * The next bytes. Where they are known to be the last, nothing of them is copied or counted for bytes to come: they
   * must stay as they are until `end`.
   */
  push(bytes: Uint8Array, isLast = false): void {
    const chunk = this.#narrower.narrow(bytes);
    if (chunk.length === 0) return;
    const from = this.#total;
    this.#head ??= chunk;
    this.#state = this.#set.automaton.scan(chunk, this.#state, (keyword, end) =>
      this.#hit(keyword, from + end),
    );
    const isAlone = this.#kept.length === 0;
    this.#kept = isAlone
      ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
      : Buffer.concat([this.#kept, chunk]);
    this.#total += chunk.length;
    if (isLast) return;
    this.#run(false);
    this.#rolesNow();
    this.#head = undefined;
    this.#forget();
  }

  /** What the file is. Most hold no candidate, and nobody asks. */
  #rolesNow(): readonly FileRole[] {
    if (this.#roles !== undefined) return this.#roles;
    const head = this.#head ?? this.#kept;
    this.#roles = this.#source.kind.endsWith('file')
      ? rolesOf(this.#source.path, head.subarray(0, SNIFF_BYTES))
      : isBinary(head)
        ? ['binary']
        : [];
    return this.#roles;
  }

  /** No more bytes: what was found, by place. */
  end(): SecretScan {
    if (this.#total === 0) return EMPTY_SCAN;
    this.#run(true);
    const unchangedOf = this.#matches.length > 0 ? this.#source.unchangedOf?.() : undefined;
    if (unchangedOf !== undefined) {
      for (const match of this.#matches)
        this.#suppress(
          match.rule.id,
          match.line,
          `the file is as ${unchangedOf} of the distribution brings it`,
        );
      this.#matches.length = 0;
    }
    return {
      matches: withoutOverlaps(this.#matches).map(({ start: _start, end: _end, ...match }) => match),
      suppressed: this.#suppressed,
      suppressedCount: this.#suppressedCount,
      isCut: this.#isCut,
    };
  }

  /** Where what was found lies, in bytes, by place. */
  spans(): readonly (readonly [number, number])[] {
    return this.#matches
      .map(({ start, end }) => [start, end] as const)
      .sort((left, right) => left[0] - right[0]);
  }

  #hit(keyword: number, end: number): void {
    for (const index of this.#set.rulesOfKeyword[keyword] ?? []) {
      const compiled = this.#set.rules[index];
      if (compiled === undefined || (compiled.rule.files !== undefined && !this.#here.has(index))) continue;
      // A keyword is at most 64 characters: its start is not worth an exact look.
      this.#planner.add(index, end - 64 - compiled.before, end + compiled.after);
    }
  }

  #run(isEnd: boolean): void {
    if (this.#whole.length > 0) this.#planWhole(isEnd);
    const windows = this.#planner.take(this.#total, isEnd);
    if (windows.length === 0) return;
    const candidates: Candidate[] = [];
    for (const window of windows) this.#search(window, candidates);
    this.#place(candidates.sort((left, right) => left.start - right.start));
  }

  #planWhole(isEnd: boolean): void {
    while (this.#wholeFrom < this.#total) {
      const end = this.#wholeFrom + WHOLE_WINDOW;
      if (end > this.#total && !isEnd) return;
      for (const index of this.#whole) this.#planner.add(index, this.#wholeFrom, end);
      this.#wholeFrom = end > this.#total ? end : end - WHOLE_OVERLAP;
    }
  }

  #search(window: TextWindow, found: Candidate[]): void {
    const compiled = this.#set.rules[window.rule];
    if (compiled === undefined) return;
    const from = Math.max(window.start - this.#base, 0);
    const text = this.#kept.toString('latin1', from, Math.min(window.end - this.#base, this.#kept.length));
    const { pattern } = compiled;
    pattern.lastIndex = 0;
    this.#seen.begin(window.rule, window.start);
    // No `matchAll`: it makes a new expression for each of the many windows without a match.
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      if (match[0] === '') pattern.lastIndex += 1;
      const [first, last] = match.indices?.groups?.['secret'] ?? match.indices?.[0] ?? [0, 0];
      const start = this.#base + from + first;
      if (first === last || this.#seen.has(window.rule, start)) continue;
      if (this.#seen.keptCount >= MAX_MATCHES * 10) {
        this.#isCut = true;
        break;
      }
      const judged = judgeMatch(compiled, text.slice(first, last), {
        roles: this.#rolesNow(),
        hashKey: this.#options.hashKey,
        nowMs: this.#options.now(),
      });
      this.#seen.add(window.rule, start, judged.ok);
      const place = { start, end: start + last - first };
      const rule = compiled.rule.id;
      if (judged.ok) found.push({ ...place, outcome: { rule, judged: judged.value } });
      else if (this.#leftOut < MAX_SUPPRESSED)
        found.push({ ...place, outcome: { rule, reason: judged.error } });
      // Beyond those that are shown one by one they are counted only: a text may hold nothing but look-alikes.
      else this.#suppressedCount += 1;
      if (!judged.ok) this.#leftOut += 1;
    }
  }

  /** Gives candidates, sorted by place, their lines in one walk over the bytes. */
  #place(candidates: readonly Candidate[]): void {
    let line = this.#line;
    let lineStart = this.#lineStart;
    if (candidates.length === 0) return;
    let next = this.#newline(this.#base);
    for (const { start, end, outcome } of candidates) {
      for (; next < start; next = this.#newline(lineStart)) {
        line += 1;
        lineStart = next + 1;
      }
      if ('reason' in outcome) this.#suppress(outcome.rule, line, outcome.reason);
      else if (this.#matches.length >= MAX_MATCHES) this.#isCut = true;
      else {
        const { kind, path, layer } = this.#source;
        this.#matches.push({
          ...outcome.judged,
          kind,
          path,
          ...(layer === undefined ? {} : { layer }),
          line,
          column: start - lineStart + 1,
          start,
          end,
        });
      }
    }
  }

  /** The first line end at or behind a place, as an offset in the text; behind all places when there is none. */
  #newline(from: number): number {
    const at = this.#kept.indexOf(10, from - this.#base);
    return at === -1 ? Number.POSITIVE_INFINITY : at + this.#base;
  }

  #suppress(rule: string, line: number, reason: string): void {
    this.#suppressedCount += 1;
    if (this.#suppressed.length < MAX_SUPPRESSED)
      this.#suppressed.push({ rule, path: this.#source.path, line, reason });
  }

  /** Lets go of the bytes no window needs any more, counting their lines. */
  #forget(): void {
    const needed = this.#planner.firstNeeded(this.#total - this.#set.keepBytes);
    const whole = this.#whole.length > 0 ? this.#wholeFrom : needed;
    const from = Math.max(this.#base, Math.min(needed, whole));
    const bytes = from - this.#base;
    // No slice a line: a source file has tens of thousands, and each slice is an object.
    for (let at = this.#kept.indexOf(10); at !== -1 && at < bytes; at = this.#kept.indexOf(10, at + 1)) {
      this.#line += 1;
      this.#lineStart = this.#base + at + 1;
    }
    // A copy: a slice would hold the whole chunk in memory.
    this.#kept = Buffer.from(this.#kept.subarray(bytes));
    this.#base = from;
  }
}

/** Where two rules saw the same bytes, the surer one counts. */
const withoutOverlaps = <T extends { start: number; end: number; rule: SecretMatch['rule'] }>(
  matches: readonly T[],
): T[] => {
  const kept: T[] = [];
  const bySureness = [...matches].sort(
    (left, right) =>
      CONFIDENCE_RANK[left.rule.confidence] - CONFIDENCE_RANK[right.rule.confidence] ||
      left.start - right.start,
  );
  for (const one of bySureness) {
    const isCovered = kept.some(
      (other) =>
        other.start < one.end &&
        one.start < other.end &&
        (CONFIDENCE_RANK[other.rule.confidence] < CONFIDENCE_RANK[one.rule.confidence] ||
          (other.start === one.start && other.end === one.end)),
    );
    if (!isCovered) kept.push(one);
  }
  return kept.sort((left, right) => left.start - right.start);
};

/** Finds secrets in texts. One scanner for many texts: it holds rules and a key, no state. */
export class SecretScanner {
  readonly #set: SecretRuleSet;
  readonly #options: SecretScannerOptions;

  constructor(set: SecretRuleSet, options: SecretScannerOptions) {
    this.#set = set;
    this.#options = options;
  }

  /** A text that comes in chunks. */
  open(source: SecretSource): SecretStream {
    return new SecretStream(this.#set, source, this.#options);
  }

  /** A text that is all there. */
  scan(source: SecretSource, bytes: Uint8Array): SecretScan {
    const stream = this.open(source);
    stream.push(bytes, true);
    return stream.end();
  }

  /** A text with every secret in it replaced: what an image says of itself may be shown only so. */
  redact(text: string): string {
    const bytes = Buffer.from(text);
    const stream = this.open({ kind: 'text', path: 'text' });
    stream.push(bytes);
    const { isCut } = stream.end();
    const spans = stream.spans();
    if (spans.length === 0 && !isCut) return text;
    // Places in a text of wide characters are those of the narrowed one, and of one that was cut not all are known.
    if (isCut || bytes.includes(0)) return CENSOR;
    let from = 0;
    let shown = '';
    for (const [start, end] of spans) {
      if (start > from) shown += bytes.toString('utf8', from, start);
      if (end > from) shown += CENSOR;
      from = Math.max(from, end);
    }
    return shown + bytes.toString('utf8', from);
  }
}
