// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Severity } from '@bartizan/contracts';
import { type StoodItem, standingText } from '../gate/standing.ts';
import { messageOf } from './item.ts';
import {
  REFUSED_SIGNATURE,
  type RunReport,
  refusedTargets,
  remarks,
  shortcomings,
  signatureText,
  type TargetReport,
  targetTitle,
} from './run-report.ts';
import { unjudgedText } from './unjudged.ts';

/** Version of GitLab's security report schemas that is written. */
const VERSION = '15.2.4';
const SEVERITY: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Info',
  unknown: 'Unknown',
};
const TEXT_MAX = 255;
const MESSAGES_MAX = 1000;

/** A time as GitLab wants it: UTC, without a zone. */
const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
const cut = (text: string, most = TEXT_MAX): string => text.slice(0, most);

const tool = (version: string): object => ({
  id: 'bartizan',
  name: 'Bartizan',
  version,
  vendor: { name: 'Bartizan contributors' },
});

/**
 * A name with a tag or a digest: GitLab refuses one that has neither. What is no image has its kind there, so that nobody
 * takes it for one.
 */
const imageOf = ({ kind, name, digest }: TargetReport): string => {
  if (kind !== 'image') return cut(`${cut(name, 200).replaceAll(':', '_')}:${kind}`);
  return cut(/:[^/:]+$/.test(name) || digest === undefined ? name : `${name}@${digest}`);
};

function identifierOf(id: string): object {
  const [, kind = 'advisory'] = /^(CVE|GHSA|CWE|USN|RHSA|ELSA|MAL)-/.exec(id) ?? [];
  const url = id.startsWith('CVE-') ? { url: `https://www.cve.org/CVERecord?id=${id}` } : {};
  return { type: kind.toLowerCase(), name: cut(id), value: cut(id), ...url };
}

const detailsOf = ({ standing }: StoodItem): object => {
  const value = standingText(standing);
  return value === '' ? {} : { details: { standing: { name: 'Standing', type: 'text', value } } };
};

/** The name of an image without tag and digest. */
const repositoryOf = (name: string): string =>
  name.replace(/@sha256:[0-9a-f]{64}$/, '').replace(/:[^/:]+$/, '');

type Named = Pick<TargetReport, 'kind' | 'name' | 'platform'>;

/**
 * What tells a target from others with the same finding: readers keep one entry for each id, also over jobs for several
 * images. A tag belongs to it only where one report has several: the next build has another one.
 */
function nameInIds(target: Named, targets: readonly Named[]): string {
  if (target.kind !== 'image') return targets.length > 1 ? target.name : '';
  const repository = repositoryOf(target.name);
  const isAlone = targets.every(({ name }) => name === target.name || repositoryOf(name) !== repository);
  return isAlone ? repository : target.name;
}

/** The id of a finding in a target: the same for the same thing in another run, and never that of another target. */
function idsIn(
  target: Named,
  targets: readonly Named[],
): (item: Pick<StoodItem, 'fingerprint' | 'ordinal'>) => string {
  const name = createHash('sha256').update(nameInIds(target, targets)).digest('hex').slice(0, 12);
  const platform = target.platform?.replaceAll('/', '-') ?? '';
  return ({ fingerprint, ordinal }) => `${fingerprint}-${name}-${platform}-${ordinal}`;
}

const vulnerabilityOf = (item: StoodItem, target: TargetReport, id: string): object => ({
  id,
  name: cut(`${item.id} ${item.package?.name ?? ''}`),
  description: cut(item.title, 100_000),
  severity: SEVERITY[item.severity],
  solution: cut(item.fix, 7000),
  identifiers: [item.id, ...item.aliases].slice(0, 20).map(identifierOf),
  location: {
    dependency: { package: { name: item.package?.name ?? '' }, version: item.package?.version ?? '' },
    operating_system: cut(target.operatingSystem === '' ? 'unknown' : target.operatingSystem),
    image: imageOf(target),
  },
  ...detailsOf(item),
});

/** Items that GitLab's container scanning report has a place for: those about a package. */
export const isForContainerReport = (item: StoodItem): boolean => item.package !== undefined;

/** What this form has no place for among the vulnerabilities: images that are refused, and what was not done. */
const wrongWith = (report: RunReport): readonly string[] => [
  ...refusedTargets(report).map(
    (target) => `${targetTitle(target)}: ${REFUSED_SIGNATURE.title}: ${signatureText(target.signature)}`,
  ),
  ...shortcomings(report),
];

/** What the report says of the run, the worst first. */
const messagesOf = (report: RunReport): object[] =>
  [
    ...wrongWith(report).map((text) => ({ level: 'fatal', text })),
    ...remarks(report).map((text) => ({ level: 'info', text })),
  ]
    .slice(0, MESSAGES_MAX)
    .map(({ level, text }) => ({ level, value: cut(text, 1000) }));

