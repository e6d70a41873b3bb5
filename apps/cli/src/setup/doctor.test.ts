// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { redact } from './doctor.ts';

describe('redaction', () => {
  it.each([
    ['token bzl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA end', 'bzl_AAAA'],
    ['Authorization: Bearer abcdefgh12345678', 'abcdefgh12345678'],
    ['postgres://user:hunter22@db/x', 'hunter22'],
    ['{"password":"s3cr\\"et value"}', 's3cr'],
    ['API_KEY=0123456789abcdef next', '0123456789abcdef'],
    ['AKIAABCDEFGHIJKLMNOP', 'AKIAABCDEFGHIJKLMNOP'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEcanary\n-----END PRIVATE KEY-----', 'MIIEcanary'],
    ['ghp_abcdefghijklmnopqrstuvwxyz012345', 'ghp_abcdef'],
  ])('removes the secret of %s', (text, secret) => {
    expect(redact(text)).not.toContain(secret);
  });

  it('removes known values wherever they are', () => {
    expect(redact('x c2VjcmV0LWtleS1iYXNlNjQ= y', ['c2VjcmV0LWtleS1iYXNlNjQ='])).toBe('x <secret> y');
  });

  it('leaves the rest as it is', () => {
    const line = '{"level":"info","msg":"controller ready","port":8443,"passed":12}';
    expect(redact(line)).toBe(line);
  });
});
