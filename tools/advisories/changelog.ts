// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A flaw that a Debian changelog says was dealt with. */
export interface ChangelogFix {
  readonly source: string;
  readonly cve: string;
  /** The oldest version whose entry names the flaw: taken as the fix. */
  readonly fixedVersion: string;
  /** Date of the entry, `YYYY-MM-DD`. */
  readonly date: string;
}

const HEAD = /^([a-z0-9][a-z0-9+.-]+) \(([^()\s]+)\) [^;]+;/;
const TAIL = /^ -- .*? {2}(.+)$/;
const CVE = /CVE-\d{4}-\d{4,7}/g;
/** Lines that name a flaw without fixing it. */
const NO_FIX =
  /not (?:be )?affected|unaffected|not vulnerable|revert|false positive|does not (?:affect|apply)|still open|unfixed/i;

interface Entry {
  source: string;
  version: string;
  cves: Set<string>;
}

const dateOf = (text: string): string | undefined => {
  const ms = Date.parse(text.replace(/\s*\(.*\)\s*$/, ''));
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().slice(0, 10);
};

/** Reads a changelog (Debian policy 4.4), newest entry first, and keeps for each flaw the oldest entry that names it. */
export function readChangelog(text: string): ChangelogFix[] {
  const fixes = new Map<string, ChangelogFix>();
  let entry: Entry | undefined;
  for (const line of text.split('\n')) {
    const head = HEAD.exec(line);
    if (head?.[1] !== undefined && head[2] !== undefined)
      entry = { source: head[1], version: head[2], cves: new Set() };
    else if (entry === undefined) continue;
    const date = dateOf(TAIL.exec(line)?.[1] ?? '');
    if (entry !== undefined && date !== undefined) {
      for (const cve of entry.cves)
        fixes.set(cve, { source: entry.source, cve, fixedVersion: entry.version, date });
      entry = undefined;
    } else if (entry !== undefined && !NO_FIX.test(line)) {
      for (const [cve] of line.matchAll(CVE)) entry.cves.add(cve);
    }
  }
  return [...fixes.values()];
}
