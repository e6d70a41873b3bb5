// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { loadContent } from '@bartizan/adapters/content';
import {
  err,
  failure,
  type LocalText,
  ok,
  type Result,
  type Severity,
  severityRank,
} from '@bartizan/contracts';
import { compileRulesLeniently, judge, type RuleSet, renderMessage } from '@bartizan/engine';
import { type AuditedRequest, readAuditEvent } from '@bartizan/engine/audit-log';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Format, renderList } from '../output/render.ts';
import { linesOf } from './lines.ts';

/** Flags of `audit-log judge`. */
export interface JudgeFlags {
  readonly output: Format;
  readonly failOn?: Severity;
}

/** What a rule found in the log; repeats within the time of the rule are one. */
export interface LogEvent {
  readonly rule: string;
  readonly title: LocalText;
  readonly message: LocalText;
  readonly severity: Severity;
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly firstAtMs: number | undefined;
  lastAtMs: number | undefined;
  count: number;
}

/** What was read. */
export interface LogOutcome {
  readonly events: readonly LogEvent[];
  readonly lines: number;
  readonly judged: number;
  /** Lines that are no JSON, too long, or no audit event. */
  readonly unread: number;
  /** Matches that are not listed because there are too many different ones. */
  readonly dropped: number;
}

/** Different findings that are kept; repeats are counted beyond it. */
const EVENTS_MAX = 10_000;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Judges lines one by one; memory does not grow with the log. */
export class LogJudge {
  readonly #rules: RuleSet;
  readonly #open = new Map<string, LogEvent>();
  readonly #events: LogEvent[] = [];
  readonly #counts = { lines: 0, judged: 0, unread: 0, dropped: 0 };

  constructor(rules: RuleSet) {
    this.#rules = rules;
  }

  /** Takes one line; undefined: it was too long to be read. */
  take(line: string | undefined): void {
    if (line === '') return;
    this.#counts.lines += 1;
    const event = line === undefined ? undefined : parsed(line);
    const isEvent = typeof event === 'object' && event !== null && Reflect.get(event, 'kind') === 'Event';
    if (!isEvent) this.#counts.unread += 1;
    const request = readAuditEvent(event);
    if (request === undefined) return;
    this.#counts.judged += 1;
    const { all } = judge(this.#rules, {
      trigger: 'audit',
      facts: request.facts,
      inContainer: false,
      enforcementPoint: 'api-server',
    });
    for (const rule of all) this.#note(rule, request);
  }

  #note(rule: RuleSet['rules'][number]['rule'], request: AuditedRequest): void {
    const { facts, resource, namespace, name, atMs } = request;
    const user = String(facts['audit.user'] ?? '');
    const key = [rule.id, user, resource, namespace, name].join('\n');
    const known = this.#open.get(key);
    if (known !== undefined && (atMs ?? 0) - (known.lastAtMs ?? 0) <= rule.foldSeconds * 1000) {
      known.count += 1;
      known.lastAtMs = atMs ?? known.lastAtMs;
      return;
    }
    if (this.#events.length >= EVENTS_MAX) {
      this.#counts.dropped += 1;
      return;
    }
    const event: LogEvent = {
      rule: rule.id,
      title: rule.title,
      message: renderMessage(rule.message, facts),
      severity: rule.severity,
      user,
      verb: String(facts['audit.verb'] ?? ''),
      ...{ resource, namespace, name },
      firstAtMs: atMs,
      lastAtMs: atMs,
      count: 1,
    };
    this.#open.set(key, event);
    this.#events.push(event);
  }

  outcome(): LogOutcome {
    return { events: this.#events, ...this.#counts };
  }
}

/** The rules about the audit log of `content/`. */
export function auditRules(checkout: string): Result<RuleSet, ApiFailure> {
  const content = loadContent(join(checkout, 'content'));
  if (!content.ok) return content;
  return ok(
    compileRulesLeniently(content.value.rules.filter(({ triggers }) => triggers.includes('audit'))).set,
  );
}

async function readAll(paths: readonly string[], into: LogJudge): Promise<Result<void, ApiFailure>> {
  for (const path of paths) {
    const stream = path === '-' ? process.stdin : createReadStream(path);
    try {
      for await (const line of linesOf(stream)) into.take(line);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'it cannot be read';
      return err(failure('E_POLICY_FILE', `${path}: ${reason}`, cause));
    }
  }
  return ok(undefined);
}

const instantText = (ms: number | undefined): string => (ms === undefined ? '-' : new Date(ms).toISOString());

function show(context: CliContext, outcome: LogOutcome, output: Format): void {
  const { t, language } = context;
  const column = (field: string, heading: string, value: (event: LogEvent) => string) => ({
    field,
    heading,
    value,
  });
  renderList(context.process, output, {
    items: outcome.events,
    whole: outcome,
    columns: [
      column('firstAt', t('column.time'), (event) => instantText(event.firstAtMs)),
      column('severity', t('column.severity'), (event) =>
        output === 'csv' ? event.severity : t(`severity.${event.severity}`),
      ),
      column('rule', t('column.rule'), (event) => event.rule),
      column('count', t('column.count'), (event) => String(event.count)),
      column('message', t('column.message'), (event) => event.message[language]),
    ],
  });
  const { lines, judged, unread, dropped } = outcome;
  context.process.stderr.write(`${t('audit-log.summary', { lines, judged, unread })}\n`);
  if (dropped > 0) context.process.stderr.write(`${t('audit-log.dropped', { dropped })}\n`);
}

/** `audit-log judge FILE...` */
export function runJudge(context: CliContext, paths: readonly string[], flags: JudgeFlags): Promise<void> {
  return perform(context, async (): Promise<Result<number, ApiFailure>> => {
    const rules = auditRules(context.checkout);
    if (!rules.ok) return rules;
    const judging = new LogJudge(rules.value);
    const read = await readAll(paths, judging);
    if (!read.ok) return read;
    const outcome = judging.outcome();
    show(context, outcome, flags.output);
    const { failOn } = flags;
    if (failOn === undefined) return ok(EXIT.fine);
    const isBad = outcome.events.some(({ severity }) => severityRank(severity) <= severityRank(failOn));
    return ok(isBad ? EXIT.findings : EXIT.fine);
  });
}
