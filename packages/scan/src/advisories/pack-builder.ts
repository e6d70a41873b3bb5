// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { err, ok, type Result } from '@bartizan/contracts';
import { normalizeName } from '../distribution/namespace.ts';
import { IMPORT_LIMITS, PACK_LIMITS } from './limits.ts';
import type { PackError } from './pack-error.ts';
import {
  coveredKey,
  cveKey,
  type EcosystemCompleteness,
  type EcosystemStatus,
  ENTRY_BYTES,
  hashKey,
  PACK_FORMAT,
  PACK_MAGIC,
  type PackHeader,
  type PackSource,
  PREFIX_BYTES,
  packageKey,
  type ReleaseLife,
} from './pack-format.ts';
import type { AdvisoryRow, CveFacts } from './row.ts';

interface EcosystemTally {
  rows: number;
  packages: number;
  newestOn: string;
}

/** What is said about a pack as a whole. */
export interface PackStatement {
  readonly builtAtMs: number;
  readonly kind: PackHeader['kind'];
  readonly note?: string;
}

const CVE = /^CVE-\d{4}-\d{4,}$/;

/** Collects rows and writes them as one immutable pack. The same input always gives the same bytes. */
export class PackBuilder {
  readonly #groups = new Map<string, string[]>();
  readonly #cves = new Map<string, CveFacts>();
  readonly #mentioned = new Set<string>();
  readonly #covered = new Set<string>();
  readonly #tallies = new Map<string, EcosystemTally>();
  readonly #completeness = new Map<string, { completeness: EcosystemCompleteness; missing?: string }>();
  readonly #sources: PackSource[] = [];
  /** What the inputs say the pack is; `full` where they say nothing. */
  statedKind: PackHeader['kind'] | undefined;
  #statedNote: string | undefined;
  #statedBuiltAtMs: number | undefined;
  #life: PackHeader['life'] = {};
  #noData: readonly string[] = [];
  #rows = 0;
  #refused = 0;

  /** Number of advisory rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Adds what an advisory says about a package. Above the row limit it is refused and counted. */
  addRow(ecosystem: string, name: string, row: AdvisoryRow): void {
    if (this.#rows >= IMPORT_LIMITS.rows) {
      this.#refused += 1;
      return;
    }
    const key = packageKey(ecosystem, normalizeName(ecosystem, name));
    const tally = this.#tallies.get(ecosystem) ?? { rows: 0, packages: 0, newestOn: '' };
    const group = this.#groups.get(key);
    if (group === undefined) {
      this.#groups.set(key, [JSON.stringify(row)]);
      tally.packages += 1;
    } else {
      group.push(JSON.stringify(row));
    }
    tally.rows += 1;
    const date = (row.modified ?? row.published ?? '').slice(0, 10);
    if (date > tally.newestOn) tally.newestOn = date;
    this.#tallies.set(ecosystem, tally);
    this.#rows += 1;
    for (const id of [row.id, ...(row.aliases ?? [])]) if (CVE.test(id)) this.#mentioned.add(id);
  }

  /** Adds facts about a CVE; later facts complete or replace earlier ones. */
  addCve(cve: string, facts: CveFacts): void {
    if (CVE.test(cve)) this.#cves.set(cve, { ...this.#cves.get(cve), ...facts });
    else this.#refused += 1;
  }

  /** States that a package of an ecosystem with listed coverage was looked at, whether it has rows or not. */
  addCovered(ecosystem: string, name: string): void {
    this.#covered.add(coveredKey(ecosystem, normalizeName(ecosystem, name)));
    this.setCompleteness(ecosystem, 'listed-packages');
  }

