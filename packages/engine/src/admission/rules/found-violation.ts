// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionMode,
  AdmissionRule,
  AdmissionViolation,
  FactValue,
  JsonPatchOperation,
  LocalText,
} from '@bartizan/contracts';
import type { Step } from '../pod/json.ts';
import type { CompiledAdmissionRule, Variant } from './compile-rule.ts';
import { type Answer, YES } from './three-valued.ts';
import { actualOf, allowedOf, type ViolatingPlace } from './violation.ts';

/** A rule whose condition holds, or may hold. */
export interface Found {
  readonly compiled: CompiledAdmissionRule;
  readonly variant: Variant;
  readonly mode: AdmissionMode;
  /** What the condition answered. */
  readonly asked: Answer;
  /** The same, or perhaps, when nobody knows whether the rule is about this request. */
  readonly answer: Answer;
}

type Written = Omit<AdmissionViolation, 'message' | 'patch'>;

const MISSING_LABELS = 'the labels of the namespace are not known';
const MISSING_MAX = 512;

/** A violation that is not yet put in words. */
export class FoundViolation {
  readonly #found: Found;
  readonly #place: ViolatingPlace;
  readonly #exception: string | undefined;

  constructor(found: Found, place: ViolatingPlace, exception: string | undefined) {
    this.#found = found;
    this.#place = place;
    this.#exception = exception;
  }

  get rule(): AdmissionRule {
    return this.#found.compiled.rule;
  }

  get state(): AdmissionViolation['state'] {
    if (this.#exception !== undefined) return 'excepted';
    return this.#found.answer === YES ? 'violated' : 'unknown';
  }

  /** Where it is: the same for violations of rules that differ in their names only, and say the same of it. */
  get place(): object {
    return this.#place;
  }

  /** The way to the place from the root of the object. */
  get steps(): readonly Step[] {
    return this.#place.steps;
  }

  get mode(): AdmissionMode {
    return this.#found.mode;
  }

  /** The same way as a field path. */
  get path(): string {
    return this.#place.path;
  }

  /** What was met there; nothing of a value that may be a secret. */
  get actual(): FactValue | undefined {
    return actualOf(this.#place.best);
  }

  /** What would be right. */
  get allowed(): string | undefined {
    return allowedOf(this.#place.best);
  }

  /** What repairs it. */
  get patch(): JsonPatchOperation[] {
    return this.#found.answer === YES ? this.#place.patch : [];
  }

  /** Its sentence in one language. */
  messageIn(language: keyof LocalText): string {
    return this.#place.messageIn(language);
  }

  /** Puts it in words, with what repairs it. */
  describe(): AdmissionViolation {
    const { compiled, mode, answer } = this.#found;
    const { rule, revision } = compiled;
    const { actual, allowed, path } = this;
    const { id, title, severity } = rule;
    const { message } = this.#place;
    const written: Written = { rule: id, revision, title, severity, mode, state: this.state, path };
    if (actual !== undefined) written.actual = actual;
    if (allowed !== undefined) written.allowed = allowed;
    if (answer !== YES)
      written.missing = (this.#place.best.unknown?.unknown ?? MISSING_LABELS).slice(0, MISSING_MAX);
    if (this.#exception !== undefined) written.exception = this.#exception;
    return { ...written, message, patch: this.patch };
  }
}
