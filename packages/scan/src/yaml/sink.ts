// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** How a scalar was written; only a plain one is looked at for numbers and booleans. */
export type ScalarStyle = 'plain' | 'name' | 'single' | 'double' | 'literal' | 'folded';

/**
 * Who is told what a document holds, in the order in which it stands there. In a mapping keys and values take turns.
 * `at` is an offset in the text; whoever needs a line asks for it.
 */
export interface YamlSink {
  scalar(
    value: string,
    style: ScalarStyle,
    anchor: string | undefined,
    tag: string | undefined,
    at: number,
  ): void;
  alias(name: string, at: number): void;
  startSequence(isFlow: boolean, anchor: string | undefined, tag: string | undefined, at: number): void;
  endSequence(): void;
  startMapping(isFlow: boolean, anchor: string | undefined, tag: string | undefined, at: number): void;
  endMapping(): void;
  /** The collection that just ended turns out to be the first key of a mapping, which starts before it. */
  wrapAsKey(isFlow: boolean, anchor: string | undefined, tag: string | undefined, at: number): void;
}
