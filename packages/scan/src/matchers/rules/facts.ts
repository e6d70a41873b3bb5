// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';
import type { CveFacts, Rating } from '../../advisories/row.ts';
import type { Draft } from '../model.ts';
import { chooseSeverity } from '../severity.ts';
import type { FindingRule } from './fix.ts';

/** Rule 18: a package that was made to harm is critical, whatever anyone rates, and has no CVSS. */
export const malicious: FindingRule = (draft) => {
  if (!draft.flaw.judged.some(({ row }) => row.kind === 'malicious')) return;
  draft.kind = 'malicious';
  draft.severity = 'critical';
  draft.severitySource = 'malicious package';
  draft.why.push({
    step: 'severity',
    rule: 'match.malicious',
    detail: {
      en: 'critical by malicious package: the package itself is the attack',
      ja: '悪意あるパッケージのため緊急：パッケージ自体が攻撃',
    },
  });
};

/** Facts about the CVEs of a flaw. */
const factsOf = (draft: Draft, cve: (id: string) => CveFacts | undefined): CveFacts[] =>
  [draft.flaw.id, ...draft.flaw.aliases].flatMap((id) => (id.startsWith('CVE-') ? (cve(id) ?? []) : []));

const SEVERITY_JA: Readonly<Record<Severity, string>> = {
  critical: '緊急',
  high: '高',
  medium: '中',
  low: '低',
  info: '情報',
  unknown: '不明',
};

/** Rule 20: the severity shown, by whose word goes first; all of them are kept with their source. */
export const severity: FindingRule = (draft, { pack }) => {
  if (draft.kind === 'malicious') return;
  const own = draft.flaw.judged.flatMap(({ row }): Rating[] =>
    row.rating === undefined ? [] : [row.rating],
  );
  const general = factsOf(draft, (id) => pack.cve(id)).flatMap((fact) => fact.rating ?? []);
  const choice = chooseSeverity([...own, ...general]);
  draft.severity = choice.severity;
  draft.ratings = choice.ratings;
  if (choice.source !== undefined) draft.severitySource = choice.source;
  if (choice.score !== undefined) draft.score = choice.score;
  draft.vectors = choice.vectors ?? [];
  draft.why.push({
    step: 'severity',
    rule: 'match.severity',
    detail:
      choice.source === undefined
        ? { en: 'no source rates it', ja: '評価した情報源なし' }
        : {
            en: `${choice.severity} by ${choice.source}`,
            ja: `${choice.source} の評価：${SEVERITY_JA[choice.severity]}`,
          },
  });
};

/** Rule 21: known exploitation and its likelihood belong to the CVE, with their dates. */
export const exploitation: FindingRule = (draft, { pack }) => {
  const facts = factsOf(draft, (id) => pack.cve(id));
  const kev = facts.find((fact) => fact.kev !== undefined)?.kev;
  const epss = facts
    .flatMap((fact) => fact.epss ?? [])
    .sort((left, right) => right.probability - left.probability)[0];
  if (kev !== undefined) {
    draft.facts.knownExploited = true;
    draft.facts.ransomware = kev.isRansomware;
    draft.facts.knownExploitedOn = kev.addedOn.slice(0, 10);
    draft.why.push({
      step: 'facts',
      rule: 'match.exploitation',
      detail: {
        en: `in the KEV catalogue since ${kev.addedOn}${kev.isRansomware ? ', used by ransomware' : ''}`,
        ja: `${kev.addedOn} から KEV カタログに掲載${kev.isRansomware ? '、ランサムウェアが悪用' : ''}`,
      },
    });
  }
  if (epss !== undefined) {
    draft.facts.epss = epss.probability;
    draft.facts.epssPercentile = epss.percentile;
    draft.facts.epssOn = epss.scoredOn.slice(0, 10);
    draft.why.push({
      step: 'facts',
      rule: 'match.exploitation',
      detail: {
        en: `EPSS ${epss.probability} on ${epss.scoredOn}`,
        ja: `EPSS ${epss.probability}（${epss.scoredOn} 時点）`,
      },
    });
  }
};