  /** States how much of an ecosystem the rows speak about; `partial` unless stated. */
  setCompleteness(ecosystem: string, completeness: EcosystemCompleteness, missing?: string): void {
    this.#completeness.set(ecosystem, { completeness, ...(missing === undefined ? {} : { missing }) });
    if (!this.#tallies.has(ecosystem)) this.#tallies.set(ecosystem, { rows: 0, packages: 0, newestOn: '' });
  }

  addSource(source: PackSource): void {
    this.#sources.push(source);
  }

  setLife(life: Readonly<Record<string, Readonly<Record<string, ReleaseLife>>>>): void {
    this.#life = life;
  }

  /** States, in words, what there is no data about. */
  setNoData(texts: readonly string[]): void {
    this.#noData = texts;
  }

  /** States that what is read is a sample only, and of which day (`YYYY-MM-DD`): every ecosystem in it is one. */
  setSample(note?: string, builtOn?: string): void {
    this.statedKind = 'sample';
    this.#statedNote = note;
    const builtAtMs = Date.parse(builtOn ?? '');
    this.#statedBuiltAtMs = Number.isNaN(builtAtMs) ? undefined : builtAtMs;
  }

  /** Counts inputs that could not be read. */
  refuse(count: number): void {
    this.#refused += count;
  }

  /** Writes the pack. */
  finish(statement: PackStatement): Result<Buffer, PackError> {
    const groups = this.#writeGroups();
    const dataBytes = groups.reduce((sum, group) => sum + group.bytes.length, 0);
    if (dataBytes > PACK_LIMITS.fileBytes / 2) {
      return err({ code: 'E_PACK_INVALID', detail: `${dataBytes} bytes of advisories` });
    }
    const header = Buffer.from(JSON.stringify(this.#header(statement)), 'utf8');
    const prefix = Buffer.alloc(PREFIX_BYTES);
    PACK_MAGIC.copy(prefix, 0);
    prefix.writeUInt32LE(header.length, 8);
    prefix.writeUInt32LE(groups.length, 12);
    const index = Buffer.alloc(groups.length * ENTRY_BYTES);
    let offset = 0;
    for (const [at, group] of groups.entries()) {
      index.writeUInt32LE(group.high, at * ENTRY_BYTES);
      index.writeUInt32LE(group.low, at * ENTRY_BYTES + 4);
      index.writeUInt32LE(offset, at * ENTRY_BYTES + 8);
      index.writeUInt32LE(group.bytes.length, at * ENTRY_BYTES + 12);
      offset += group.bytes.length;
    }
    const body = [prefix, header, index, ...groups.map((group) => group.bytes)];
    const digest = createHash('sha256');
    for (const part of body) digest.update(part);
    return ok(Buffer.concat([...body, digest.digest()]));
  }

  #writeGroups(): { high: number; low: number; key: string; bytes: Buffer }[] {
    const groups: { high: number; low: number; key: string; bytes: Buffer }[] = [];
    const add = (key: string, json: string): void => {
      const [high, low] = hashKey(key);
      groups.push({ high, low, key, bytes: Buffer.from(`${key}\n${json}`, 'utf8') });
    };
    for (const [key, rows] of this.#groups) add(key, `[${rows.sort().join(',')}]`);
    for (const [cve, facts] of this.#cves) {
      // Facts about CVEs that no row names would only make the pack larger; known exploited ones are always kept.
      if (this.#mentioned.has(cve) || facts.kev !== undefined) add(cveKey(cve), JSON.stringify(facts));
    }
    for (const key of this.#covered) add(key, '{}');
    return groups.sort((a, b) => a.high - b.high || a.low - b.low || (a.key < b.key ? -1 : 1));
  }

  #header(statement: PackStatement): PackHeader {
    const ecosystems: Record<string, EcosystemStatus> = {};
    for (const [name, tally] of [...this.#tallies].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
      const stated =
        statement.kind === 'sample'
          ? { completeness: 'sample' as const }
          : (this.#completeness.get(name) ?? { completeness: 'partial' as const });
      ecosystems[name] = {
        rows: tally.rows,
        packages: tally.packages,
        ...stated,
        ...(tally.newestOn === '' ? {} : { newestOn: tally.newestOn }),
      };
    }
    const facts = [...this.#cves.values()];
    const note = statement.note ?? this.#statedNote;
    const epssOn = facts.reduce(
      (newest, fact) =>
        fact.epss !== undefined && fact.epss.scoredOn > newest ? fact.epss.scoredOn : newest,
      '',
    );
    return {
      format: PACK_FORMAT,
      builtAt: new Date(this.#statedBuiltAtMs ?? statement.builtAtMs).toISOString(),
      kind: statement.kind,
      ...(note === undefined ? {} : { note }),
      rows: this.#rows,
      cves: this.#cves.size,
      ecosystems,
      noData: this.#noData,
      sources: this.#sources,
      ...(epssOn === '' ? {} : { epssOn }),
      kevEntries: facts.filter((fact) => fact.kev !== undefined).length,
      life: this.#life,
      refused: this.#refused,
    };
  }
}
