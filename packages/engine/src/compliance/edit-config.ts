// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Changes one key of a configuration file, and nothing else of it. What these cannot change safely they refuse. */

const indentOf = (line: string): number => line.length - line.trimStart().length;
const isContent = (line: string): boolean => line.trim() !== '' && !line.trimStart().startsWith('#');

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** `{ a: 1, b: 2 }` with one member changed; undefined for anything nested. */
function setInFlow(flow: string, key: string, value: string): string | undefined {
  const inside = /^\{([^{}[\]"'#]*)\}\s*$/.exec(flow)?.[1];
  if (inside === undefined) return undefined;
  const members = inside
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
  const at = members.findIndex((member) => member.split(':', 1)[0]?.trim() === key);
  const written = `${key}: ${value}`;
  const changed = at === -1 ? [...members, written] : members.with(at, written);
  return `{ ${changed.join(', ')} }`;
}

const nested = (parts: readonly string[], value: string, indent: number): string[] =>
  parts.map((part, at) => {
    const space = ' '.repeat(indent + at * 2);
    return at === parts.length - 1 ? `${space}${part}: ${value}` : `${space}${part}:`;
  });

/** The end of the block below a line: the first line that is not deeper. */
function blockEnd(lines: readonly string[], from: number, indent: number): number {
  let end = from;
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (!isContent(line)) continue;
    if (indentOf(line) < indent || line.startsWith('---')) break;
    end = at + 1;
  }
  return end;
}

/** The line of a key that stands there already, changed; undefined where that is not safe. */
function changeLine(
  lines: readonly string[],
  found: Found,
  left: readonly string[],
  value: string,
): string[] | undefined {
  const { at, indent, part, rest } = found;
  const start = `${' '.repeat(indent)}${part}:`;
  if (left.length === 0) return found.isBlock ? undefined : lines.with(at, `${start} ${value}`);
  if (rest === '') return lines.toSpliced(at + 1, 0, ...nested(left, value, indent + 2));
  const flow = left.length === 1 ? setInFlow(rest, left[0] ?? '', value) : undefined;
  return flow === undefined ? undefined : lines.with(at, `${start} ${flow}`);
}

interface Found {
  readonly at: number;
  readonly indent: number;
  readonly part: string;
  /** What stands behind the colon. */
  readonly rest: string;
  /** Deeper lines follow. */
  readonly isBlock: boolean;
  readonly childIndent: number;
}

function findKey(
  lines: readonly string[],
  from: number,
  end: number,
  indent: number,
  part: string,
): Found | undefined {
  const pattern = new RegExp(`^ {${indent}}${escaped(part)}:(?:\\s+(.*))?$`);
  const at = lines.findIndex((line, index) => index >= from && index < end && pattern.test(line));
  if (at === -1) return undefined;
  const rest = (pattern.exec(lines[at] ?? '')?.[1] ?? '').trim();
  const childIndent = indentOf(lines.slice(at + 1).find(isContent) ?? '');
  return { at, indent, part, rest, isBlock: rest === '' && childIndent > indent, childIndent };
}

/** A YAML file with a dotted key set. */
export function setYamlKey(lines: readonly string[], key: string, value: string): string[] | undefined {
  const parts = key.split('.');
  let [from, indent] = [0, 0];
  for (const [depth, part] of parts.entries()) {
    const end = blockEnd(lines, from, indent);
    const found = findKey(lines, from, end, indent, part);
    if (found === undefined) return lines.toSpliced(end, 0, ...nested(parts.slice(depth), value, indent));
    const left = parts.slice(depth + 1);
    if (left.length === 0 || !found.isBlock) return changeLine(lines, found, left, value);
    [from, indent] = [found.at + 1, found.childIndent];
  }
  return undefined;
}

/** A JSON object with a top-level key set; written on a line of its own where the file has lines. */
export function setJsonKey(lines: readonly string[], key: string, value: string): string[] | undefined {
  const pattern = new RegExp(`^(\\s*"${escaped(key)}"\\s*:\\s*)[^,{}[\\]]*(,?)\\s*$`);
  const at = lines.findIndex((line) => pattern.test(line));
  if (at !== -1)
    return lines.with(
      at,
      (lines[at] ?? '').replace(pattern, (_, name: string, comma: string) => `${name}${value}${comma}`),
    );
  const open = lines.findIndex((line) => line.trim() === '{');
  if (open === -1) return undefined;
  const isEmpty =
    lines
      .slice(open + 1)
      .find((line) => line.trim() !== '')
      ?.trim() === '}';
  return lines.toSpliced(open + 1, 0, `  "${key}": ${value}${isEmpty ? '' : ','}`);
}
