// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ErrorEntry } from './entry.ts';

/** Errors of policies: rules, bindings, exceptions. */
export const POLICY_ERRORS = {
  E_POLICY_INVALID: {
    status: 422,
    title: { en: 'The policy cannot be used', ja: 'ポリシーを使用できません' },
    remedy: {
      en: 'The message names the rule, the place and what is wrong with it. Nothing was changed.',
      ja: '対象のルール・箇所・問題点はメッセージに示されます。変更は行われていません。',
    },
  },
  E_POLICY_NO_CLUSTER: {
    status: 409,
    title: { en: 'No cluster is watched', ja: '監視中のクラスターがありません' },
    remedy: {
      en: 'Give the controller access to a cluster (BARTIZAN_KUBECONFIG, or install it in the cluster); then ask again.',
      ja: 'コントローラーにクラスターへのアクセスを設定し（BARTIZAN_KUBECONFIG、またはクラスターへのインストール）、もう一度実行してください。',
    },
  },
  E_POLICY_OWNED: {
    status: 409,
    title: {
      en: 'Another source owns this policy object',
      ja: 'このポリシーオブジェクトは別の管理元が所有しています',
    },
    remedy: {
      en: 'Change it where it comes from: in the cluster (kubectl) or in the files of the policy directory. The message names the source.',
      ja: '管理元（クラスターのオブジェクト、またはポリシーディレクトリーのファイル）で変更してください。管理元はメッセージに示されます。',
    },
  },
  E_POLICY_TOO_MANY: {
    title: {
      en: 'A source holds more policy objects than are taken',
      ja: '管理元のポリシーオブジェクトが上限を超えています',
    },
    remedy: {
      en: 'Nothing of it was taken; what it brought before stays in force. Keep at most 2,000 rules, 500 bindings, 2,000 exceptions and 4,500 objects together, broken ones included: one binding or exception can name many rules and namespaces.',
      ja: 'この管理元の内容は取り込まず、以前に取り込んだ内容が引き続き有効です。ルール 2,000 件、バインディング 500 件、例外 2,000 件、合計 4,500 件（誤りのあるものを含む）までにしてください。1 つのバインディングや例外で、複数のルールと名前空間を指定できます。',
    },
  },
  E_ADMISSION_DISPUTED: {
    status: 409,
    title: {
      en: 'Somebody else keeps a webhook or policy of ours otherwise',
      ja: '本製品の Webhook またはポリシーを、ほかの何かが書き換え続けています',
    },
    remedy: {
      en: 'Look for a second controller with the same instance name, or a GitOps tool that owns the object, and stop it or give it another name. Both go on putting their version back, at most every 0.8 s.',
      ja: '同じインスタンス名の別のコントローラー、またはそのオブジェクトを管理する GitOps ツールがないか確認し、停止するか名前を変えてください。それまでは双方が最短 0.8 秒間隔で書き戻し続けます。',
    },
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
