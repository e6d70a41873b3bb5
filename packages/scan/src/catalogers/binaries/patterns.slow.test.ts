// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { classify } from './binaries.ts';

describe('the binaries cataloger', () => {
  it('reads no pattern for long, whatever is in the file', () => {
    const names = [
      'python3.11',
      'node',
      'nginx',
      'mysqld',
      'grafana',
      'deno',
      'vault',
      'java',
      'postgres',
      'envoy',
    ];
    const fillers = ['1.1', '9', 'a', '\0', '0.0\0', 'OpenSSL 1.1.1', '\x001.1.1', 'f'];
    for (const name of names) {
      for (const filler of fillers) {
        const bytes = Buffer.from(filler.repeat(Math.ceil(1_000_000 / filler.length)), 'latin1');
        const startedAt = process.cpuUsage().user;
        classify({ sizeBytes: bytes.length, readAt: (at, length) => bytes.subarray(at, at + length) }, name);
        expect(process.cpuUsage().user - startedAt).toBeLessThan(2_000_000);
      }
    }
  });
});
