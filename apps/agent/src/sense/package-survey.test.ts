// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { surveyPackages } from './package-survey.ts';

const PREFIX = 'deb.example_debian-security_dists_bookworm-security';

/** Writes lists of a security archive that hold a newer curl. */
function writeLists(lists: string): void {
  mkdirSync(lists, { recursive: true });
  writeFileSync(
    join(lists, `${PREFIX}_InRelease`),
    'Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\nCodename: bookworm-security\n',
  );
  writeFileSync(
    join(lists, `${PREFIX}_main_binary-amd64_Packages`),
    'Package: curl\nArchitecture: amd64\nVersion: 7.88.1-10+deb12u8\n\n',
  );
}

describe('a survey of packages', () => {
  let folder: string;
  let root: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-survey-'));
    root = join(folder, 'container');
    mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n');
    writeFileSync(
      join(root, 'var/lib/dpkg/status'),
      'Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.88.1-10+deb12u7\n\n',
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const survey = () =>
    surveyPackages(
      {
        kind: 'packages',
        root,
        isHost: false,
        subject: { workload: 'w-1', kind: 'Container', namespace: '', name: 'x' },
      },
      () => undefined,
    );

  it("names updates that apt's own lists hold, and which are of security", () => {
    writeLists(join(root, 'var/lib/apt/lists'));
    const { reports, pendingSecurity } = survey();
    expect(reports[0]?.pendingUpdates).toMatchObject([
      { name: 'curl', installed: '7.88.1-10+deb12u7', candidate: '7.88.1-10+deb12u8', security: true },
    ]);
    expect(pendingSecurity).toBe(1);
  });

  it('knows nothing, not "none", where there are no lists', () => {
    expect(survey().pendingSecurity).toBeUndefined();
  });

  it('is not led out of the container by a link to lists of the host', () => {
    const outside = join(folder, 'host-lists');
    writeLists(outside);
    mkdirSync(join(root, 'var/lib/apt'), { recursive: true });
    symlinkSync(outside, join(root, 'var/lib/apt/lists'));
    const { reports, pendingSecurity } = survey();
    expect(reports[0]?.pendingUpdates).toEqual([]);
    expect(pendingSecurity).toBeUndefined();
  });
});
