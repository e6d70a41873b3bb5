// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { cutText, inLanguage, type LocalText, type ToldText } from '@bartizan/contracts/words';
import type { ScanProblem } from '@bartizan/scan';

const REASON_MAX = 512;

/** A problem of a scan, with whom it is about. */
export const toldProblem = (subject: string, problem: ToldText): LocalText => ({
  en: `${subject}: ${inLanguage(problem, 'en')}`,
  ja: `${subject}：${inLanguage(problem, 'ja')}`,
});

/** Why a place was not searched to its end: the place itself is told beside it. */
export const problemReason = ({ code, told }: ScanProblem): LocalText =>
  cutText({ en: `${code}: ${told.en}`, ja: `${code}：${told.ja}` }, REASON_MAX);

/** A survey that ended before it had an answer: what the machine says of it is English. */
export const brokenSurvey = (detail: string): LocalText => ({
  en: detail.slice(0, REASON_MAX),
  ja: 'スキャンの処理が途中で終了しました',
});

/** A survey that was ended because it took too long. */
export const lateSurvey = (minutes: number): LocalText => ({
  en: `the survey was ended: it took longer than ${minutes} minutes`,
  ja: `スキャンが ${minutes} 分以内に終わらなかったため、中止しました`,
});

/** Secrets that were found, beyond those that a report can hold. */
export const moreSecrets = (secrets: number): LocalText => ({
  en: `${secrets} more secrets are not told`,
  ja: `ほかに ${secrets} 件の秘密情報があります`,
});
