// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readChangelog } from './changelog.ts';

const CHANGELOG = `demo (2.0-2) unstable; urgency=medium

  * Document CVE-2026-1001 again.

 -- A Person <a@example.org>  Mon, 02 Nov 2026 10:00:00 +0000

demo (2.0-1) unstable; urgency=high

  * New upstream release.
    - CVE-2026-1001: a flaw
    - Not affected by CVE-2026-1002
    - Fixes CVE-2026-1003 and CVE-2026-1004
  * Revert the fix for CVE-2026-1005.

 -- A Person <a@example.org>  Sun, 01 Nov 2026 10:00:00 +0000

 broken line
demo (1.0-1) unstable; urgency=low
  * No closing line names CVE-2026-1006
`;

describe('readChangelog', () => {
  it('takes the oldest entry that fixes a flaw, and leaves out lines that fix none', () => {
    expect(readChangelog(CHANGELOG).sort((a, b) => (a.cve < b.cve ? -1 : 1))).toEqual([
      { source: 'demo', cve: 'CVE-2026-1001', fixedVersion: '2.0-1', date: '2026-11-01' },
      { source: 'demo', cve: 'CVE-2026-1003', fixedVersion: '2.0-1', date: '2026-11-01' },
      { source: 'demo', cve: 'CVE-2026-1004', fixedVersion: '2.0-1', date: '2026-11-01' },
    ]);
  });

  it('reads nothing from other text', () => {
    expect(readChangelog('')).toEqual([]);
    expect(readChangelog('CVE-2026-1001\n -- x  Mon, 02 Nov 2026 10:00:00 +0000\n')).toEqual([]);
  });
});
