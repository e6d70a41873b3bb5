// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MATCH_RULES } from './rules.ts';

type RuleId = (typeof MATCH_RULES)[number]['id'];

/** What each rule of matching holds, for people. */
export const RULE_TEXTS: Readonly<Record<RuleId, { readonly en: string; readonly ja: string }>> = {
  'match.distribution-owned': {
    en: 'Files that belong to a package of the distribution are judged by the feed of the distribution only: they carry backported fixes. What lies in /opt, /usr/local, /app, /srv, /home or /root is not taken for the work of a distribution, and neither are packages from the repositories of Kubernetes, Docker and containerd for Debian and Ubuntu.',
    ja: 'ディストリビューションのパッケージに属するファイルは、その情報源だけで判定します。修正がバックポートされているためです。ただし /opt・/usr/local・/app・/srv・/home・/root にあるもの、および Debian・Ubuntu 向けの Kubernetes・Docker・containerd のリポジトリから導入したパッケージは、ディストリビューションのファイルとはみなしません。',
  },
  'match.maven-coordinates': {
    en: 'A Java archive is judged by group and artifact; without its group nothing is guessed.',
    ja: 'Java アーカイブはグループとアーティファクトで判定し、グループが不明な場合は推測しません。',
  },
  'match.editor-extension': {
    en: 'An extension of an editor is no package of the npm registry, although it may be named like one.',
    ja: 'エディタの拡張機能は、同じ名前であっても npm レジストリのパッケージとしては判定しません。',
  },
  'match.derived-distribution': {
    en: 'A derived distribution is judged by its own feed or by nobody, never by the feed of its parent.',
    ja: '派生ディストリビューションは自身の情報源だけで判定し、派生元の情報源は使いません。',
  },
  'match.go-development': {
    en: 'A Go program built from a working copy has no version to compare.',
    ja: '作業コピーからビルドされた Go プログラムには、比較できるバージョンがありません。',
  },
  'match.source-package': {
    en: 'Debian, Ubuntu, Alpine, Wolfi and SUSE are looked up by source package and compared by its version.',
    ja: 'Debian・Ubuntu・Alpine・Wolfi・SUSE は、ソースパッケージの名前とバージョンで照合します。',
  },
  'match.epoch': {
    en: 'A missing epoch is 0; against the version of a source rpm the epoch is left out on both sides.',
    ja: '省略された epoch は 0 とみなします。ソース RPM のバージョンとの比較では、両側の epoch を除きます。',
  },
  'match.withdrawn': {
    en: 'A withdrawn advisory matches nothing; it is kept to close what it once opened.',
    ja: '取り下げられた勧告は一致しません。以前の検出事項を閉じる理由として残します。',
  },
  'match.module': {
    en: 'An advisory for builds of a module speaks only about builds of the same module and stream.',
    ja: 'モジュールのビルドに関する勧告は、同じモジュールとストリームのビルドだけに適用します。',
  },
  'match.content-set': {
    en: 'An advisory for content sets counts only where the image was built from one of them.',
    ja: 'コンテンツセットに関する勧告は、イメージがそのいずれかからビルドされた場合だけ適用します。',
  },
  'match.no-code': {
    en: 'A package that holds only translations or documentation has none of the flaws of its source package.',
    ja: '翻訳または文書だけを収めたパッケージには、ソースパッケージの脆弱性を適用しません。',
  },
  'match.kernel-headers': {
    en: 'Headers of the kernel are no kernel: the kernel that runs is judged by itself.',
    ja: 'カーネルのヘッダーはカーネル本体ではないため、実行中のカーネルを別に判定します。',
  },
  'match.rolling': {
    en: 'Fixed version 0 means that the package never had the flaw.',
    ja: '修正バージョン 0 は、そのパッケージに脆弱性が存在しなかったことを表します。',
  },
  'match.declared-only': {
    en: 'What a source only guesses is left out unless asked for, and is marked then.',
    ja: '情報源が推測しただけの関連は、指定がない限り除外し、使う場合はその旨を示します。',
  },
  'match.undetermined': {
    en: 'What nobody has determined yet is unknown, never clean.',
    ja: '未確定のものは「不明」であり、「問題なし」とはしません。',
  },
  'match.vendor-version': {
    en: "Only the fixed version of the package's own namespace counts, in the version order of its ecosystem.",
    ja: 'そのパッケージの名前空間における修正バージョンだけを、エコシステムの順序で比較します。',
  },
  'match.aliases': {
    en: 'Ids of one flaw are folded into one finding; an advisory that names several flaws is taken apart.',
    ja: '同じ脆弱性の ID は 1 つの検出事項にまとめ、複数の脆弱性を挙げる勧告は分割します。',
  },
  'match.not-affected': {
    en: 'An explicit "not affected" clears every id of the flaw on this package.',
    ja: '「影響なし」と明示された場合、そのパッケージについて同じ脆弱性のすべての ID を除きます。',
  },
  'match.malicious': {
    en: 'A package that was made to harm is critical, without a score.',
    ja: '悪意を持って作られたパッケージは、スコアによらず「緊急」とします。',
  },
  'match.severity': {
    en: 'The vendor of the namespace rates first, then who numbers CVEs, then GitHub; newer CVSS before older. All ratings are kept.',
    ja: '深刻度は、名前空間のベンダー、CVE の付番・補足機関、GitHub の順に採用し、CVSS は新しい版を優先します。評価はすべて保持します。',
  },
  'match.exploitation': {
    en: 'Known exploitation (KEV) and its likelihood (EPSS) are added by CVE, with their dates.',
    ja: '既知の悪用 (KEV) と悪用の確率 (EPSS) を、日付とともに CVE ごとに付け加えます。',
  },
  'match.fix-state': {
    en: 'A flaw without a fix stays a finding; state, version and channel of the fix are shown.',
    ja: '修正のない脆弱性も検出事項として残し、修正の状態・バージョン・チャネルを示します。',
  },
  'match.paid-channel': {
    en: 'A fix in a paid line counts on machines that are attached to it; on others the finding says where it is.',
    ja: '有償系列の修正は、契約しているマシンでは修正として扱い、それ以外では所在を示します。',
  },
  'match.end-of-life': {
    en: 'After the end of life of a release, what is known is the last known state.',
    ja: 'リリースのサポート終了後に分かるのは、最後に確認された状態だけです。',
  },
  'match.statements': {
    en: 'A statement (VEX) explains a finding and never deletes it: user, image, vendor, feed, in this order.',
    ja: 'VEX の記述は検出事項を説明しますが、削除はしません。利用者・イメージ・ベンダー・情報源の順に優先します。',
  },
  'match.decisions': {
    en: 'An accepted risk stands until its end; then the finding is open again.',
    ja: '受け入れたリスクは期限まで有効で、期限が過ぎると検出事項は未対応に戻ります。',
  },
};
