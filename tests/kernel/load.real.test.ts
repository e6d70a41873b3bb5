// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { release } from 'node:os';
import { describe, expect, it } from 'vitest';
import { builtSensor, kernelbox } from './built-sensor.ts';

type Program = Readonly<{ name: string; section: string; loaded: boolean; reason: string }>;

const box = kernelbox();
/** Programs that load wherever we looked; the spine stands on them. */
const everywhere = [
  'on_exec',
  'on_fork',
  'on_exit',
  'on_existing',
  'on_socket_state',
  'on_cgroup_mkdir',
  'on_cgroup_rmdir',
  'on_first_bytes_out',
  'on_first_bytes_in',
  'on_sys_exit',
  'level_kill_exec',
  'level_kill_call',
  'level_cgroup_connect',
];
const trampolines = [
  'on_file_open',
  'on_commit_creds',
  'level_lsm_exec',
  'level_lsm_open',
  'level_lsm_connect',
];

function probe(command: string, args: readonly string[]): Program[] {
  const output = execFileSync(command, [...args, builtSensor(), 'probe', '--json'], {
    encoding: 'utf8',
    timeout: 280_000,
  });
  const line = output.split('\n').find((text) => text.startsWith('[{'));
  return JSON.parse(line ?? '[]');
}

function show(kernel: string, programs: readonly Program[]): void {
  const refused = programs.filter((program) => !program.loaded);
  const names = refused.map((program) => `${program.name} (${program.reason})`).join(', ');
  console.log(
    `${kernel}: ${programs.length - refused.length} of ${programs.length} load; refused: ${names || 'none'}`,
  );
}

const loadedNames = (programs: readonly Program[]): string[] =>
  programs.filter((program) => program.loaded).map((program) => program.name);

describe('the eBPF object', { timeout: 600_000 }, () => {
  it('loads on the kernel of this machine, each refused program named with the reason', () => {
    const programs = probe('/usr/bin/env', []);
    show(release(), programs);
    expect(loadedNames(programs)).toEqual(expect.arrayContaining(everywhere));
    for (const program of programs) expect(program.loaded || program.reason !== '').toBe(true);
  });

  it.skipIf(box === undefined).each(['6.1', '6.12'])('loads whole on kernel %s', (kernel) => {
    // It takes every core that it gets: those of tests that promise seconds come first.
    const programs = probe('nice', [
      '-n',
      '10',
      `${box}/run.sh`,
      '--kernel',
      kernel,
      '--timeout',
      '250',
      '--',
    ]);
    show(kernel, programs);
    expect(loadedNames(programs)).toEqual(expect.arrayContaining([...everywhere, ...trampolines]));
    expect(programs.filter((program) => !program.loaded)).toEqual([]);
  });
});
