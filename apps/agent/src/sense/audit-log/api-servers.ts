// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isAbsolute, resolve } from 'node:path';
import { type LogFiles, openProgramTable, type Procfs } from '@bartizan/host';
import { DirectoryTree } from '@bartizan/scan/tree';
import { type ContainerOf, originOf } from '../program-origin.ts';
import { openTree, rootedFiles } from './rooted-files.ts';

const COMPONENT = 'kube-apiserver';

/** The audit log of an API server that runs here. */
export interface ServerLog {
  /** As the API server knows it. */
  readonly path: string;
  /** The process that writes it: no other one ever has the same. */
  readonly writer: string;
  readonly files: LogFiles;
}

/** Value of a flag that stands last; a flag may hold it or have it as the next word. */
function flagOf(argv: readonly string[], flag: string): string | undefined {
  const at = argv.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const word = argv[at];
  return word === flag ? argv[at + 1] : word?.slice(flag.length + 1);
}

/**
 * Logs of the API servers that run here. A name proves nothing, and what is read counts as the word of the API server:
 * only programs that are vouched for are listened to.
 */
export function serverLogs(machine: {
  readonly procfs: Procfs;
  readonly containerOf: ContainerOf;
}): ServerLog[] {
  const { procfs } = machine;
  return openProgramTable(procfs, (path) => new DirectoryTree(path))
    .programs()
    .flatMap((program) => {
      const { pid, argv, folder } = program;
      if (!argv.slice(0, 2).some((word) => word === COMPONENT || word.endsWith(`/${COMPONENT}`))) return [];
      const path = flagOf(argv, '--audit-log-path');
      // `-` is standard output: the runtime of containers keeps that in a file of its own form.
      if (path === undefined || path === '' || path === '-') return [];
      const stat = procfs.stat(pid);
      if (!stat.ok || !originOf(program, COMPONENT, machine).isVouchedFor) return [];
      const { startBootUs } = stat.value;
      return [
        {
          path: isAbsolute(path) ? resolve(path) : resolve(folder ?? '/', path),
          writer: `${pid}.${startBootUs}`,
          files: rootedFiles(() => rootOf(procfs, pid, startBootUs)),
        },
      ];
    });
}

/** The root that a process sees, while it lives: another one may have its number by now. */
function rootOf(procfs: Procfs, pid: number, startBootUs: number): DirectoryTree | undefined {
  const tree = openTree(`${procfs.root}/${pid}/root`);
  if (tree === undefined) return undefined;
  const stat = procfs.stat(pid);
  if (stat.ok && stat.value.startBootUs === startBootUs) return tree;
  tree.close();
  return undefined;
}
