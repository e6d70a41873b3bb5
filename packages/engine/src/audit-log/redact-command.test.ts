// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAuditEvent } from './index.ts';
import { redactCommand } from './redact-command.ts';

/** The table that the sensor is held to as well: words as given, and under them as shown. */
const table = readFileSync(
  new URL('../../../../native/testdata/redaction/named.tsv', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t').map((word) => word.replaceAll('\\n', '\n')));
const rows = table.flatMap((given, at) => (at % 2 === 0 ? [[given, table[at + 1] ?? []] as const] : []));

describe('the command of exec', () => {
  it.each(rows)('keeps %j as the shared table says', (words, kept) => {
    expect(redactCommand(words)).toEqual(kept);
  });

  it.each([
    [
      ['mysql', '--password=hunter2', '-u', 'root'],
      ['mysql', '--password=[redacted]', '-u', 'root'],
    ],
    [
      ['login', '--token', 'hunter2', 'shop'],
      ['login', '--token', '[redacted]', 'shop'],
    ],
    [
      ['sh', '-c', 'export DB_PASSWORD=hunter2; run'],
      ['sh', '-c', 'export DB_PASSWORD=[redacted]; run'],
    ],
    [
      ['sh', '-c', `curl -H "Authorization: hunter2" x`],
      ['sh', '-c', `curl -H "Authorization: [redacted]" x`],
    ],
    [
      ['curl', 'https://me:hunter2@example.test/x'],
      ['curl', 'https://[redacted]@example.test/x'],
    ],
    [
      ['env', "API_KEY='hunter2 and more'"],
      ['env', 'API_KEY=[redacted]'],
    ],
    [
      ['sh', '-c', 'ls /var/run/secrets'],
      ['sh', '-c', 'ls /var/run/secrets'],
    ],
    [
      ['cat', '--secret', '--other'],
      ['cat', '--secret', '--other'],
    ],
  ])('keeps %j without its secrets', (words, kept) => {
    expect(redactCommand(words)).toEqual(kept);
  });

  it('is redacted before any rule sees it', () => {
    const read = readAuditEvent({
      ...{ kind: 'Event', auditID: 'a', stage: 'ResponseStarted', verb: 'get' },
      requestURI: '/api/v1/namespaces/n/pods/p/exec?command=sh&command=-c&command=PASSWORD%3Dhunter2+run',
      objectRef: { resource: 'pods', subresource: 'exec', namespace: 'n', name: 'p' },
    });
    expect(read?.facts['audit.command']).toEqual(['sh', '-c', 'PASSWORD=[redacted] run']);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  it('takes any words in time that grows with them alone', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 200 }), { maxLength: 20 }), (words) => {
        expect(redactCommand(words)).toHaveLength(words.length);
      }),
      { seed: 3 },
    );
    expect(redactCommand([`${'pass'.repeat(256)}`])).toHaveLength(1);
  });

  it('shows no value of an argument that is a name and its value', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, maxLength: 40 }), (secret) => {
        const shown = redactCommand(['app', `--password=${secret}`, `A_TOKEN=${secret}`]);
        expect(shown).toEqual(['app', '--password=[redacted]', 'A_TOKEN=[redacted]']);
      }),
      { seed: 4 },
    );
  });
});
