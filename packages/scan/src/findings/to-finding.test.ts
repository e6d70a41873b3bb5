// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Finding, type Package, parser } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import type { AdvisoryRow } from '../advisories/row.ts';
import { matchPackage } from '../matchers/match.ts';
import { packOf } from '../testing/packs.ts';
import type { FindingPlace } from './finding-place.ts';
import { fixCommand } from './fix-command.ts';
import { pendingUpdateFinding, toFinding } from './to-finding.ts';

const PLACE: FindingPlace = {
  cluster: 'local',
  tenant: 'default',
  node: 'node-1',
  nowMs: 1_790_000_000_000,
  subject: { workload: 'w1', kind: 'Host', namespace: '', name: 'machine' },
};

const found = (more: Partial<Package> = {}): Package => ({
  name: 'openssl',
  version: '3.0.19-1~deb12u2',
  ecosystem: 'Debian:12',
  purl: 'pkg:deb/debian/openssl@3.0.19-1~deb12u2',
  cataloger: 'dpkg',
  locations: ['/var/lib/dpkg/status'],
  ...more,
});

const finding = (row: Partial<AdvisoryRow>, more: Partial<Package> = {}, place = PLACE) => {
  const subject = found(more);
  const full: AdvisoryRow = {
    id: 'CVE-2026-0001',
    kind: 'vulnerability',
    source: 'test',
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '9' }] }],
    ...row,
  };
  const [match] = matchPackage(subject, packOf({ [`${subject.ecosystem} ${subject.name}`]: [full] })).matches;
  if (match === undefined) throw new Error('no match');
  return toFinding(match, place);
};

describe('toFinding', () => {
  it('fits the contract, with the way to the verdict and the command that removes it', () => {
    const one = finding({});
    expect(parser(Finding)(one)).toMatchObject({ ok: true });
    expect(one).toMatchObject({
      kind: 'vulnerability',
      title: {
        en: 'openssl 3.0.19-1~deb12u2 is affected by CVE-2026-0001',
        ja: 'openssl 3.0.19-1~deb12u2 は CVE-2026-0001 の影響を受けます',
      },
      fix: { state: 'fixed', version: '9', command: 'apt-get install --only-upgrade openssl' },
      owasp: { 2022: ['K02', 'K10'], 2025: ['K07'] },
    });
    expect(one.why.map((step) => step.step)).toEqual([
      'package',
      'advisory',
      'range',
      'comparator',
      'severity',
      'fix',
    ]);
  });

  it('has the same id in every scan, and another in another place', () => {
    expect(finding({}).id).toBe(finding({}, {}, { ...PLACE, nowMs: 5 }).id);
    expect(finding({}).id).not.toBe(finding({}, {}, { ...PLACE, node: 'node-2' }).id);
    expect(finding({}).id).not.toBe(finding({ id: 'CVE-2026-0002' }).id);
  });

  it('says that nobody will fix a flaw, or that no fix is known', () => {
    const open = { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] };
    expect(finding({ ...open, status: 'will_not_fix' }).fix).toMatchObject({
      state: 'wont-fix',
    });
    expect(finding({ ...open, status: 'will_not_fix' }).fix.action.en).toContain('will not fix');
    expect(finding({ ...open, status: 'open' }).fix).toMatchObject({ state: 'not-fixed' });
    expect(finding(open).fix).not.toHaveProperty('command');
  });

  it('names a malicious package as what it is', () => {
    const one = finding(
      { id: 'MAL-1', kind: 'malicious', versions: ['*'] },
      { ecosystem: 'npm', name: 'evil', cataloger: 'npm', purl: 'pkg:npm/evil@1' },
    );
    expect(one).toMatchObject({ kind: 'malware', severity: 'critical', attack: ['T1195.002'] });
    expect(parser(Finding)(one)).toMatchObject({ ok: true });
  });

  it('says "may be" where the advisory cannot be held against a version', () => {
    expect(finding({ ranges: [], conditions: 'some versions' }).title.en).toContain('may be affected');
  });

  it('says where a fix is that this machine cannot get, and gives no command for it', () => {
    const subject = found({ ecosystem: 'Ubuntu:22.04', version: '1' });
    const rows = (id: string, events: { introduced?: string; fixed?: string }[]): AdvisoryRow[] => [
      {
        id,
        kind: 'vulnerability',
        source: 'test',
        aliases: ['CVE-2026-0001'],
        ranges: [{ type: 'ECOSYSTEM', events }],
      },
    ];
    const pack = packOf({
      'Ubuntu:22.04 openssl': rows('UBUNTU-1', [{ introduced: '0' }]),
      'Ubuntu:Pro:22.04:LTS openssl': rows('USN-1', [{ introduced: '0' }, { fixed: '1+esm1' }]),
    });
    const [match] = matchPackage(subject, pack).matches;
    if (match === undefined) throw new Error('no match');
    const { fix } = toFinding(match, PLACE);
    expect(fix).toMatchObject({ state: 'paid-channel', version: '1+esm1', channel: 'Ubuntu:Pro:22.04:LTS' });
    expect(fix.action.en).toContain('Attach the machine to Ubuntu:Pro:22.04:LTS');
    expect(fix).not.toHaveProperty('command');
  });

  it('is accepted with owner, reason and end where somebody took the risk, and open where a statement explains it', () => {
    const pack = packOf({
      'Debian:12 openssl': [{ id: 'CVE-2026-0001', kind: 'vulnerability', source: 'test', versions: ['*'] }],
    });
    const decision = {
      ids: ['CVE-2026-0001'],
      author: 'ops',
      reason: 'not reachable',
      expiresAtMs: PLACE.nowMs + 1,
    };
    const [taken] = matchPackage(found(), pack, { decisions: [decision], nowMs: PLACE.nowMs }).matches;
    const statement = {
      by: 'vendor' as const,
      author: 'Vendor',
      ids: ['CVE-2026-0001'],
      status: 'not_affected' as const,
      justification: 'code not present',
      purl: 'pkg:deb/debian/openssl',
    };
    const [explained] = matchPackage(found(), pack, { statements: [statement] }).matches;
    if (taken === undefined || explained === undefined) throw new Error('no match');
    expect(toFinding(taken, PLACE)).toMatchObject({
      state: 'accepted',
      acceptance: { owner: 'ops', reason: 'not reachable', expiresAtMs: PLACE.nowMs + 1 },
    });
    expect(toFinding(explained, PLACE)).toMatchObject({ state: 'open' });
    expect(toFinding(explained, PLACE)).not.toHaveProperty('acceptance');
  });

  it('fits the contract whatever a hostile pack holds', () => {
    const long = 'x'.repeat(5000);
    const one = finding({
      id: `CVE-${long}`,
      aliases: [long, ...Array.from({ length: 200 }, (_, at) => `GHSA-${at}`)],
      summary: long,
      published: long,
      modified: long,
      channel: long,
      source: long,
      conditions: long,
      references: [long, 'https://example.org'],
      rating: { label: 'high', score: 9, vectors: [long], source: long },
    });
    expect(parser(Finding)(one)).toMatchObject({ ok: true });
    expect(one.vulnerability?.aliases.length).toBeLessThanOrEqual(64);
  });

  it('fits the contract whatever names a hostile database holds', () => {
    const long = 'x'.repeat(500);
    const one = finding(
      { summary: long, references: ['https://example.org'] },
      { name: long, locations: ['/'.padEnd(4000, 'y')] },
    );
    expect(parser(Finding)(one)).toMatchObject({ ok: true });
  });
});

