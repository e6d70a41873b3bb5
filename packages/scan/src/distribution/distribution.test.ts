// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PackageType } from '../catalogers/package.ts';
import { treeOf } from '../testing/trees.ts';
import { ecosystemOf, isJudgeable, isKeyedBySource, normalizeName, schemeOf } from './namespace.ts';
import { detectDistribution, parseOsRelease, UNKNOWN_DISTRIBUTION } from './os-release.ts';

describe('parseOsRelease', () => {
  it('reads quoted and plain values, and unescapes', () => {
    expect(
      parseOsRelease(
        'NAME=x\nID="rocky"\nVERSION_ID=\'9.4\'\nPRETTY_NAME="Rocky \\"Linux\\" 9"\nID_LIKE="rhel centos"\n',
      ),
    ).toEqual({
      id: 'rocky',
      versionId: '9.4',
      prettyName: 'Rocky "Linux" 9',
      like: ['rhel', 'centos'],
    });
  });

  it.each(['', 'ID=', 'ID="../../etc"', 'VERSION_ID=1', '\0\0\0', 'ID="a b"'])(
    'is unknown for %j',
    (text) => {
      expect(parseOsRelease(text)).toEqual(UNKNOWN_DISTRIBUTION);
    },
  );

  it('never throws, and bounds what it keeps', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (text) => {
        expect(parseOsRelease(`ID=x\nPRETTY_NAME=${text}`).prettyName.length).toBeLessThanOrEqual(256);
      }),
      { seed: 111, numRuns: 300 },
    );
  });
});

describe('detectDistribution', () => {
  it('follows the usual link inside the tree', () => {
    expect(
      detectDistribution(
        treeOf({
          '/etc/os-release': '-> ../usr/lib/os-release',
          '/usr/lib/os-release': 'ID=debian\nVERSION_ID=12\n',
        }),
      ).id,
    ).toBe('debian');
  });

  it('falls back to the second place', () => {
    expect(detectDistribution(treeOf({ '/usr/lib/os-release': 'ID=wolfi\n' })).id).toBe('wolfi');
  });

  it('is unknown where nothing says so', () => {
    expect(detectDistribution(treeOf({}))).toEqual(UNKNOWN_DISTRIBUTION);
  });
});

describe('the advisory namespace', () => {
  it.each([
    ['deb', 'ID=debian\nVERSION_ID="12"', 'Debian:12'],
    ['deb', 'ID=debian\nVERSION_ID="12.7"', 'Debian:12'],
    ['deb', 'ID=debian', 'debian (deb)'],
    ['deb', 'ID=ubuntu\nVERSION_ID="22.04"', 'Ubuntu:22.04'],
    ['deb', 'ID=kali\nID_LIKE=debian\nVERSION_ID="2024.1"', 'kali:2024.1 (deb)'],
    ['apk', 'ID=alpine\nVERSION_ID=3.20.3', 'Alpine:v3.20'],
    ['apk', 'ID=wolfi\nVERSION_ID=20230201', 'Wolfi'],
    ['rpm', 'ID="almalinux"\nVERSION_ID="9.4"', 'AlmaLinux:9'],
    ['rpm', 'ID="rhel"\nVERSION_ID="8.10"', 'Red Hat:8'],
    ['rpm', 'ID=mariner\nVERSION_ID="2.0"', 'CBL-Mariner:2'],
    ['rpm', 'ID="sles"\nVERSION_ID="15.5"', 'SUSE:Linux Enterprise Server 15 SP5'],
    ['rpm', 'ID="sles"\nVERSION_ID="15"', 'SUSE:Linux Enterprise Server 15'],
    ['rpm', 'ID="sles"\nVERSION_ID="16.0"', 'SUSE:Linux Enterprise Server 16.0'],
    ['rpm', 'ID="opensuse-leap"\nVERSION_ID="15.5"', 'openSUSE:Leap 15.5'],
    ['rpm', 'ID=unheard\nVERSION_ID=1', 'unheard:1 (rpm)'],
    ['npm', 'ID=debian\nVERSION_ID=12', 'npm'],
    ['pypi', '', 'PyPI'],
    ['golang', '', 'Go'],
    ['deb', '', 'unknown (deb)'],
  ])('of %s packages on %j is %s', (type, osRelease, ecosystem) => {
    const found = ecosystemOf(type as PackageType, 'x', parseOsRelease(osRelease));
    expect(found).toBe(ecosystem);
    expect(isJudgeable(found)).toBe(!found.includes('('));
  });

  it('is none for a Java artifact whose group is not known', () => {
    expect(ecosystemOf('maven', 'group:artifact', UNKNOWN_DISTRIBUTION)).toBe('Maven');
    expect(isJudgeable(ecosystemOf('maven', 'artifact', UNKNOWN_DISTRIBUTION))).toBe(false);
  });

  it('decides by the source package on Debian, Ubuntu and Alpine, by the binary one elsewhere', () => {
    expect(['Debian:12', 'Ubuntu:22.04', 'Alpine:v3.20', 'Wolfi'].every(isKeyedBySource)).toBe(true);
    expect(['AlmaLinux:9', 'npm', 'Go'].some(isKeyedBySource)).toBe(false);
  });

  it('folds names as their ecosystem does', () => {
    expect(normalizeName('PyPI', 'Zope.Interface__x')).toBe('zope-interface-x');
    expect(normalizeName('npm', 'JSONStream')).toBe('JSONStream');
    expect(normalizeName('NuGet', 'Newtonsoft.Json')).toBe('newtonsoft.json');
    expect(schemeOf('Something new')).toBe('generic');
  });
});
