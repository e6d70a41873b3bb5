// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DOT, EOF, HASH, HYPHEN, isBlank, isBreak, NEWLINE, SPACE, TAB } from './characters.ts';
import type { YamlLimits } from './limits.ts';
import { type YamlProblemCode, YamlRefusal } from './problem.ts';
import type { ScalarStyle, YamlSink } from './sink.ts';

const TIME_MASK = 1023;

/**
 * Where the reading of one document stands. The rules of the grammar are functions over it, in the files beside this
 * one; what a rule found last (a scalar, an anchor and tag) lies in fields, so that nothing is allocated for it.
 */
export class Cursor {
  readonly text: string;
  readonly end: number;
  readonly sink: YamlSink;
  readonly limits: YamlLimits;
  pos = 0;
  lineStart = 0;
  /** Whether the content at `pos` is the first of its line. */
  isFresh = true;
  /** Whether a tab stands in the blanks before the content at `pos`. */
  hasTab = false;
  /** Spaces before the first content of the line, tabs not counted. */
  indent = 0;
  depth = 0;
  nodes = 0;
  /** The scalar or the name of the alias that was read last. */
  value = '';
  style: ScalarStyle = 'plain';
  /** Whether the scalar read last spans lines. */
  isMultiLine = false;
  /** The anchor and tag that were read last. */
  anchor: string | undefined;
  tag: string | undefined;
  /** Prefixes by tag handle, as the directives of this document say. */
  readonly handles = new Map<string, string>([['!!', 'tag:yaml.org,2002:']]);

  constructor(text: string, sink: YamlSink, limits: YamlLimits, pos = 0) {
    this.text = text;
    this.end = text.length;
    this.sink = sink;
    this.limits = limits;
    this.pos = pos;
    this.lineStart = pos;
  }

  /** The character at an offset, or EOF. */
  charAt(at: number): number {
    return at < this.end ? this.text.charCodeAt(at) : EOF;
  }

  fail(code: YamlProblemCode, detail: string, at = this.pos): never {
    throw new YamlRefusal(code, at, detail);
  }

  /** Columns before `pos`. */
  column(): number {
    return this.isFresh ? this.indent : this.pos - this.lineStart;
  }

  /** Counts one node against the bounds. */
  count(): void {
    if (++this.nodes > this.limits.nodes) this.fail('E_YAML_LIMIT', `more than ${this.limits.nodes} nodes`);
    if ((this.nodes & TIME_MASK) === 0 && this.limits.isTimeUp())
      this.fail('E_YAML_TIME', `after ${this.nodes} nodes`);
  }

  enter(): void {
    if (++this.depth > this.limits.depth)
      this.fail('E_YAML_LIMIT', `collections more than ${this.limits.depth} deep`);
    this.count();
  }

  leave(): void {
    this.depth--;
  }

  /** Blanks of this line only; gives the character after them. */
  skipBlanks(): number {
    let at = this.pos;
    let code = this.charAt(at);
    while (code === SPACE || code === TAB) {
      if (code === TAB) this.hasTab = true;
      code = this.charAt(++at);
    }
    this.pos = at;
    return code;
  }

  /** Blanks, comments and line breaks up to the next content; gives its character. */
  skip(): number {
    if (this.pos === this.lineStart) this.startLine();
    else {
      const code = this.charAt(this.pos);
      if (code > HASH) return code;
      this.isFresh &&= code !== SPACE && code !== TAB;
      this.hasTab &&= this.isFresh;
    }
    for (;;) {
      const code = this.charAt(this.pos);
      if (code === NEWLINE) {
        this.lineStart = ++this.pos;
        this.startLine();
      } else if (code === SPACE || code === TAB) {
        this.hasTab = code === TAB || this.hasTab;
        this.pos++;
      } else if (code === HASH && this.isCommentStart()) {
        const lineEnd = this.text.indexOf('\n', this.pos);
        this.pos = lineEnd === -1 ? this.end : lineEnd;
      } else return code;
    }
  }

  /** After a line break: counts the spaces, and looks past tabs. */
  startLine(): void {
    let at = this.lineStart;
    while (at < this.end && this.text.charCodeAt(at) === SPACE) at++;
    this.indent = at - this.lineStart;
    this.isFresh = true;
    this.hasTab = false;
    while (at < this.end && isBlank(this.text.charCodeAt(at))) {
      this.hasTab = true;
      at++;
    }
    this.pos = at;
  }

  private isCommentStart(): boolean {
    return this.pos === this.lineStart || isBlank(this.charAt(this.pos - 1));
  }

  /** Whether `---` or `...` stands at the start of a line, at this offset. */
  isMarker(at: number): boolean {
    const code = this.charAt(at);
    return (
      (code === HYPHEN || code === DOT) &&
      this.charAt(at + 1) === code &&
      this.charAt(at + 2) === code &&
      isBreak(this.charAt(at + 3))
    );
  }

  /** Whether the document ends here: the text does, or a marker stands here. */
  isAtEnd(code: number): boolean {
    return code === EOF || (this.pos === this.lineStart && this.isMarker(this.pos));
  }

  /** Nothing but a comment may follow on this line. */
  expectLineEnd(): void {
    const code = this.skipBlanks();
    if (code === NEWLINE || code === EOF) return;
    if (code === HASH && this.isCommentStart()) return;
    this.fail('E_YAML_SYNTAX', 'something follows a value that has ended');
  }

  /** Tells the sink of the scalar or alias read last. */
  emit(isAlias: boolean, anchor: string | undefined, tag: string | undefined, at: number): void {
    this.count();
    if (isAlias) this.sink.alias(this.value, at);
    else this.sink.scalar(this.value, this.style, anchor, tag, at);
  }

  /** Tells the sink of a value that is not there. */
  emitEmpty(anchor: string | undefined, tag: string | undefined, at = this.pos): void {
    this.count();
    this.sink.scalar('', 'plain', anchor, tag, at);
  }
}
