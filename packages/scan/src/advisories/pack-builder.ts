// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import { namesFixesOnly, normalizeName } from '../distribution/namespace.ts';
import { IMPORT_LIMITS } from './limits.ts';
import type { PackError } from './pack-error.ts';
import {
  coveredKey,
  cveKey,
  type EcosystemCompleteness,
  type EcosystemStatus,
  PACK_FORMAT,
  type PackHeader,
  type PackSource,
  packageKey,
  type ReleaseLife,
} from './pack-format.ts';
import { type LogicalGroup, writePack } from './pack-writer.ts';
import type { AdvisoryRow, CveFacts } from './row.ts';
import { canonicalRow } from './row-codec.ts';

interface EcosystemTally {
  rows: number;
  /** Rows among them that records of other ecosystems brought along. */
  besides: number;
  packages: number;
  newestOn: string;
}

/** What holds of an ecosystem of which no input says how much it is: a feed of its own speaks for it in part. */
const unstated = ({ rows, besides }: EcosystemTally): EcosystemCompleteness =>
  rows > besides ? 'partial' : 'listed-packages';

const emptyTally = (): EcosystemTally => ({ rows: 0, besides: 0, packages: 0, newestOn: '' });

/** What is said about a pack as a whole. */
export interface PackStatement {
  readonly builtAtMs: number;
  readonly kind: PackHeader['kind'];
  readonly note?: string;
}

/** Files of ours call the crates of Rust after their tool; packages are listed under the name that OSV gives them. */
const ecosystemId = (stated: string): string => (stated === 'cargo' ? 'crates.io' : stated);

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
  /** Ecosystems with rows that did not fit. */
  readonly #cut = new Set<string>();
  readonly #maxRows: number;
  #rows = 0;
  #refused = 0;

  constructor(maxRows: number = IMPORT_LIMITS.rows) {
    this.#maxRows = maxRows;
  }

  /** Number of advisory rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Adds what an advisory says about a package. Above the row limit it is refused and counted. */
  addRow(stated: string, name: string, row: AdvisoryRow): void {
    const ecosystem = ecosystemId(stated);
    if (this.#rows >= this.#maxRows) {
      this.#refused += 1;
      this.#cut.add(ecosystem);
      return;
    }
    const key = packageKey(ecosystem, normalizeName(ecosystem, name));
    const tally = this.#tallies.get(ecosystem) ?? emptyTally();
    const group = this.#groups.get(key);
    if (group === undefined) {
      this.#groups.set(key, [JSON.stringify(canonicalRow(row))]);
      tally.packages += 1;
    } else {
      group.push(JSON.stringify(canonicalRow(row)));
    }
    tally.rows += 1;
    const date = (row.modified ?? row.published ?? '').slice(0, 10);
    if (date > tally.newestOn) tally.newestOn = date;
    this.#tallies.set(ecosystem, tally);
    this.#rows += 1;
    for (const id of [row.id, ...(row.aliases ?? [])]) if (CVE.test(id)) this.#mentioned.add(id);
  }

  /**
   * Adds what a record says about a package of an ecosystem whose feed is not the one being read. Where nothing else is
   * said of that ecosystem, only the packages named this way count as looked at.
   */
  addRowBesides(ecosystem: string, name: string, row: AdvisoryRow): void {
    this.addRow(ecosystem, name, row);
    const tally = this.#tallies.get(ecosystemId(ecosystem));
    if (tally !== undefined) tally.besides += 1;
  }

  /** Adds facts about a CVE; later facts complete or replace earlier ones. */
  addCve(cve: string, facts: CveFacts): void {
    if (CVE.test(cve)) this.#cves.set(cve, { ...this.#cves.get(cve), ...facts });
    else this.#refused += 1;
  }

  /** States that a package of an ecosystem with listed coverage was looked at, whether it has rows or not. */
  addCovered(ecosystem: string, name: string): void {
    const id = ecosystemId(ecosystem);
    this.#covered.add(coveredKey(id, normalizeName(id, name)));
    this.setCompleteness(ecosystem, 'listed-packages');
  }

  /** States how much of an ecosystem the rows speak about; unless stated `partial`, where a feed of its own was read. */
  setCompleteness(stated: string, completeness: EcosystemCompleteness, missing?: string): void {
    const ecosystem = ecosystemId(stated);
    this.#completeness.set(ecosystem, { completeness, ...(missing === undefined ? {} : { missing }) });
    if (!this.#tallies.has(ecosystem)) this.#tallies.set(ecosystem, emptyTally());
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

  /** Writes the pack, unsigned. */
  finish(statement: PackStatement): Result<Buffer, PackError> {
    const groups: LogicalGroup[] = [...this.#groups].map(([key, rows]) => ({ key, rows }));
    for (const [cve, facts] of this.#cves) {
      // Facts about CVEs that no row names would only make the pack larger; known exploited ones are always kept.
      if (this.#mentioned.has(cve) || facts.kev !== undefined)
        groups.push({ key: cveKey(cve), facts: JSON.stringify(facts) });
    }
    for (const key of this.#covered) groups.push({ key, facts: '{}' });
    return writePack(groups, this.#header(statement));
  }

  #header(statement: PackStatement): PackHeader {
    const ecosystems: Record<string, EcosystemStatus> = {};
    for (const [name, tally] of [...this.#tallies].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
      const stated =
        statement.kind === 'sample'
          ? { completeness: 'sample' as const }
          : this.#cut.has(name)
            ? { completeness: 'listed-packages' as const }
            : (this.#completeness.get(name) ?? { completeness: unstated(tally) });
      ecosystems[name] = {
        rows: tally.rows,
        packages: tally.packages,
        ...stated,
        ...(namesFixesOnly(name) ? { onlyFixes: true } : {}),
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
