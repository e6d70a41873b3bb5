// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type LocalText, type Result } from '@bartizan/contracts';

/** Why a rule cannot be handed to the API server as it is. */
export type Unfit = Extract<Result<never, LocalText>, { readonly ok: false }>;

const unfit = (en: string, ja: string): Unfit => err({ en, ja });

const SOURCES = {
  image: { en: 'the scan or the signature of the image', ja: 'イメージのスキャン結果や署名' },
  'service-account': { en: 'the rights of the service account', ja: 'サービスアカウントの権限' },
  namespace: { en: 'facts about the namespace', ja: '名前空間の情報' },
  'storage-class': { en: 'the default storage class', ja: '既定のストレージクラス' },
  credentials: { en: 'the search for credentials', ja: '認証情報の検出' },
} as const;

/** The field comes from something the API server does not have. */
export const outsideFact = (field: string, source: keyof typeof SOURCES): Unfit =>
  unfit(
    `${field} needs ${SOURCES[source].en}, which the API server does not have`,
    `${field} には${SOURCES[source].ja}が必要ですが、API サーバーにはその情報がありません`,
  );
/** The field cannot be said in CEL. */
export const noForm = (name: string): Unfit =>
  unfit(`${name} has no form in CEL`, `${name} は CEL で表せません`);
/** The comparison cannot be said in CEL. */
export const noComparison = (field: string, operator: string): Unfit =>
  unfit(
    `the comparison ${operator} of ${field} has no form in CEL`,
    `${field} に対する比較 ${operator} は CEL で表せません`,
  );
/** The condition is CEL that was written for us. */
export const ownCel: Unfit = unfit(
  'its condition is CEL of its own, which is not carried over',
  '条件が独自の CEL で書かれており、そのまま移せません',
);
/** The rule allows. */
export const allowsOnly: Unfit = unfit(
  'it allows, and a policy of the API server can only refuse',
  '許可するルールですが、API サーバーのポリシーにできるのは拒否だけです',
);
/** A rule before it may allow what it would refuse. */
export const afterAllow = (rule: string): Unfit =>
  unfit(
    `the rule ${rule} before it may allow what it would refuse, and policies of the API server know no order`,
    `先に評価されるルール ${rule} が許可する可能性がありますが、API サーバーのポリシーには順序がありません`,
  );
/** Somebody answers for violations until a date. */
export const hasException = (exception: string): Unfit =>
  unfit(
    `the exception ${exception} applies to it, and a policy of the API server cannot expire by itself`,
    `例外 ${exception} が適用されていますが、API サーバーのポリシーは期限で自動的に失効できません`,
  );
/** It names a kind whose pods an expression cannot follow. */
export const manyPods = (resource: string): Unfit =>
  unfit(
    `${resource} keeps pods at several places, or at other places in other versions, which a policy of the API server cannot follow`,
    `${resource} は Pod を複数の場所、またはバージョンごとに異なる場所に持つため、API サーバーのポリシーでは追えません`,
  );
/** The rule is in force nowhere at admission. */
export const notAtAdmission: Unfit = unfit(
  'it is not asked at admission',
  'アドミッション時に評価されないルールです',
);
/** The repair is at a place that a policy cannot work out. */
export const noRepair: Unfit = unfit(
  'its repair is at places that a policy of the API server cannot work out',
  '修正箇所を API サーバーのポリシーでは求められません',
);
/** The rule does not compile, or what was made of it does not. */
export const doesNotCompile = (detail: string): Unfit =>
  unfit(`it does not compile: ${detail.slice(0, 300)}`, `コンパイルできません：${detail.slice(0, 300)}`);
