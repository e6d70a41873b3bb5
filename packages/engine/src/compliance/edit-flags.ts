// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { BenchmarkFix } from '@bartizan/contracts/compliance';

type FlagFix = Extract<BenchmarkFix, { kind: 'flag' }>;

const LIST_ITEM = /^(\s*-\s+)(["']?)(--?[A-Za-z][^"']*)\2\s*$/;

/** Arguments in the lines of a command of a static pod. */
export const manifestArguments = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => LIST_ITEM.exec(line)?.[3] ?? []);

const flagOf = (argument: string): string => argument.split('=', 1)[0] ?? '';

function changedValue(old: string | undefined, { change, value = '' }: FlagFix): string | undefined {
  const items = (old ?? '').split(',').filter((item) => item !== '');
  if (change === 'set') return value;
  if (change === 'add-item') return [...items.filter((item) => item !== value), value].join(',');
  if (change === 'remove-item') {
    const left = items.filter((item) => item !== value);
    return left.length === 0 ? undefined : left.join(',');
  }
  return undefined;
}

/** The lines of a static pod's command with a flag changed; every repetition of it becomes one. */
export function editManifest(lines: readonly string[], fix: FlagFix): string[] | undefined {
  const places = lines.flatMap((line, at) => {
    const argument = LIST_ITEM.exec(line)?.[3];
    return argument === undefined ? [] : [{ at, argument }];
  });
  const last = places.at(-1);
  if (last === undefined) return undefined;
  const same = places.filter(({ argument }) => flagOf(argument) === fix.flag);
  const old = same.map(({ argument }) => argument.slice(fix.flag.length + 1)).filter((value) => value !== '');
  const value = changedValue(fix.change === 'set' ? undefined : old.join(','), fix);
  const kept = same[0]?.at;
  const dropped = new Set(same.map(({ at }) => at));
  const indent = LIST_ITEM.exec(lines[kept ?? last.at] ?? '')?.[1] ?? '    - ';
  const written = `${indent}${fix.flag}=${value ?? ''}`;
  return lines.flatMap((line, at) => {
    if (at === kept) return value === undefined ? [] : [written];
    if (dropped.has(at)) return [];
    return kept === undefined && at === last.at && value !== undefined ? [line, written] : [line];
  });
}

const EXEC = /^\s*ExecStart\s*=/;

/** The lines of the last command a unit starts, as indices. */
function commandLines(lines: readonly string[]): number[] {
  const start = lines.findLastIndex((line) => EXEC.test(line) && !/=\s*$/.test(line));
  if (start === -1) return [];
  const found = [start];
  for (let at = start; lines[at]?.endsWith('\\') === true && at + 1 < lines.length; at += 1)
    found.push(at + 1);
  return found;
}

/** The arguments of the command that a unit starts, without its program. */
export function unitArguments(lines: readonly string[]): string[] {
  const command = commandLines(lines)
    .map((at) => (lines[at] ?? '').replace(/\\$/, ''))
    .join(' ')
    .replace(EXEC, '');
  return command
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(1);
}

/** The lines of a unit with a flag of its command changed. */
export function editUnit(lines: readonly string[], fix: FlagFix): string[] | undefined {
  const command = commandLines(lines);
  const end = command.at(-1);
  if (end === undefined) return undefined;
  const old = unitArguments(lines)
    .filter((argument) => flagOf(argument) === fix.flag)
    .map((argument) => argument.slice(fix.flag.length + 1))
    .filter((value) => value !== '');
  const value = changedValue(fix.change === 'set' ? undefined : old.join(','), fix);
  const here = new Set(command);
  const without = lines.map((line, at) =>
    here.has(at)
      ? line
          .split(/(\s+)/)
          .filter((word) => flagOf(word) !== fix.flag)
          .join('')
          .replace(/[ \t]+(\\?)$/, (_, slash: string) => (slash === '' ? '' : ' \\'))
      : line,
  );
  if (value === undefined) return without;
  return without.map((line, at) => (at === end ? `${line.trimEnd()} ${fix.flag}=${value}` : line));
}
