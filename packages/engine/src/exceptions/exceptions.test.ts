// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ExceptionMatch, Finding, FindingException } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExceptions, exceptionFault } from './exceptions.ts';

const text = (en: string) => ({ en, ja: en });
const finding: Finding = {
  id: 'f-1',
  cluster: 'local',
  tenant: 'default',
  kind: 'vulnerability',
  title: text('a flaw'),
  severity: 'high',
  subject: {
    workload: 'sha256:aa',
    kind: 'Image',
    namespace: 'web',
    name: 'shop',
    image: 'registry.example/shop:1',
    imageDigest: 'sha256:aa',
  },
  package: {
    name: 'openssl',
    version: '3.0.1',
    ecosystem: 'Debian:12',
    purl: 'pkg:deb/debian/openssl@3.0.1',
    cataloger: 'dpkg',
    locations: ['/var/lib/dpkg/status'],
  },
  vulnerability: {
    id: 'CVE-2099-0001',
    aliases: ['GHSA-aaaa-bbbb-cccc'],
    severity: 'high',
    cvss: [],
    cwe: [],
    knownExploited: false,
    references: [],
  },
  evidence: [],
  why: [],
  fix: { state: 'fixed', action: text('update') },
  owasp: { '2022': [], '2025': [] },
  attack: [],
  state: 'open',
  groupKey: 'g',
  firstSeenAtMs: 1,
  lastSeenAtMs: 1,
};
const exception = (match: ExceptionMatch, expiresAtMs = 100, id = 'x-1'): FindingException => ({
  id,
  cluster: 'local',
  tenant: 'default',
  match,
  owner: 'aiko',
  reason: 'not reachable',
  expiresAtMs,
  createdBy: 'aiko',
  createdAtMs: 1,
  matches: 0,
});
const accepts = (match: ExceptionMatch, about: Finding = finding): boolean =>
  compileExceptions([exception(match)], 50)(about) !== undefined;

describe('an exception', () => {
  it.each<[ExceptionMatch, boolean]>([
    [{ vulnerability: 'CVE-2099-0001' }, true],
    [{ vulnerability: 'ghsa-AAAA-bbbb-cccc' }, true],
    [{ vulnerability: 'CVE-2099-000' }, false],
    [{ package: 'openssl' }, true],
    [{ package: 'open*' }, true],
    [{ package: 'open' }, false],
    [{ vulnerability: 'CVE-2099-0001', package: 'zlib*' }, false],
    [{ package: 'openssl', image: 'registry.example/*' }, true],
    [{ package: 'openssl', image: 'sha256:aa' }, true],
    [{ package: 'openssl', image: 'registry.example/other*' }, false],
    [{ package: 'openssl', workload: 'web/*' }, true],
    [{ package: 'openssl', workload: 'db/*' }, false],
    [{ path: '/var/lib/*' }, true],
    [{ check: 'host.sysctl' }, false],
  ])('%j on a flaw of openssl in web/shop: %s', (match, wanted) => {
    expect(accepts(match)).toBe(wanted);
  });

  it('for a path accepts a package at several places only when each of them lies there, and all are known', () => {
    const at = (...locations: string[]): Finding => ({
      ...finding,
      package: { ...(finding.package ?? expect.unreachable()), locations },
    });
    const match = { vulnerability: 'CVE-2099-0001', path: '/opt/legacy/*' };
    expect(accepts(match, at('/opt/legacy/a/x.jar', '/opt/legacy/b/x.jar'))).toBe(true);
    expect(accepts(match, at('/opt/legacy/a/x.jar', '/srv/shop/x.jar'))).toBe(false);
    expect(accepts(match, at())).toBe(false);
    const told = {
      ...at('/opt/legacy/a/x.jar'),
      location: { kind: 'file' as const, path: '/srv/shop/x.jar', line: 1, column: 1 },
    };
    expect(accepts(match, told)).toBe(false);
    const many = (count: number) => at(...Array.from({ length: count }, (_, n) => `/opt/legacy/${n}/x.jar`));
    expect(accepts(match, many(31))).toBe(true);
    expect(accepts(match, many(32))).toBe(false);
  });

  it('ends by itself, and of two the one that lasts longer speaks', () => {
    const find = (nowMs: number) =>
      compileExceptions(
        [exception({ package: 'openssl' }, 100, 'short'), exception({ package: 'open*' }, 200, 'long')],
        nowMs,
      )(finding)?.id;
    expect([find(50), find(150), find(200)]).toEqual(['long', 'long', undefined]);
  });

  it.each<ExceptionMatch>([
    {},
    { image: 'registry.example/shop:1' },
    { workload: 'web/shop' },
    { package: '*' },
    { path: '**', image: 'x' },
    { package: ' ? ', workload: 'web/*' },
    { vulnerability: '' },
  ])('is refused when it accepts whatever is found: %j', (match) => {
    expect(exceptionFault(match)?.part ?? 'fine').not.toBe('fine');
    expect(accepts(match)).toBe(false);
  });

  it('that was stored all the same accepts nothing, whatever its patterns', () => {
    const pattern = fc.stringMatching(/^[*?]{1,8}$/u);
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        expect(exceptionFault({ package: one, path: other })).toEqual({ part: '', wide: true });
        expect(accepts({ package: one, path: other })).toBe(false);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});
