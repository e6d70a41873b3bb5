// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const MAX_LINE = 4_096;

/**
 * The lines of a text file; longer ones are cut. Their number is bounded by the bytes that who calls has read, and by
 * nothing else: empty lines before what a file holds would hide it, and nobody would be told. Of empty lines in a row
 * one is given.
 */
export function* linesOf(content: Buffer): Generator<string> {
  let at = 0;
  while (at < content.length) {
    const newline = content.indexOf(10, at);
    const end = newline < 0 ? content.length : newline;
    const line = content.toString('utf8', at, Math.min(end, at + MAX_LINE));
    yield line.endsWith('\r') ? line.slice(0, -1) : line;
    at = end + 1;
    if (line === '') while (content[at] === 10) at += 1;
  }
}

/** How far a line is indented, in spaces. */
export const indentOf = (line: string): number => line.length - line.trimStart().length;

/** A YAML or TOML scalar without its quotes; bounded reading of the plain forms that lock files use. */
export const unquoted = (text: string): string => {
  const trimmed = text.trim();
  const quote = trimmed[0];
  if (quote !== '"' && quote !== "'") return trimmed.replace(/\s+#.*$/, '');
  const end = trimmed.indexOf(quote, 1);
  return end < 0 ? trimmed : trimmed.slice(1, end);
};

/** Fields of one `[[package]]` table. */
export type TomlTable = ReadonlyMap<string, string>;

/**
 * The tables `[[name]]` of a TOML lock file with their plain `key = "value"` fields. Lists and tables inside them are
 * passed over: no lock file keeps a name or version there.
 */
export function* tomlTables(content: Buffer, name: string): Generator<TomlTable> {
  const header = `[[${name}]]`;
  let table: Map<string, string> | undefined;
  for (const raw of linesOf(content)) {
    const line = raw.trim();
    if (line.startsWith('[') && /^\[{1,2}[^\]"=]+\]{1,2}$/.test(line)) {
      if (table !== undefined) yield table;
      table = line === header ? new Map() : undefined;
    } else if (table !== undefined) {
      const found = /^([A-Za-z0-9_-]+)\s*=\s*(.*)$/.exec(raw);
      if (found?.[1] !== undefined && !table.has(found[1])) table.set(found[1], unquoted(found[2] ?? ''));
    }
  }
  if (table !== undefined) yield table;
}
