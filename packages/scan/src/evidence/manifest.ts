// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { BenchmarkComponent, ExampleEvidence } from '@bartizan/contracts/compliance';
import type { FileTree } from '../tree/file-tree.ts';
import { parseConfig } from './config-file.ts';
import { readConfigText } from './read-config.ts';
import { mayHoldSecret, redactArguments, redactLines } from './secrets.ts';

const LINES_MAX = 400;
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

/** The container of a static pod that runs a component. */
function containerOf(
  pod: Readonly<Record<string, unknown>>,
  component: string,
): Readonly<Record<string, unknown>> | undefined {
  const spec = pod['spec'];
  const containers =
    isObject(spec) && Array.isArray(spec['containers']) ? spec['containers'].filter(isObject) : [];
  return containers.find((one) => one['name'] === component) ?? containers[0];
}

/** Lines behind the list that a diff needs to be found where it belongs. */
const CONTEXT_LINES = 3;
/** A line that says nothing but a key, or a value that is no secret. Another list of arguments is none of these. */
const PLAIN_LINE =
  /^\s*(?:- )?(?:(?!args:|command:)[A-Za-z]+:\s*|(?:image|imagePullPolicy|name|hostNetwork|priorityClassName|restartPolicy|workingDir): [\w./:@-]{1,512})$/;

/** The lines of the list that a command is written in, where it is written one argument a line. */
function commandLines(
  text: string,
): { readonly first: number; readonly lines: readonly string[] } | undefined {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^\s*(?:- )?(?:command|args):\s*$/.test(line));
  if (start === -1) return undefined;
  let end = start + 1;
  while (end < lines.length && /^\s*- /.test(lines[end] ?? '')) end += 1;
  const found = lines.slice(start, end);
  if (found.length < 2 || found.length > LINES_MAX) return undefined;
  // Without lines behind it a diff of the last argument would say that the file ends there, and would not apply.
  for (const line of lines.slice(end, end + CONTEXT_LINES)) {
    if (!PLAIN_LINE.test(line)) break;
    found.push(line);
  }
  return { first: start + 1, lines: found };
}

/** A static pod manifest as evidence: its arguments, its version, and the lines a fix is made from. */
export function manifestEvidence(
  tree: FileTree,
  component: BenchmarkComponent,
  path: string,
): ExampleEvidence[] {
  const base = { collector: 'manifest', subject: component, path, origin: 'file' } as const;
  const read = readConfigText(tree, path);
  if (read.state === 'absent') return [{ ...base, state: 'absent' }];
  if (read.state === 'unreadable') return [{ ...base, state: 'unreadable', reason: read.fault }];
  const pod = parseConfig(read.text, 'yaml');
  if (pod === undefined) return [{ ...base, state: 'unreadable', reason: 'malformed' }];
  const container = containerOf(pod, component);
  const args =
    container === undefined ? [] : [...texts(container['command']), ...texts(container['args'])].slice(1);
  const shown = redactArguments(args);
  const isPlain = shown.join('\0') === args.join('\0');
  const lines = isPlain ? commandLines(read.text) : undefined;
  const part = lines?.lines.some(mayHoldSecret) ? undefined : lines;
  const tag = /:v?(\d{1,4}\.\d{1,4}[\w.+-]{0,60})(?:@|$)/.exec(String(container?.['image'] ?? ''))?.[1];
  return [
    {
      ...base,
      state: 'known',
      value: {
        arguments: shown,
        ...(part === undefined ? {} : { '#lines': [...part.lines], '#first-line': part.first }),
      },
    },
    ...(tag === undefined
      ? []
      : [
          {
            collector: 'version',
            subject: component,
            path,
            origin: 'file',
            state: 'known',
            value: tag,
          } as const,
        ]),
  ];
}

/** A unit of systemd: the lines a fix is made from, unless they set variables that may be secrets. */
export function unitEvidence(tree: FileTree, component: BenchmarkComponent, path: string): ExampleEvidence[] {
  const base = { collector: 'unit', subject: component, path, origin: 'file' } as const;
  const read = readConfigText(tree, path);
  if (read.state === 'absent') return [];
  if (read.state === 'unreadable') return [{ ...base, state: 'unreadable', reason: read.fault }];
  const lines = read.text.replace(/\n$/, '').split('\n').slice(0, LINES_MAX);
  const isPlain = lines.every(
    (line) => !/^\s*Environment\s*=/.test(line) || /KUBELET_|DOCKER_OPTS/.test(line),
  );
  const denied = lines.flatMap((line) => /^\s*IPAddressDeny\s*=\s*(\S.*)$/.exec(line)?.[1] ?? []).at(-1);
  const unit: ExampleEvidence = {
    ...base,
    state: 'known',
    value: isPlain ? { '#lines': redactLines(lines), '#first-line': 1 } : { variables: 'hidden' },
  };
  if (denied === undefined) return [unit];
  return [
    unit,
    {
      collector: 'config',
      subject: component,
      path,
      origin: 'file',
      state: 'known',
      value: { IPAddressDeny: denied },
    },
  ];
}