describe('pendingUpdateFinding', () => {
  const update = {
    name: 'openssl',
    architecture: 'amd64',
    installed: '1',
    candidate: '2',
    isSecurity: true,
    origin: 'Debian/bookworm-security',
    listsAsOfMs: Date.UTC(2026, 10, 23),
  };

  it('fits the contract and names the lists it believed', () => {
    const one = pendingUpdateFinding(update, PLACE);
    expect(parser(Finding)(one)).toMatchObject({ ok: true });
    expect(one).toMatchObject({
      kind: 'pending-update',
      evidence: ['openssl 1 < 2 (Debian/bookworm-security, 2026-11-23)'],
      fix: { command: 'apt-get install --only-upgrade openssl' },
    });
  });

  it('writes no command with a name that would need quoting', () => {
    expect(pendingUpdateFinding({ ...update, name: 'a;reboot' }, PLACE).fix).not.toHaveProperty('command');
    expect(pendingUpdateFinding({ ...update, name: '-o=x' }, PLACE).fix).not.toHaveProperty('command');
  });
});

describe('fixCommand', () => {
  it.each([
    ['dpkg', 'libssl3', '3.0.20-1~deb12u2', 'apt-get install --only-upgrade libssl3'],
    ['apk', 'busybox', '1.36.1-r30', 'apk add --upgrade busybox'],
    ['rpm', 'bind-libs', '32:9.16-1', 'dnf upgrade bind-libs'],
    ['npm', '@babel/core', '7.1.0', 'npm install @babel/core@7.1.0'],
    ['python', 'Django', '4.2.15', "pip install 'Django>=4.2.15'"],
    ['golang', 'golang.org/x/net', '0.17.0', 'go get golang.org/x/net@v0.17.0'],
    ['golang', 'stdlib', '1.24.13', 'go mod edit -toolchain=go1.24.13'],
    ['java', 'a:b', '1', undefined],
    ['npm', '$(reboot)', '1', undefined],
    ['npm', 'a', '1; reboot', undefined],
    ['npm', '--global', '1', undefined],
    ['python', "a'b", '1', undefined],
    ['npm', 'a\nb', '1', undefined],
  ])('for %s package %s %s is %s', (cataloger, name, version, command) => {
    expect(fixCommand(found({ cataloger, name }), version)).toBe(command);
  });
});
