// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  DocumentSplitter,
  readDocument,
  type ScalarStyle,
  YAML_LIMITS,
  type YamlSink,
} from '@bartizan/scan/yaml';

/** How the YAML test suite writes the style of a scalar. */
const STYLE: Readonly<Record<ScalarStyle, string>> = {
  plain: ':',
  name: ':',
  single: "'",
  double: '"',
  literal: '|',
  folded: '>',
};

const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\b': '\\b',
  '\r': '\\r',
};

/** Writes events as the YAML test suite does, one a line. */
class EventText implements YamlSink {
  readonly lines: string[] = [];
  private readonly open: number[] = [];
  private last = 0;

  scalar(value: string, style: ScalarStyle, anchor: string | undefined, tag: string | undefined): void {
    const text = value.replace(/[\\\n\t\b\r]/g, (character) => ESCAPED[character] ?? character);
    this.lines.push(`=VAL${properties(anchor, tag)} ${STYLE[style]}${text}`);
  }

  alias(name: string): void {
    this.lines.push(`=ALI *${name}`);
  }

  startSequence(isFlow: boolean, anchor: string | undefined, tag: string | undefined): void {
    this.start(`+SEQ${isFlow ? ' []' : ''}${properties(anchor, tag)}`);
  }

  startMapping(isFlow: boolean, anchor: string | undefined, tag: string | undefined): void {
    this.start(`+MAP${isFlow ? ' {}' : ''}${properties(anchor, tag)}`);
  }

  endSequence(): void {
    this.end('-SEQ');
  }

  endMapping(): void {
    this.end('-MAP');
  }

  wrapAsKey(isFlow: boolean, anchor: string | undefined, tag: string | undefined): void {
    this.lines.splice(this.last, 0, `+MAP${isFlow ? ' {}' : ''}${properties(anchor, tag)}`);
    this.open.push(this.last);
  }

  private start(line: string): void {
    this.open.push(this.lines.length);
    this.lines.push(line);
  }

  private end(line: string): void {
    this.lines.push(line);
    this.last = this.open.pop() ?? 0;
  }
}

const properties = (anchor: string | undefined, tag: string | undefined): string =>
  `${anchor === undefined ? '' : ` &${anchor}`}${tag === undefined ? '' : ` <${tag}>`}`;

/** The events of a stream, as the YAML test suite writes them; throws what the reader refuses. */
export const eventsOf = (stream: string): string => {
  const lines = ['+STR'];
  const splitter = new DocumentSplitter();
  for (const { bytes } of [...splitter.push(Buffer.from(stream)), ...splitter.end()]) {
    const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, '\n');
    for (let from = 0; from < text.length; ) {
      const events = new EventText();
      const marks = readDocument(text, events, YAML_LIMITS, from);
      if (marks === undefined) break;
      lines.push(`+DOC${marks.isExplicitStart ? ' ---' : ''}`, ...events.lines);
      lines.push(`-DOC${marks.isExplicitEnd ? ' ...' : ''}`);
      from = marks.next;
    }
  }
  return [...lines, '-STR'].join('\n');
};
