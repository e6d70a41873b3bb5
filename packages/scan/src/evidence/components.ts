// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  BENCHMARK_COMPONENTS,
  type BenchmarkComponent,
  type ExampleEvidence,
} from '@bartizan/contracts/compliance';
import type { FileTree } from '../tree/file-tree.ts';
import { redactArguments } from './secrets.ts';

/** A running program as the process table shows it. */
export interface RunningProgram {
  readonly pid: number;
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** There are more arguments than these. */
  readonly isCut: boolean;
  /** It sees the root of the machine: no container. */
  readonly isOfHost: boolean;
  /** Its working folder, which relative paths of its arguments begin in. */
  readonly folder?: string;
  /** Its executable, as a path of the machine's tree or of its own root. */
  readonly executable?: string;
}

/** The port through which collectors see what runs. */
export interface ProgramTable {
  readonly programs: () => readonly RunningProgram[];
  /** The root that a program in a container sees; undefined when it cannot be opened. The caller closes it. */
  readonly rootOf: (pid: number) => FileTree | undefined;
  /** Variables of a process whose names begin so; undefined when they cannot be read. */
  readonly environment: (pid: number, prefix: string) => Readonly<Record<string, string>> | undefined;
}

/** Programs that run on the machine itself, never in a container of it. */
const OF_HOST: ReadonlySet<BenchmarkComponent> = new Set(['kubelet', 'containerd', 'crio', 'dockerd']);

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The component a command line is, and its arguments: by its own name, or as a word of a program that holds many. */
function componentOf({
  argv,
  isOfHost,
}: RunningProgram): { component: BenchmarkComponent; args: readonly string[] } | undefined {
  for (const at of [0, 1]) {
    const word = baseName(argv[at] ?? '');
    const component = BENCHMARK_COMPONENTS.find((known) => known === word);
    if (component === undefined || (at === 1 && argv[1]?.includes('/') === true)) continue;
    // `etcd` is also what somebody may give to another program as its first argument.
    if (at === 1 && !isMulticall(baseName(argv[0] ?? ''))) continue;
    if (OF_HOST.has(component) && !isOfHost) continue;
    return { component, args: argv.slice(at + 1) };
  }
  return undefined;
}

const SHELLS =
  /^(?:sh|bash|dash|zsh|env|sudo|nohup|setsid|timeout|cat|grep|less|tail|vi|vim|nano|ps|pgrep|pkill|killall|kubectl|systemctl|service|man|which|ls|strace|gdb|watch|xargs|nice|node|python3?)$/;
const isMulticall = (name: string): boolean => !SHELLS.test(name);

/** What one component runs with. */
export interface FoundComponent {
  readonly component: BenchmarkComponent;
  readonly program: RunningProgram;
  readonly args: readonly string[];
}

/** Components that run here. The same program with other arguments twice is told as a conflict. */
export function findComponents(programs: readonly RunningProgram[]): {
  readonly found: ReadonlyMap<BenchmarkComponent, FoundComponent>;
  readonly evidence: readonly ExampleEvidence[];
} {
  const all = programs.flatMap((program): FoundComponent[] => {
    const named = componentOf(program);
    return named === undefined ? [] : [{ ...named, program }];
  });
  const found = new Map<BenchmarkComponent, FoundComponent>();
  const evidence = BENCHMARK_COMPONENTS.map((component): ExampleEvidence => {
    const base = { collector: 'process', subject: component, origin: 'flag' } as const;
    const mine = all.filter((one) => one.component === component);
    const [first] = mine;
    if (first === undefined) return { ...base, state: 'absent' };
    found.set(component, first);
    if (first.program.isCut) return { ...base, state: 'unreadable', reason: 'truncated' };
    if (mine.some(({ args }) => args.join('\0') !== first.args.join('\0')))
      return { ...base, state: 'unreadable', reason: 'conflict' };
    return { ...base, state: 'known', value: redactArguments(first.args) };
  });
  return { found, evidence };
}

/** The last value of a flag among arguments, in either spelling. */
export function argumentOf(args: readonly string[], ...names: readonly string[]): string | undefined {
  let value: string | undefined;
  for (const [at, arg] of args.entries())
    for (const name of names) {
      if (arg.startsWith(`${name}=`)) value = arg.slice(name.length + 1);
      else if (arg === name) value = args[at + 1];
    }
  return value;
}

/** A path of an argument, made absolute. */
export function pathOf({ program }: FoundComponent, path: string): string {
  const plain = path.replace(/^file:\/\//, '');
  return plain.startsWith('/') ? plain : `${program.folder ?? ''}/${plain}`;
}
