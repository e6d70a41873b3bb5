// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity, Vulnerability } from '@bartizan/contracts';
import type { AdvisoryPack } from '../advisories/pack.ts';
import type { AdvisoryRow } from '../advisories/row.ts';
import { schemeOf } from '../distribution/namespace.ts';
import { COMPARATORS } from '../versions/compare.ts';
import type {
  Dismissal,
  Draft,
  Flaw,
  Judged,
  Match,
  MatchablePackage,
  MatchContext,
  MatchStep,
  PackageVerdict,
  RuleInput,
  Subject,
} from './model.ts';
import type { RangeVerdict } from './range.ts';
import { rulesOf } from './rules.ts';

const SCOPE = rulesOf('scope');
const SUBJECT = rulesOf('subject');
const ROW = rulesOf('row');
const VERSION = rulesOf('version');
const FOLD = rulesOf('fold');
const CLEAR = rulesOf('clear');
const FINDING = rulesOf('finding');

const subjectOf = <P extends MatchablePackage>(found: P): Subject<P> => {
  const scheme = schemeOf(found.ecosystem);
  const plain: Subject<P> = {
    package: found,
    name: found.name,
    version: found.version,
    scheme,
    compare: COMPARATORS[scheme],
    steps: [],
  };
  const subject = SUBJECT.reduce<Subject>((before, rule) => rule.apply(before), plain);
  return subject === plain ? plain : { ...subject, package: found };
};

interface Sorted {
  readonly judged: readonly Judged[];
  readonly dismissed: readonly Dismissal[];
  /** Ids that a row explicitly says are no matter here. */
  readonly cleared: ReadonlySet<string>;
}

const NOTHING: Sorted = { judged: [], dismissed: [], cleared: new Set() };

/** Rules whose dismissal speaks about the flaw, not about the row: it clears the flaw under each of its names. */
const CLEARING: ReadonlySet<string> = new Set(['match.not-affected', 'match.rolling']);

const idsOf = (row: AdvisoryRow): string[] => [row.id, ...(row.aliases ?? [])];

/** The first rule that leaves a row out. */
const leftOut = (row: AdvisoryRow, subject: Subject, input: RuleInput): Dismissal | undefined => {
  for (const rule of ROW) {
    const reason = rule.apply(row, subject, input);
    if (reason !== undefined) return { ids: idsOf(row), rule: rule.id, reason };
  }
  return undefined;
};

