// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Failure, Result, SecretRule } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import { KeywordAutomaton } from './automaton.ts';
import { patternFault } from './pattern-guard.ts';

/** A rule ready to run. */
export interface CompiledRule {
  readonly rule: SecretRule;
  readonly pattern: RegExp;
  /** Bytes looked at before and after a keyword. */
  readonly before: number;
  readonly after: number;
}

const KEY_CHARACTERS = 3;
const NONE: ReadonlySet<number> = new Set();

/** Rules of certain files, found by how a path ends: most paths end as none of them does, and cost one look. */
export class LimitedRules {
  readonly #byEnding = new Map<string, (readonly [string, number])[]>();
  /** Endings too short for a key. */
  readonly #short: (readonly [string, number])[] = [];

  constructor(rules: readonly Pick<SecretRule, 'files'>[]) {
    for (const [index, { files }] of rules.entries())
      for (const end of files ?? []) {
        const key = end.slice(-KEY_CHARACTERS);
        const known = key.length < KEY_CHARACTERS ? this.#short : this.#byEnding.get(key);
        if (known === undefined) this.#byEnding.set(key, [[end, index]]);
        else known.push([end, index]);
      }
  }

  /** Rules that read the file at a path, by index. */
  of(path: string): ReadonlySet<number> {
    const known = this.#byEnding.get(path.slice(-KEY_CHARACTERS));
    if (known === undefined && this.#short.length === 0) return NONE;
    const fitting = [...(known ?? []), ...this.#short].filter(([end]) => path.endsWith(end));
    return fitting.length === 0 ? NONE : new Set(fitting.map(([, index]) => index));
  }
}

/** Rules ready to run, with the automaton over all their keywords. */
export interface SecretRuleSet {
  readonly rules: readonly CompiledRule[];
  readonly automaton: KeywordAutomaton;
  /** Per keyword: the rules it starts, by index. */
  readonly rulesOfKeyword: readonly (readonly number[])[];
  /** Rules without keywords: they read whole files of certain names. */
  readonly wholeFile: readonly number[];
  /** Rules of certain files only. */
  readonly limited: LimitedRules;
  /** Longest look back, which a stream must keep. */
  readonly keepBytes: number;
}

/** Bytes before a keyword when a rule does not say. */
export const DEFAULT_BEFORE = 64;
/** Bytes after a keyword when a rule does not say. */
export const DEFAULT_AFTER = 512;
const MAX_RULES = 5_000;

const compileOne = (rule: SecretRule): Result<CompiledRule, string> => {
  if (rule.keywords.length === 0 && rule.files === undefined) return err('neither keywords nor files');
  const shouting = rule.keywords.find((word) => word !== word.toLowerCase());
  if (shouting !== undefined) return err(`keyword ${shouting} is not in lower case`);
  const fault = patternFault(rule.pattern);
  if (fault !== undefined) return err(fault);
  try {
    // Bytes are read as Latin-1: one byte is one character, so that offsets are exact and no decoder can fail.
    const pattern = new RegExp(rule.pattern, `gd${rule.isCaseIgnored === true ? 'i' : ''}`);
    return ok({
      rule,
      pattern,
      before: rule.before ?? DEFAULT_BEFORE,
      after: rule.after ?? DEFAULT_AFTER,
    });
  } catch (cause) {
    return err(cause instanceof Error ? cause.message : 'the pattern cannot be compiled');
  }
};

/** Compiles rules. E_RULE names the first rule that cannot run safely. */
export const compileSecretRules = (
  rules: readonly SecretRule[],
): Result<SecretRuleSet, Failure<'E_RULE'>> => {
  if (rules.length > MAX_RULES) return err(failure('E_RULE', `more than ${MAX_RULES} rules`));
  const compiled: CompiledRule[] = [];
  const starts = new Map<string, number[]>();
  for (const [index, rule] of rules.entries()) {
    const one = compileOne(rule);
    if (!one.ok) return err(failure('E_RULE', `${rule.id}: ${one.error}`));
    compiled.push(one.value);
    for (const word of new Set(rule.keywords)) {
      const known = starts.get(word);
      if (known === undefined) starts.set(word, [index]);
      else known.push(index);
    }
  }
  return ok({
    rules: compiled,
    automaton: new KeywordAutomaton([...starts.keys()]),
    rulesOfKeyword: [...starts.values()],
    wholeFile: rules.flatMap((rule, index) => (rule.keywords.length === 0 ? [index] : [])),
    limited: new LimitedRules(rules),
    keepBytes: compiled.reduce((most, one) => Math.max(most, one.before), 0) + 64,
  });
};
