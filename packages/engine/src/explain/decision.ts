// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Decision, DetectionRule, NearMiss, Reason } from '@bartizan/contracts';
import { explainComparison, explainCondition, type Sentence } from './condition.ts';

/** One step of an explanation. `step` is a stable word: rule, fact, near-miss. */
export interface ExplanationStep {
  readonly step: 'rule' | 'fact' | 'near-miss';
  readonly detail: Sentence;
}
/** Why a decision came out as it did. */
export interface DecisionExplanation {
  readonly sentence: Sentence;
  readonly steps: readonly ExplanationStep[];
}

const VERDICT_WORDS: Readonly<Record<Decision['verdict'], Sentence>> = {
  allow: { en: 'Allowed', ja: '許可' },
  alert: { en: 'Alerted', ja: '警告' },
  deny: { en: 'Denied', ja: '遮断' },
  undecided: { en: 'Undecided', ja: '判定保留' },
};

function stepsOf({ rule, revision, title, comparisons }: Reason): ExplanationStep[] {
  const head = `${rule} @ ${revision.slice(0, 12)}`;
  return [
    { step: 'rule', detail: { en: `${title.en} (${head})`, ja: `${title.ja}（${head}）` } },
    ...comparisons.map((comparison) => ({ step: 'fact' as const, detail: explainComparison(comparison) })),
  ];
}

function nearStep({ rule, title, differed }: NearMiss): ExplanationStep {
  const asked = explainComparison(differed);
  return {
    step: 'near-miss',
    detail: {
      en: `${title.en} (${rule}) did not match, because it asks that ${asked.en}`,
      ja: `${title.ja}（${rule}）は次の条件が成り立たず一致しませんでした：${asked.ja}`,
    },
  };
}

/** Says in plain words, in both languages, why a decision came out as it did. */
export function explainDecision(decision: Decision): DecisionExplanation {
  const verdict = VERDICT_WORDS[decision.verdict];
  const first = decision.reasons[0];
  const steps = [...decision.reasons.flatMap(stepsOf), ...decision.nearest.map(nearStep)];
  if (first === undefined)
    return {
      sentence: { en: `${verdict.en}: no rule matched`, ja: `${verdict.ja}：一致したルールはありません` },
      steps,
    };
  const because = first.comparisons.map(explainComparison);
  return {
    sentence: {
      en: `${verdict.en}: ${first.title.en}, because ${because.map(({ en }) => en).join(' and ')}`.slice(
        0,
        2000,
      ),
      ja: `${verdict.ja}：${first.title.ja}。理由：${because.map(({ ja }) => ja).join('、かつ')}`.slice(
        0,
        2000,
      ),
    },
    steps,
  };
}

const SCOPE_WORDS: Readonly<Record<DetectionRule['scope'], Sentence>> = {
  container: { en: 'in a container', ja: 'コンテナー内で' },
  host: { en: 'on a host', ja: 'ホスト上で' },
  any: { en: 'anywhere', ja: '場所を問わず' },
};
const TRIGGER_WORDS: Readonly<Record<DetectionRule['triggers'][number], Sentence>> = {
  exec: { en: 'a program starts', ja: 'プログラムが起動し' },
  'file-open': { en: 'a watched file is opened', ja: '監視対象のファイルが開かれ' },
  connect: { en: 'a connection is made', ja: '接続が行われ' },
  listen: { en: 'a port is opened', ja: 'ポートで待ち受けが始まり' },
  credentials: { en: 'a process changes its user or capabilities', ja: 'プロセスの権限が変わり' },
  audit: { en: 'an API server is asked', ja: 'API サーバーへの要求があり' },
  restore: { en: 'an object of Bartizan is put back', ja: 'Bartizan のオブジェクトが復元され' },
};

/** Says in plain words what a rule looks for. */
export function explainRule({ scope, triggers, condition }: DetectionRule): Sentence {
  const asked = explainCondition(condition);
  const happening = triggers.map((trigger) => TRIGGER_WORDS[trigger]);
  return {
    en: `Alerts when ${SCOPE_WORDS[scope].en} ${happening.map(({ en }) => en).join(' or ')} and ${asked.en}.`,
    ja: `${SCOPE_WORDS[scope].ja}${happening.map(({ ja }) => ja).join('、または')}、${asked.ja}ときに警告します。`,
  };
}
