// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { openZip } from '../../archive/zip.ts';
import { asList, asObject, asText, compact, type JsonObject, parseJson } from '../../json/fields.ts';
import { IMPORT_LIMITS } from '../limits.ts';
import type { PackBuilder } from '../pack-builder.ts';
import type { AdvisoryRow } from '../row.ts';
import type { Importer, ImportInput } from './importer.ts';
import { readEpssRecord, readKevRecord } from './jsonl.ts';
import { readLines } from './lines.ts';
import { readOsvRecord } from './osv.ts';

/** Archives that are not named after the ecosystem they are for, in the form that `plain` gives. */
const ARCHIVES: Readonly<Record<string, string>> = { rocky: 'rockylinux' };
/** Products in the archive of their later name. */
const LATER_NAMES: Readonly<Record<string, string>> = { cblmariner: 'azurelinux' };
const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * Whether an archive, by its name, is the one that its publisher fills for an ecosystem: `osv-redhat.zip` for `Red Hat:9`,
 * `osv-Debian-12.zip` for one release, `osv-all.zip` for all. One of a product of SUSE is never all of a server, whose
 * packages are those of several products.
 */
const isFor = (file: string, ecosystem: string): boolean => {
  const name = plain(file.slice('osv-'.length, -'.zip'.length));
  const product = plain(ecosystem.split(':', 1)[0] ?? '');
  const archive = ARCHIVES[name] ?? name;
  if (archive === 'all' || archive === product || archive === LATER_NAMES[product]) return true;
  return product !== 'suse' && name === plain(ecosystem);
};

/**
 * Records name packages of every ecosystem a flaw is in, so that each archive holds some of the others. It is complete
 * only for its own: a few rows that came along are no knowledge of all the rest.
 */
const addOsv = (text: string, input: ImportInput, builder: PackBuilder): void => {
  const rows = readOsvRecord(parseJson(text));
  if (rows === undefined) {
    input.refuse(1);
    return;
  }
  for (const { ecosystem, name, row } of rows) {
    if (!input.file.endsWith('.zip') || !isFor(input.file, ecosystem)) {
      builder.addRowBesides(ecosystem, name, row);
      continue;
    }
    builder.addRow(ecosystem, name, row);
    builder.setCompleteness(ecosystem, 'complete');
  }
};

/** `osv-*.zip`: one JSON file a record, as OSV publishes them for each ecosystem. */
export const osvZipImporter: Importer = {
  id: 'osv-zip',
  claims: (file) => /^osv-.*\.zip$/.test(file),
  read: (input, builder) => {
    const bytes = input.raw();
    const zip = openZip({
      sizeBytes: bytes.length,
      readAt: (offset, length) => bytes.subarray(offset, offset + length),
    });
    if (!zip.ok) throw new TypeError(`not a zip archive: ${zip.error.detail}`);
    if (zip.value.isIncomplete) input.refuse(1);
    let inflatedBytes = 0;
    for (const entry of zip.value.entries) {
      if (!entry.name.endsWith('.json')) continue;
      const content = zip.value.read(entry, IMPORT_LIMITS.recordBytes);
      inflatedBytes += content.ok ? content.value.length : 0;
      if (inflatedBytes > IMPORT_LIMITS.inflatedBytes * 4)
        throw new RangeError('the archive inflates to too much');
      if (content.ok) addOsv(content.value.toString('utf8'), input, builder);
      else input.refuse(1);
    }
  },
};

/** `osv-*.json`: one record. */
export const osvJsonImporter: Importer = {
  id: 'osv-json',
  claims: (file) => /^osv-.*\.json$/.test(file),
  read: (input, builder) => addOsv(input.content().toString('utf8'), input, builder),
};

/** The release that a code name of Debian stands for. */
const DEBIAN_RELEASES: Readonly<Record<string, string>> = {
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  forky: '14',
};
const DEBIAN_LABELS: Readonly<Record<string, 'low' | 'medium' | 'high'>> = {
  low: 'low',
  medium: 'medium',
  high: 'high',
};

/** The tracker's word for a flaw that is open: postponed or ignored by the security team, or just open. */
const openStatus = (state: JsonObject): string => {
  const reason = asText(state['nodsa_reason']);
  if (reason === 'ignored') return 'will_not_fix';
  return reason !== undefined || state['nodsa'] !== undefined ? 'fix_deferred' : 'open';
};

/** What the tracker says about one flaw in one release; undefined when the release never had it. */
const trackerRow = (cve: string, summary: string | undefined, state: JsonObject): AdvisoryRow | undefined => {
  const status = asText(state['status']);
  const fixed = status === 'resolved' ? asText(state['fixed_version']) : undefined;
  // "0" is how the tracker says that the package of this release never had the flaw.
  if (status === undefined || (status === 'resolved' && (fixed === undefined || fixed === '0')))
    return undefined;
  const label = DEBIAN_LABELS[asText(state['urgency'])?.replace(/\*+$/, '') ?? ''];
  return compact<AdvisoryRow>({
    id: cve,
    kind: 'vulnerability',
    conditions:
      status === 'undetermined' ? 'the Debian security tracker has not determined it yet' : undefined,
    ranges: [
      {
        type: 'ECOSYSTEM',
        events: fixed === undefined ? [{ introduced: '0' }] : [{ introduced: '0' }, { fixed }],
      },
    ],
    fixed: fixed === undefined ? undefined : [fixed],
    status: status === 'open' ? openStatus(state) : undefined,
    rating: label === undefined ? undefined : { label, source: 'Debian security tracker' },
    summary,
    source: 'Debian security tracker',
  });
};

