// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../refusal.ts';
import { type Predicate, readPredicate } from './predicate.ts';
import { demandStatement, IN_TOTO, parseStatement } from './statement.ts';

const SHA = 'ab'.repeat(32);
const statementWith = (changes: Record<string, unknown> = {}): Buffer =>
  Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'app', digest: { sha256: SHA, sha512: 'cd'.repeat(64) } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {},
      ...changes,
    }),
  );
const predicateOf = (predicateType: string, predicate: unknown): Predicate =>
  readPredicate(parseStatement(statementWith({ predicateType, predicate })));

describe('in-toto statements', () => {
  it.each([
    ['https://in-toto.io/Statement/v0.1', 'v0.1'],
    ['https://in-toto.io/Statement/v1', 'v1'],
  ])('of %s are read', (type, version) => {
    const statement = parseStatement(statementWith({ _type: type }));
    expect(statement).toMatchObject({ version, predicateType: 'https://slsa.dev/provenance/v1' });
    expect(statement.subjects[0]?.digests['sha256']).toBe(SHA);
  });

  it.each([
    ['another type', { _type: 'https://in-toto.io/Statement/v2' }],
    ['no subject', { subject: [] }],
    ['a subject without a digest', { subject: [{ name: 'app' }] }],
    ['a digest that is none', { subject: [{ name: 'app', digest: { sha256: 'AB' } }] }],
    ['a digest in capitals', { subject: [{ name: 'app', digest: { sha256: SHA.toUpperCase() } }] }],
    ['no predicate type', { predicateType: undefined }],
    ['a predicate that is a list', { predicate: [] }],
    ['too many subjects', { subject: Array.from({ length: 10_001 }, () => ({ digest: { sha256: SHA } })) }],
  ])('are refused with %s', (_what, changes) => {
    expect(() => parseStatement(statementWith(changes))).toThrow(Refusal);
  });

  it('have to be about the artifact, in the one media type', () => {
    expect(demandStatement(IN_TOTO, statementWith(), SHA).subjects).toHaveLength(1);
    expect(() => demandStatement(IN_TOTO, statementWith(), 'ef'.repeat(32))).toThrow(
      'about another artifact',
    );
    expect(() => demandStatement('text/plain', statementWith(), SHA)).toThrow('an envelope with text/plain');
    const other = { subject: [{ name: 'app', digest: { sha512: SHA } }] };
    expect(() => demandStatement(IN_TOTO, statementWith(other), SHA)).toThrow('about another artifact');
  });

  it('with hostile names of digests do not reach the prototype', () => {
    const payload = Buffer.from(statementWith().toString().replace('"sha512"', '"__proto__"'));
    expect(parseStatement(payload).subjects[0]?.digests['sha256']).toBe(SHA);
    expect(({} as Record<string, unknown>)['sha512']).toBeUndefined();
  });

  it('end any bytes with a statement or a refusal', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(() => parseStatement(Buffer.from(text))).toThrow(Refusal);
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});

describe('predicates', () => {
  it('of SLSA v1 name builder, build and inputs', () => {
    const predicate = {
      buildDefinition: {
        buildType: 'https://actions.github.io/buildtypes/workflow/v1',
        resolvedDependencies: [{ uri: 'git+https://example.org/app', digest: { gitCommit: 'abc', bad: 7 } }],
      },
      runDetails: {
        builder: { id: 'https://example.org/runner' },
        metadata: { invocationId: 'run/1', startedOn: '2026-01-01T00:00:00Z' },
      },
    };
    expect(predicateOf('https://slsa.dev/provenance/v1', predicate)).toEqual({
      kind: 'provenance',
      version: 'v1',
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      builder: 'https://example.org/runner',
      invocation: 'run/1',
      inputs: [{ uri: 'git+https://example.org/app', digests: { gitCommit: 'abc' } }],
      startedAt: '2026-01-01T00:00:00Z',
    });
  });

  it('of SLSA v0.2 name the same', () => {
    const predicate = {
      builder: { id: 'https://example.org/runner' },
      buildType: 'x',
      materials: [{ uri: 'git+https://example.org/app', digest: { sha1: 'abc' } }],
      metadata: { buildFinishedOn: '2026-01-01T00:00:00Z' },
    };
    expect(predicateOf('https://slsa.dev/provenance/v0.2', predicate)).toEqual({
      kind: 'provenance',
      version: 'v0.2',
      buildType: 'x',
      builder: 'https://example.org/runner',
      inputs: [{ uri: 'git+https://example.org/app', digests: { sha1: 'abc' } }],
      finishedAt: '2026-01-01T00:00:00Z',
    });
  });

  it.each<[string, unknown, unknown]>([
    [
      'https://cyclonedx.org/bom',
      { bomFormat: 'CycloneDX', specVersion: '1.6' },
      { kind: 'sbom', format: 'cyclonedx', specVersion: '1.6' },
    ],
    [
      'https://cyclonedx.org/bom',
      { Data: { bomFormat: 'CycloneDX' } },
      { kind: 'sbom', format: 'cyclonedx' },
    ],
    [
      'https://spdx.dev/Document',
      { spdxVersion: 'SPDX-2.3' },
      { kind: 'sbom', format: 'spdx', specVersion: 'SPDX-2.3' },
    ],
    [
      'https://spdx.dev/Document',
      { bomFormat: 'CycloneDX' },
      { kind: 'malformed', reason: 'the document is of another format' },
    ],
    ['https://slsa.dev/provenance/v1', {}, { kind: 'malformed', reason: 'no builder or no build type' }],
    [
      'https://slsa.dev/provenance/v0.2',
      { builder: 'x' },
      { kind: 'malformed', reason: 'no builder or no build type' },
    ],
    ['https://slsa.dev/provenance/v1', undefined, { kind: 'malformed', reason: 'no predicate' }],
    ['https://openvex.dev/ns/v0.2.0', { statements: [] }, { kind: 'vex', document: { statements: [] } }],
    [
      'https://cosign.sigstore.dev/attestation/vuln/v1',
      { scanner: { uri: 's' } },
      { kind: 'vulnerabilities', scanner: 's' },
    ],
    ['https://example.org/custom', { a: 1 }, { kind: 'other', predicateType: 'https://example.org/custom' }],
  ])('of type %s are read', (type, predicate, expected) => {
    expect(predicateOf(type, predicate)).toMatchObject(expected as object);
  });
});
