// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Finding, Package, Severity } from '@bartizan/contracts';
import { MAX_LOCATIONS } from '@bartizan/scan';
import type { Judged } from '../commands/judged.ts';
import type { Language } from '../text/catalogue.ts';

/** What a finding about several things names: programs, secrets of a configuration, refused licences. */
export interface Offenders {
  /** Without what is another in every build, as layers and places of steps. */
  readonly names: readonly string[];
  /** Whether they are all; what is more than somebody kept is in no list. */
  readonly isAll: boolean;
}

/** A finding, with what it names where that is more than its package or place says. */
export type ScanFinding = Finding & { readonly offenders?: Offenders };

/** One thing that a finding names. */
export interface ItemPart {
  readonly fingerprint: string;
  /** The how manieth with this fingerprint in its target, from 1. */
  readonly ordinal: number;
}

/** What was found, in the one form that gates and reports look at. */
export interface ScanItem {
  /** `vulnerability`, `malicious`, `secret` and the other kinds of findings. */
  readonly kind: string;
  /** Id of the advisory, or of the rule. */
  readonly id: string;
  readonly aliases: readonly string[];
  readonly severity: Severity;
  /** CVSS base score, where a source gives one. */
  readonly score?: number;
  readonly title: string;
  readonly fix: string;
  readonly package?: Pick<Package, 'name' | 'version' | 'purl' | 'ecosystem'>;
  /** Paths without a leading slash, as reports want them: the first few. */
  readonly paths: readonly string[];
  /** All of them; absent where there may be more than anybody kept. */
  readonly everyPath?: readonly string[];
  readonly line?: number;
  readonly column?: number;
  /**
   * The same for the same thing in another run, another version of the package or another tag of the image. A secret is
   * known by its rule and file: no trace of its value goes into it.
   */
  readonly fingerprint: string;
  /** The how manieth with this fingerprint in its target, from 1. */
  readonly ordinal: number;
  /** What it names, where it names several things: a baseline holds each, for the finding stays the same when one is added. */
  readonly parts?: { readonly list: readonly ItemPart[]; readonly isAll: boolean };
  /** What the statement says that answers for it (VEX), where one does. */
  readonly statement?: string;
}

const fingerprintOf = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
const relative = (path: string): string => path.replace(/^\/+/, '');
const LOCATIONS_MAX = 10;

/** The statement by which somebody answers for a finding doing no harm: it is shown, and holds nothing up. */
function statementOf({ vex }: Judged): string | undefined {
  if (vex?.status !== 'not_affected' && vex?.status !== 'fixed') return undefined;
  return [vex.status, vex.statement.justification, vex.statement.source.document]
    .filter((part) => part !== undefined && part !== '')
    .join(', ');
}

/** An item before it is counted. */
type Uncounted = Omit<ScanItem, 'ordinal' | 'parts'> & {
  readonly named?: { readonly fingerprints: readonly string[]; readonly isAll: boolean };
};

function matchItem(match: Judged): Uncounted {
  const { vulnerability, package: found, fixedVersion, fixState } = match;
  const statement = statementOf(match);
  const paths = found.locations.map(relative);
  return {
    kind: match.kind,
    id: vulnerability.id,
    aliases: [...vulnerability.aliases, ...(vulnerability.advisories ?? [])],
    severity: vulnerability.severity,
    ...(vulnerability.score === undefined ? {} : { score: vulnerability.score }),
    title: vulnerability.summary ?? vulnerability.id,
    fix: fixedVersion ?? fixState,
    package: found,
    paths: paths.slice(0, LOCATIONS_MAX),
    ...(paths.length < MAX_LOCATIONS ? { everyPath: paths } : {}),
    fingerprint: fingerprintOf([match.kind, vulnerability.id, found.ecosystem, found.name]),
    ...(statement === undefined ? {} : { statement }),
  };
}

function findingItem(finding: ScanFinding, language: Language): Uncounted {
  const { location, check, kind, package: found, offenders } = finding;
  const id = check ?? finding.vulnerability?.id ?? kind;
  const paths = location === undefined ? [] : [relative(location.path)];
  const key = [kind, id, location?.path ?? '', found?.name ?? ''];
  return {
    kind,
    id,
    aliases: finding.vulnerability?.aliases ?? [],
    severity: finding.severity,
    title: finding.title[language],
    fix: finding.fix.action[language],
    ...(found === undefined ? {} : { package: found }),
    paths,
    everyPath: paths,
    ...(location === undefined ? {} : { line: location.line, column: location.column }),
    fingerprint: fingerprintOf(key),
    ...(offenders === undefined
      ? {}
      : {
          named: {
            fingerprints: offenders.names.map((name) => fingerprintOf([...key, name])),
            isAll: offenders.isAll,
          },
        }),
  };
}

/** Everything that was found in one target, numbered where the same was found more than once. */
export function itemsOf(
  matches: readonly Judged[],
  findings: readonly ScanFinding[],
  language: Language,
): readonly ScanItem[] {
  const seen = new Map<string, number>();
  const counted = (fingerprint: string): number => {
    const ordinal = (seen.get(fingerprint) ?? 0) + 1;
    seen.set(fingerprint, ordinal);
    return ordinal;
  };
  const all: readonly Uncounted[] = [
    ...matches.map(matchItem),
    ...findings.map((one) => findingItem(one, language)),
  ];
  return all.map(({ named, ...item }) => ({
    ...item,
    ordinal: counted(item.fingerprint),
    ...(named === undefined
      ? {}
      : {
          parts: {
            list: named.fingerprints.map((fingerprint) => ({ fingerprint, ordinal: counted(fingerprint) })),
            isAll: named.isAll,
          },
        }),
  }));
}

/** One line about an item: the package with its version where there is one, the id, and how to remove it. */
export const messageOf = (item: ScanItem): string =>
  item.package === undefined
    ? `${item.title}. ${item.fix}`
    : `${item.package.name} ${item.package.version}: ${item.id}: ${item.title} (${item.fix})`;