const addTrackerEntry = (
  builder: PackBuilder,
  entry: { source: string; cve: string; record: JsonObject },
): void => {
  const { source, cve, record } = entry;
  for (const [codename, value] of Object.entries(asObject(record['releases']) ?? {})) {
    const release = DEBIAN_RELEASES[codename];
    const state = asObject(value);
    const row = state === undefined ? undefined : trackerRow(cve, asText(record['description']), state);
    if (release === undefined || row === undefined) continue;
    builder.addRow(`Debian:${release}`, source, row);
    builder.setCompleteness(`Debian:${release}`, 'complete');
  }
};

/** `debian-tracker.json(.gz)`: the Debian security tracker, source package -> CVE -> state in each release. */
export const debianTrackerImporter: Importer = {
  id: 'debian-tracker',
  claims: (file) => /^debian-tracker\.json(?:\.gz)?$/.test(file),
  read: (input, builder) => {
    const tracker = asObject(parseJson(input.content().toString('utf8')));
    if (tracker === undefined) throw new TypeError('not a JSON object');
    for (const [source, entries] of Object.entries(tracker)) {
      for (const [cve, value] of Object.entries(asObject(entries) ?? {})) {
        const record = asObject(value);
        if (record === undefined) input.refuse(1);
        else addTrackerEntry(builder, { source, cve, record });
      }
    }
  },
};

/** `alpine-vX.Y-REPO.json`: the security database of one Alpine repository, fixed version -> ids. */
export const alpineImporter: Importer = {
  id: 'alpine-secdb',
  claims: (file) => /^alpine-v\d+\.\d+-[a-z]+\.json$/.test(file),
  read: (input, builder) => {
    const database = asObject(parseJson(input.content().toString('utf8')));
    const release = asText(database?.['distroversion']) ?? /^alpine-(v\d+\.\d+)-/.exec(input.file)?.[1];
    if (database === undefined || release === undefined) throw new TypeError('no Alpine security database');
    const ecosystem = `Alpine:${release}`;
    for (const item of asList(database['packages'])) {
      const package_ = asObject(asObject(item)?.['pkg']);
      const name = asText(package_?.['name']);
      if (name === undefined) {
        input.refuse(1);
        continue;
      }
      for (const [fixed, ids] of Object.entries(asObject(package_?.['secfixes']) ?? {})) {
        for (const id of asList(ids).flatMap((text) => asText(text)?.split(' ')[0] ?? []))
          addAlpine(builder, { ecosystem, name, fixed, id });
      }
    }
    builder.setCompleteness(ecosystem, 'complete');
  },
};

const addAlpine = (
  builder: PackBuilder,
  fix: { ecosystem: string; name: string; fixed: string; id: string },
): void => {
  // Version "0" lists what the package never had.
  if (fix.fixed === '0') return;
  builder.addRow(fix.ecosystem, fix.name, {
    id: fix.id,
    kind: 'vulnerability',
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: fix.fixed }] }],
    fixed: [fix.fixed],
    source: 'Alpine security database',
  });
};

/** `kev.json`: the catalogue of known exploited vulnerabilities as CISA publishes it. */
export const kevImporter: Importer = {
  id: 'kev-json',
  claims: (file) => file === 'kev.json',
  read: (input, builder) => {
    const catalogue = asObject(parseJson(input.content().toString('utf8')));
    if (catalogue === undefined) throw new TypeError('not a JSON object');
    for (const item of asList(catalogue['vulnerabilities'])) {
      const entry = asObject(item) ?? {};
      const record = readKevRecord({
        cve: entry['cveID'],
        date_added: entry['dateAdded'],
        due: entry['dueDate'],
        name: entry['vulnerabilityName'],
        ransomware: entry['knownRansomwareCampaignUse'] === 'Known',
      });
      if (record === undefined) input.refuse(1);
      else builder.addCve(record.cve, record.facts);
    }
  },
};

/** `epss.csv(.gz)`: scores of FIRST; the first line names the day, the second the columns. */
export const epssImporter: Importer = {
  id: 'epss-csv',
  claims: (file) => /^epss\.csv(?:\.gz)?$/.test(file),
  read: (input, builder) => {
    let date = '';
    for (const line of readLines(input.content(), input.refuse)) {
      if (line.startsWith('#')) {
        date = /score_date:(\d{4}-\d\d-\d\d)/.exec(line)?.[1] ?? '';
        continue;
      }
      if (line.startsWith('cve,')) continue;
      const [cve, epss, percentile] = line.split(',');
      const record = readEpssRecord({ cve, epss, percentile, date });
      if (record === undefined) input.refuse(1);
      else builder.addCve(record.cve, record.facts);
    }
  },
};