/** A run as GitLab's container scanning report. A run with a shortcoming is a failure there, never a clean report. */
export const toGitlabContainer = (report: RunReport): object => ({
  version: VERSION,
  schema: `https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v${VERSION}/dist/container-scanning-report-format.json`,
  scan: {
    analyzer: tool(report.toolVersion),
    scanner: tool(report.toolVersion),
    type: 'container_scanning',
    start_time: timeOf(report.startedAtMs),
    end_time: timeOf(report.endedAtMs),
    status: wrongWith(report).length === 0 ? 'success' : 'failure',
    messages: messagesOf(report),
  },
  vulnerabilities: report.targets.flatMap((target) => {
    const idOf = idsIn(target, report.targets);
    return target.items.filter(isForContainerReport).map((item) => vulnerabilityOf(item, target, idOf(item)));
  }),
  remediations: [],
});

const QUALITY: Readonly<Record<Severity, string>> = {
  critical: 'blocker',
  high: 'critical',
  medium: 'major',
  low: 'minor',
  info: 'info',
  unknown: 'major',
};

/** An image whose signature policy is not fulfilled, as an entry of its own. */
function signatureEntry(target: TargetReport, idOf: ReturnType<typeof idsIn>): readonly object[] {
  const { signature } = target;
  if (signature === undefined || signature.outcome === 'fulfilled') return [];
  const isRefused = signature.outcome === 'refused';
  const check = isRefused ? REFUSED_SIGNATURE.id : 'signature.unknown';
  const title = isRefused ? REFUSED_SIGNATURE.title : 'nobody can judge the signatures of the image';
  return [
    {
      description: `${title}: ${signatureText(signature)}`,
      check_name: check,
      fingerprint: idOf({ fingerprint: check, ordinal: 1 }),
      severity: isRefused ? 'blocker' : 'major',
      location: { path: target.name, lines: { begin: 1 } },
    },
  ];
}

interface Shortcoming {
  readonly check: 'scan.incomplete' | 'scan.failed' | 'advisories.missing';
  /** What tells it from others of the same check. */
  readonly about: string;
  readonly text: string;
}

/** What was not done, as entries: without them, whatever a target had before would count as resolved. */
function shortcomingEntries(
  { name }: Named,
  idOf: ReturnType<typeof idsIn>,
  found: readonly Shortcoming[],
): readonly object[] {
  const seen = new Map<string, number>();
  return found.map(({ check, about, text }) => {
    const fingerprint = createHash('sha256').update(`${check}\n${about}`).digest('hex').slice(0, 32);
    const ordinal = (seen.get(fingerprint) ?? 0) + 1;
    seen.set(fingerprint, ordinal);
    return {
      description: text,
      check_name: check,
      fingerprint: idOf({ fingerprint, ordinal }),
      severity: 'major',
      location: { path: name, lines: { begin: 1 } },
    };
  });
}

const shortcomingsOf = ({ incomplete, isJudged, unjudged }: TargetReport): readonly Shortcoming[] => [
  ...incomplete.map(({ code, path, detail }) => ({
    check: 'scan.incomplete' as const,
    about: `${code}\n${path}`,
    text: `not everything was read: ${code} ${path}: ${detail}`,
  })),
  ...(isJudged
    ? []
    : [
        {
          check: 'advisories.missing' as const,
          about: '',
          text: 'no advisories: vulnerabilities are unknown',
        },
      ]),
  ...unjudged
    .filter(({ isGap }) => isGap)
    .map((one) => ({
      check: 'advisories.missing' as const,
      about: one.ecosystem,
      text: unjudgedText(one),
    })),
];

/** Targets that could not be scanned at all, as entries. */
function failureEntries({ targets, failures }: RunReport): readonly object[] {
  const failed = failures.map((one) => ({ ...one, kind: 'image' as const }));
  return failed.flatMap((one) =>
    shortcomingEntries(one, idsIn(one, [...targets, ...failed]), [
      {
        check: 'scan.failed',
        about: one.code,
        text: `the target was not scanned: ${one.code}: ${one.detail}`,
      },
    ]),
  );
}

/**
 * A run as GitLab's code quality report (a part of the Code Climate form): what somebody answers for is information, and
 * what was not read or judged an entry of its own, so that only a clean scan is empty.
 */
export const toGitlabQuality = (report: RunReport): object[] => [
  ...failureEntries(report),
  ...report.targets.flatMap((target) => {
    const idOf = idsIn(target, report.targets);
    const items = target.items.map((item) => {
      const isOpen = item.standing.state === 'open';
      const note = standingText(item.standing);
      return {
        description: `${messageOf(item)}${note === '' ? '' : ` [${note}]`}`,
        check_name: item.id,
        fingerprint: idOf(item),
        severity: isOpen ? QUALITY[item.severity] : 'info',
        location: { path: item.paths[0] ?? target.name, lines: { begin: item.line ?? 1 } },
      };
    });
    const lacks = shortcomingEntries(target, idOf, shortcomingsOf(target));
    return [...signatureEntry(target, idOf), ...lacks, ...items];
  }),
];
