// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SignedFileKind } from '@bartizan/contracts';
import type { CompiledSignature, FileSignatureSet } from './signature-set.ts';

/** A signature that a file fits. The evidence names its own strings and where they are: nothing of the file is quoted. */
export interface SignatureHit {
  readonly signature: string;
  readonly evidence: readonly string[];
}

/** What the strings of one file said. */
export interface SignatureResult {
  readonly hits: readonly SignatureHit[];
  /** True when there were more strings than are followed: the rest of the file was not searched. */
  readonly isCut: boolean;
}

/** Strings followed in one file: a file made of them would otherwise take its time. */
const MAX_STRINGS = 100_000;
const MAX_EVIDENCE = 8;

interface Followed {
  /** Offset of the last end of each string; -1: not met. */
  readonly last: Float64Array;
  readonly first: Float64Array;
  evidence: string[] | undefined;
}

/** Looks for all signatures in one file that comes in pieces. Memory: two numbers a string of a signature that was met. */
export class SignatureStream {
  readonly #set: FileSignatureSet;
  readonly #kind: SignedFileKind;
  readonly #followed = new Map<number, Followed>();
  #state = 0;
  #total = 0;
  #strings = 0;

  constructor(set: FileSignatureSet, kind: SignedFileKind) {
    this.#set = set;
    this.#kind = kind;
  }

  push(bytes: Uint8Array): void {
    if (this.#strings > MAX_STRINGS) return;
    const from = this.#total;
    this.#state = this.#set.automaton.scan(bytes, this.#state, (keyword, end) =>
      this.#met(keyword, from + end),
    );
    this.#total += bytes.length;
  }

  /** No more bytes. `entropy`: of the executable parts, where it is known. */
  end(entropy?: number): SignatureResult {
    const hits: SignatureHit[] = [];
    for (const [at, compiled] of this.#set.signatures.entries()) {
      const { signature, groups } = compiled;
      if (!signature.kinds.includes(this.#kind)) continue;
      const isDense =
        signature.entropy !== undefined && entropy !== undefined && entropy >= signature.entropy;
      if (signature.entropy !== undefined && !isDense) continue;
      const followed = this.#followed.get(at);
      const evidence =
        groups.length === 0 ? [] : followed === undefined ? undefined : this.#judge(compiled, followed);
      if (evidence === undefined) continue;
      const dense = isDense ? [`${(entropy ?? 0).toFixed(2)} bits a byte in the executable parts`] : [];
      hits.push({ signature: signature.id, evidence: [...dense, ...evidence] });
    }
    return { hits, isCut: this.#strings > MAX_STRINGS };
  }

  #met(keyword: number, end: number): void {
    this.#strings += 1;
    if (this.#strings > MAX_STRINGS) return;
    for (const { signature, string } of this.#set.uses[keyword] ?? []) {
      const compiled = this.#set.signatures[signature];
      if (compiled === undefined || !compiled.signature.kinds.includes(this.#kind)) continue;
      let followed = this.#followed.get(signature);
      if (followed === undefined) {
        const room = compiled.signature.strings.length;
        followed = {
          last: new Float64Array(room).fill(-1),
          first: new Float64Array(room).fill(-1),
          evidence: undefined,
        };
        this.#followed.set(signature, followed);
      }
      followed.last[string] = end;
      if (followed.first[string] === -1) followed.first[string] = end;
      const { withinBytes } = compiled.signature;
      if (withinBytes !== undefined && followed.evidence === undefined)
        followed.evidence = evidenceOf(compiled, followed.last, end - withinBytes);
    }
  }

  #judge(compiled: CompiledSignature, followed: Followed): string[] | undefined {
    return compiled.signature.withinBytes === undefined
      ? evidenceOf(compiled, followed.first, 0)
      : followed.evidence;
  }
}

/** The strings that make every group hold, at or behind `from`; undefined when one group does not. */
const evidenceOf = (
  { signature, groups }: CompiledSignature,
  places: Followed['first'],
  from: number,
): string[] | undefined => {
  const evidence: string[] = [];
  for (const { of, atLeast } of groups) {
    const met = of.filter((string) => (places[string] ?? -1) >= Math.max(from, 0));
    if (met.length < atLeast) return undefined;
    for (const string of met)
      evidence.push(`"${signature.strings[string]?.name ?? ''}" ends at byte ${places[string] ?? 0}`);
  }
  return [...new Set(evidence)].slice(0, MAX_EVIDENCE);
};
