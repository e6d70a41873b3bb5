// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAuditEvent } from './index.ts';
import { redactCommand } from './redact-command.ts';

describe('the command of exec', () => {
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
});