const verdictOf = (row: AdvisoryRow, subject: Subject): RangeVerdict | undefined => {
  for (const rule of VERSION) {
    const verdict = rule.apply(row, subject);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
};

const notAffected = (row: AdvisoryRow): Dismissal => ({
  ids: idsOf(row),
  rule: 'match.not-affected',
  reason: `the source says: not affected${row.justification === undefined ? '' : ` (${row.justification})`}`,
});

/** Takes each row to what it says: left out, not affected, or a judgement to keep. */
const sortRows = (subject: Subject, input: RuleInput): Sorted => {
  const rows = input.pack.rows(subject.package.ecosystem, subject.name, subject);
  if (rows.length === 0) return NOTHING;
  const judged: Judged[] = [];
  const dismissed: Dismissal[] = [];
  for (const row of rows) {
    if (row.kind === 'notice') continue;
    const out = leftOut(row, subject, input);
    if (out !== undefined) {
      dismissed.push(out);
      continue;
    }
    const verdict = verdictOf(row, subject);
    if (verdict !== undefined && verdict.verdict !== 'not-affected') judged.push({ row, verdict });
    else if (row.status === 'not_affected') dismissed.push(notAffected(row));
  }
  const clearing = dismissed.filter(({ rule }) => CLEARING.has(rule));
  return { judged, dismissed, cleared: new Set(clearing.flatMap(({ ids }) => ids)) };
};

const explain = (flaw: Flaw, subject: Subject): MatchStep[] => {
  const { package: found } = subject;
  const isPlain = !subject.steps.some((one) => one.step === 'package');
  return [
    ...(isPlain
      ? [
          {
            step: 'package' as const,
            rule: 'match.source-package',
            detail: {
              en: `${found.name} ${found.version}, ecosystem ${found.ecosystem}`,
              ja: `${found.name} ${found.version}（エコシステム：${found.ecosystem}）`,
            },
          },
        ]
      : []),
    ...subject.steps,
    ...flaw.judged.slice(0, 8).flatMap(({ row, verdict }): MatchStep[] => [
      {
        step: 'advisory',
        rule: 'match.aliases',
        detail: {
          en: `${row.id} of ${row.source}${row.modified === undefined ? '' : `, changed ${row.modified}`}`,
          ja: `${row.source} の ${row.id}${row.modified === undefined ? '' : `（${row.modified} 更新）`}`,
        },
      },
      {
        step: 'range',
        rule: verdict.verdict === 'unknown' ? 'match.undetermined' : 'match.vendor-version',
        detail: { en: `${subject.version}: ${verdict.by.en}`, ja: `${subject.version}：${verdict.by.ja}` },
      },
    ]),
    {
      step: 'comparator',
      rule: 'match.vendor-version',
      detail: {
        en: `versions in ${subject.scheme} order`,
        ja: `バージョンは ${subject.scheme} の順序で比較`,
      },
    },
  ];
};

const draftOf = (flaw: Flaw, subject: Subject): Draft => ({
  subject,
  flaw,
  kind: 'vulnerability',
  verdict: flaw.judged.some(({ verdict }) => verdict.verdict === 'affected') ? 'affected' : 'unknown',
  fixState: 'unknown',
  severity: 'unknown',
  vectors: [],
  ratings: [],
  facts: {},
  ...(flaw.judged.every(({ row }) => row.confidence === 'low') ? { confidence: 'low' as const } : {}),
  why: explain(flaw, subject),
});

/** Ids as the contract takes them: a longer one would be nobody's id. */
const idList = (ids: readonly string[]): string[] => ids.filter((id) => id.length <= 128).slice(0, 64);

const vulnerabilityOf = (draft: Draft): Vulnerability => {
  const { flaw } = draft;
  const rows = flaw.judged.map(({ row }) => row);
  const summary = rows.find((row) => row.summary !== undefined)?.summary;
  const published = rows.flatMap((row) => row.published ?? []).sort()[0];
  return {
    id: flaw.id.slice(0, 128),
    aliases: idList(flaw.aliases),
    advisories: idList(flaw.advisories),
    ...(summary === undefined ? {} : { summary: summary.slice(0, 2000) }),
    severity: draft.severity satisfies Severity,
    ...(draft.severitySource === undefined ? {} : { severitySource: draft.severitySource.slice(0, 128) }),
    ...(draft.score === undefined ? {} : { score: draft.score }),
    ratings: draft.ratings.slice(0, 16).map(({ label, score, source }) => ({
      severity: label === 'none' ? ('info' as const) : label,
      source: source.slice(0, 128),
      ...(score === undefined ? {} : { score }),
    })),
    cvss: draft.vectors.slice(0, 8).map((vector) => vector.slice(0, 256)),
    cwe: [],
    knownExploited: false,
    ...draft.facts,
    ...(published === undefined ? {} : { publishedAt: published.slice(0, 32) }),
    references: [...new Set(rows.flatMap((row) => row.references ?? []))]
      .filter((url) => url.length <= 2048)
      .slice(0, 16),
  };
};

const toMatch = <P extends MatchablePackage>(flaw: Flaw, subject: Subject<P>, input: RuleInput): Match<P> => {
  const draft = draftOf(flaw, subject);
  for (const rule of FINDING) rule.apply(draft, input);
  return {
    package: subject.package,
    kind: draft.kind,
    verdict: draft.verdict,
    vulnerability: vulnerabilityOf(draft),
    fixState: draft.fixState,
    ...(draft.fixedVersion === undefined ? {} : { fixedVersion: draft.fixedVersion }),
    ...(draft.fixChannel === undefined ? {} : { fixChannel: draft.fixChannel }),
    comparator: subject.scheme,
    ...(draft.confidence === undefined ? {} : { confidence: draft.confidence }),
    ...(draft.standing === undefined ? {} : { standing: draft.standing }),
    why: draft.why,
  };
};

/** Holds one package against a pack: the rules of `MATCH_RULES`, stage by stage. */
export const matchPackage = <P extends MatchablePackage>(
  found: P,
  pack: AdvisoryPack,
  context: MatchContext = {},
): PackageVerdict<P> => {
  const input = { pack, context };
  for (const rule of SCOPE) {
    const answer = rule.apply(found, input);
    if (answer !== undefined) return { package: found, ...answer, matches: [], dismissed: [] };
  }
  const subject = subjectOf(found);
  const { judged, dismissed, cleared } = sortRows(subject, input);
  const folded = judged.length === 0 ? [] : FOLD.flatMap((rule) => rule.apply(judged));
  const flaws = CLEAR.reduce<readonly Flaw[]>((left, rule) => rule.apply(left, cleared), folded);
  return {
    package: found,
    assessment: pack.covers(found.ecosystem, subject.name) ? 'assessed' : 'no-data',
    matches: flaws.map((flaw) => toMatch(flaw, subject, input)),
    dismissed,
  };
};
