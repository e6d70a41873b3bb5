// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// Time of one admission decision in the process, JSON already read: node bench/admission.ts. Nine pods of ten are fine,
// one violates; the verdict of that one names every place with its patch.

import { type AdmissionRuleSet, EMPTY_CONTEXT, judgeAdmission } from '@bartizan/engine/admission';
import { podOf, policyOf, requestFor } from './admission-policy.ts';
import { percentile, record, spreadOf } from './results.ts';

const RULES = 500;
const FEW = 10;
const MANY = 2000;
const ROUNDS = 5;
const WARM = 3000;
const ASKED = 10_000;
const GOAL_US = 250;
const GOAL_RATIO = 1.5;
const NOW = 1_780_000_000_000;

const requests = Array.from({ length: 200 }, (_, at) => requestFor(podOf(at, at % 10 !== 0), at));
const bytes = JSON.stringify(requests[1]?.object).length;

/** The 99th percentile and the middle of one round, in us. */
const round = (set: AdmissionRuleSet): { readonly p99: number; readonly p50: number } => {
  const times: number[] = [];
  for (let at = 0; at < WARM + ASKED; at += 1) {
    const request = requests[at % requests.length];
    if (request === undefined) throw new Error('no request');
    const before = process.hrtime.bigint();
    judgeAdmission(set, request, EMPTY_CONTEXT, NOW);
    const took = Number(process.hrtime.bigint() - before) / 1000;
    if (at >= WARM) times.push(took);
  }
  return { p99: percentile(times, 99), p50: percentile(times, 50) };
};

const rounds = Array.from({ length: ROUNDS }, () => ({
  few: round(policyOf(FEW, FEW)),
  asked: round(policyOf(RULES)),
  many: round(policyOf(MANY, FEW)),
}));
const p99 = rounds.map(({ asked }) => asked.p99);
const middle = [...p99].sort((left, right) => left - right)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
const medianOf = (pick: (of: (typeof rounds)[number]) => number): number => percentile(rounds.map(pick), 50);
record({
  id: 'admission-decision',
  title: {
    en: `one admission decision, ${RULES} rules, pod of ${(bytes / 1000).toFixed(1)} kB, in the process, p99`,
    ja: `アドミッション判定 1 件（ルール ${RULES} 件、${(bytes / 1000).toFixed(1)} kB の Pod、プロセス内、p99）`,
  },
  unit: 'us',
  goal: `<= ${GOAL_US}`,
  value: middle,
  n: ROUNDS * ASKED,
  spread: spreadOf(p99),
  met: middle <= GOAL_US,
  notes: [
    `p50 ${medianOf(({ asked }) => asked.p50).toFixed(0)} us; one pod of ten violates and gets places, sentences and patches`,
    'JSON already read; no network, no TLS',
  ],
});
const ratios = rounds.map(({ few, many }) => many.p99 / few.p99);
const ratio = percentile(ratios, 50);
record({
  id: 'admission-scaling',
  title: {
    en: `admission decision in the process with ${MANY} rules against ${FEW}, p99`,
    ja: `アドミッション判定（プロセス内、p99）：ルール ${MANY} 件と ${FEW} 件の比`,
  },
  unit: '1',
  goal: `<= ${GOAL_RATIO}`,
  value: ratio,
  n: ROUNDS * ASKED * 2,
  spread: spreadOf(ratios),
  met: ratio <= GOAL_RATIO,
  notes: [
    `p99 ${medianOf(({ few }) => few.p99).toFixed(0)} us with ${FEW} rules, ${medianOf(({ many }) => many.p99).toFixed(0)} us with ${MANY}`,
    `the same ${FEW} rules are violated on both sides; p50 ${medianOf(({ few }) => few.p50).toFixed(0)} and ${medianOf(({ many }) => many.p50).toFixed(0)} us`,
    'every rule asks about pods in every namespace and has values of its own, so none can be left out by kind',
  ],
});
