// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { imageName, imagePattern } from './image-name.ts';
import { judgePolicy } from './judge-policy.ts';
import { parseSignaturePolicy } from './parse-policy.ts';

const PEM = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
const outcome = (pattern: string, name: string): string => {
  const value = {
    ...{ version: 1, unmatched: 'allow' },
    policies: [{ name: 'ours', images: [pattern], require: { signature: { key: PEM } } }],
  };
  const policy = parseSignaturePolicy(value, { read: () => undefined, list: () => undefined });
  if (!policy.ok) throw new Error(policy.error.detail);
  const evidence = { artifactDigest: `sha256:${'ab'.repeat(32)}`, attached: [], missing: [] };
  return judgePolicy(policy.value, name, evidence, 0).outcome;
};

describe('an image that is not signed', () => {
  it.each(['ghcr.io', 'GHCR.IO', 'ghcr.io:443', 'GhCr.Io:443', 'ghcr.io:80'])(
    'is refused as %s: no spelling of its registry goes round the rule',
    (host) => {
      expect(outcome('ghcr.io/acme/*', imageName(host, 'acme/app'))).toBe('refused');
      expect(outcome(`${host}/acme/*`, imageName('ghcr.io', 'acme/app'))).toBe('refused');
    },
  );

  it.each(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'Registry-1.Docker.io:443'])(
    'is refused as one of %s',
    (host) => {
      expect(outcome('docker.io/acme/*', imageName(host, 'acme/app'))).toBe('refused');
      expect(outcome(`${host}/acme/*`, imageName('docker.io', 'acme/app'))).toBe('refused');
    },
  );

  it('is not spoken of by rules about another registry', () => {
    expect(outcome('ghcr.io/acme/*', imageName('ghcr.io:5000', 'acme/app'))).toBe('fulfilled');
    expect(outcome('ghcr.io/acme/*', imageName('ghcr.io.example', 'acme/app'))).toBe('fulfilled');
  });
});

describe('a pattern', () => {
  it.each([
    ['**', '**'],
    ['**/acme/*', '**/acme/*'],
    ['*.Example:5000/Acme/*', '*.example:5000/Acme/*'],
    ['10.0.*.1/acme/*', '10.0.*.1/acme/*'],
    ['a?b#c/acme', 'a?b#c/acme'],
    ['[0:0::1]:5000/app', '[::1]:5000/app'],
  ])('%s stays what it is: %s', (written, pattern) => {
    expect(imagePattern(written)).toBe(pattern);
  });
});
