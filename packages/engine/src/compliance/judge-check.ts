// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { BenchmarkCheck } from '@bartizan/contracts/compliance';
import { judgeAuditPolicy, judgeCertificate, judgeEncryption, judgeFile } from './judge-file.ts';
import { judgeSetting } from './judge-setting.ts';
import type { NodeFacts } from './node-facts.ts';
import { unknownReason, type Verdict, verdict } from './verdict.ts';

/** The answer to a question about the cluster: how many objects break it, and some of them. */
function judgeObject(question: string, facts: NodeFacts): Verdict {
  const [answer] = facts.of('object', question);
  if (answer === undefined || answer.state === 'absent')
    return verdict('unknown', unknownReason(question, 'not-asked'));
  const { value } = answer;
  if (answer.state === 'unreadable' || typeof value !== 'object' || Array.isArray(value))
    return verdict('unknown', unknownReason(question, answer.reason ?? 'malformed'), [answer]);
  const count = value['count'];
  const found = value['found'];
  const some = Array.isArray(found) ? found.slice(0, 5).join(', ') : '';
  if (count === 0)
    return verdict(
      'pass',
      { en: 'nothing in the cluster breaks it', ja: 'クラスター内に反するものはありません' },
      [answer],
    );
  const said: LocalText = {
    en: `${count} in the cluster: ${some}`,
    ja: `クラスター内に ${count} 件：${some}`,
  };
  return verdict('fail', said, [answer]);
}

function judgePosture(check: string, facts: NodeFacts): Verdict {
  const answers = facts.of('posture', check);
  if (answers.length === 0) return verdict('unknown', unknownReason(check, 'not-asked'));
  for (const outcome of ['fail', 'unknown', 'pass', 'not-applicable'] as const) {
    const found = answers.filter(({ value }) => value === outcome);
    if (found.length === 0) continue;
    const about = found
      .map(({ path }) => path ?? '')
      .filter((path) => path !== '')
      .slice(0, 5)
      .join(', ');
    const said = `${check}${about === '' ? '' : ` (${about})`}`;
    return verdict(outcome, { en: `${said}: ${outcome}`, ja: `${said}：${POSTURE_WORDS[outcome]}` }, found);
  }
  return verdict('unknown', unknownReason(check, 'malformed'), answers);
}

const POSTURE_WORDS = { fail: '不合格', unknown: '不明', pass: '合格', 'not-applicable': '対象外' } as const;

/** Judges one check by the evidence of a node. Pure: the same evidence gives the same verdict. */
export function judgeCheck({ ask }: Pick<BenchmarkCheck, 'ask'>, facts: NodeFacts): Verdict {
  switch (ask.kind) {
    case 'setting':
      return judgeSetting(ask, facts);
    case 'file':
      return judgeFile(ask, facts);
    case 'certificate':
      return judgeCertificate(ask, facts);
    case 'encryption':
      return judgeEncryption(ask, facts);
    case 'audit-policy':
      return judgeAuditPolicy(ask, facts);
    case 'object':
      return judgeObject(ask.question, facts);
    case 'posture':
      return judgePosture(ask.check, facts);
    case 'manual':
      return verdict('manual', { en: 'people have to judge this', ja: '人による判断が必要です' });
  }
}
