// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';
import { type Item, imageFactsOf, once, scanOf } from '../pod/evaluation.ts';
import { type ImageFacts, type ImageVulnerability, isUnknown, type Reading, unknown } from '../request.ts';
import { type AdmissionField, computed, listFact } from './field.ts';

const HOUR_MS = 3_600_000;
const NOT_TOLD = unknown('the source of image facts does not say it');

type Words = { readonly en: string; readonly ja: string };
type Pick<T> = (facts: T, item: Item) => Reading;

/** A fact about the image that does not need a scan. */
const fact = (
  name: string,
  type: AdmissionField['type'],
  words: Words,
  pick: Pick<ImageFacts>,
): AdmissionField =>
  computed(`image.${name}`, 'container', type, {
    ...words,
    path: 'image',
    outside: 'image',
    read: (item) => {
      const facts = imageFactsOf(item);
      return isUnknown(facts) ? facts : (pick(facts, item) ?? NOT_TOLD);
    },
  });
/** A fact that only a scan can tell. */
const scanned = (
  name: string,
  type: AdmissionField['type'],
  words: Words,
  pick: Pick<ImageFacts>,
): AdmissionField =>
  computed(`image.${name}`, 'container', type, {
    ...words,
    path: 'image',
    outside: 'image',
    read: (item) => {
      const facts = scanOf(item);
      return isUnknown(facts) ? facts : (pick(facts, item) ?? NOT_TOLD);
    },
  });

interface Counts {
  readonly bySeverity: Readonly<Record<Severity, number>>;
  readonly fixable: Readonly<Record<Severity, number>>;
  readonly exploited: number;
  readonly maxScore: number;
  readonly maxEpss: number;
}
const zero = (): Record<Severity, number> => ({
  critical: 0,
  high: 0,
  medium: 0,
  low: 0,
  info: 0,
  unknown: 0,
});

function countAll(vulnerabilities: readonly ImageVulnerability[]): Counts {
  const bySeverity = zero();
  const fixable = zero();
  let exploited = 0;
  let maxScore = 0;
  let maxEpss = 0;
  for (const flaw of vulnerabilities) {
    bySeverity[flaw.severity] += 1;
    if (flaw.fixable) fixable[flaw.severity] += 1;
    if (flaw.exploited === true) exploited += 1;
    maxScore = Math.max(maxScore, flaw.score ?? 0);
    maxEpss = Math.max(maxEpss, flaw.epss ?? 0);
  }
  return { bySeverity, fixable, exploited, maxScore, maxEpss };
}
const counts = ({ vulnerabilities }: ImageFacts, item: Item): Counts | undefined =>
  vulnerabilities && once(item, 'vulnerability-counts', () => countAll(vulnerabilities));

const SEVERITIES: readonly (readonly [Severity, Words])[] = [
  ['critical', { en: 'critical', ja: '緊急' }],
  ['high', { en: 'high', ja: '高' }],
  ['medium', { en: 'medium', ja: '中' }],
  ['low', { en: 'low', ja: '低' }],
];
const COUNTS: readonly AdmissionField[] = SEVERITIES.flatMap(([severity, { en, ja }]) => [
  scanned(
    `vulnerabilities.${severity}`,
    'number',
    { en: `the number of ${en} vulnerabilities`, ja: `深刻度「${ja}」の脆弱性の数` },
    (facts, item) => counts(facts, item)?.bySeverity[severity],
  ),
  scanned(
    `vulnerabilities.${severity}Fixable`,
    'number',
    { en: `the number of ${en} vulnerabilities with a fix`, ja: `修正版のある深刻度「${ja}」の脆弱性の数` },
    (facts, item) => counts(facts, item)?.fixable[severity],
  ),
]);

const idsOf = (vulnerabilities: readonly ImageVulnerability[]): string[] => [
  ...new Set(vulnerabilities.flatMap(({ id, aliases = [] }) => [id, ...aliases])),
];

const ageHours = (atMs: number | undefined, item: Item): Reading =>
  atMs === undefined ? undefined : Math.max(0, Math.round(((item.root.nowMs - atMs) / HOUR_MS) * 100) / 100);

const licencesOf = ({ licences, packages }: ImageFacts): Reading => {
  if (licences !== undefined) return [...licences];
  return (
    packages && [...new Set(packages.flatMap(({ licence }) => (licence === undefined ? [] : [licence])))]
  );
};

const NO_BASE = unknown('no image that it is built on is known');
const NO_NEWER = unknown('where the name of its base leads now is not known');
const NO_END = unknown('no end of support of its distribution is known');

const BASE: readonly AdmissionField[] = [
  scanned(
    'base.name',
    'text',
    { en: 'the name of the image it is built on', ja: 'ベースイメージの名前' },
    ({ base }) => base?.name ?? NO_BASE,
  ),
  scanned(
    'base.digest',
    'text',
    { en: 'the digest of the image it is built on', ja: 'ベースイメージのダイジェスト' },
    ({ base }) => base?.digest ?? NO_BASE,
  ),
  scanned(
    'base.isOutdated',
    'boolean',
    { en: 'the name of its base leads to a newer image', ja: 'より新しいベースイメージがある' },
    ({ base }) => (base === undefined ? NO_BASE : (base.isOutdated ?? NO_NEWER)),
  ),
  scanned(
    'base.isEndOfLife',
    'boolean',
    {
      en: 'the distribution it is built on is not maintained any more',
      ja: '基になったディストリビューションの保守が終了している',
    },
    ({ supportEndsAtMs }, item) =>
      supportEndsAtMs === undefined ? NO_END : supportEndsAtMs <= item.root.nowMs,
  ),
];

const SCAN: readonly AdmissionField[] = [
  fact(
    'scanned',
    'boolean',
    { en: 'the image has been scanned', ja: 'イメージがスキャン済みである' },
    (facts) => facts.scanned,
  ),
  fact(
    'signed',
    'boolean',
    { en: 'the image is signed by somebody trusted', ja: 'イメージが信頼された署名を持つ' },
    (facts) => facts.signed,
  ),
  fact(
    'verifiers',
    'list',
    { en: 'the verifiers that accepted the signature', ja: '署名を受理した検証者' },
    ({ verifiers }) => verifiers && [...verifiers],
  ),
  fact(
    'attestations',
    'list',
    { en: 'the kinds of attestations', ja: '構成証明の種類' },
    ({ attestations }) => attestations && [...attestations],
  ),
  fact(
    'ageHours',
    'number',
    { en: 'the age of the image (hours)', ja: 'イメージの経過時間（時間）' },
    ({ createdAtMs }, item) => ageHours(createdAtMs, item),
  ),
  scanned(
    'scanAgeHours',
    'number',
    { en: 'the age of the scan (hours)', ja: 'スキャンからの経過時間（時間）' },
    ({ scannedAtMs }, item) => ageHours(scannedAtMs, item),
  ),
  scanned(
    'databaseAgeHours',
    'number',
    {
      en: 'the age of the vulnerability data of the scan (hours)',
      ja: 'スキャンに使った脆弱性データの経過時間（時間）',
    },
    ({ databaseAtMs }, item) => ageHours(databaseAtMs, item),
  ),
  scanned(
    'vulnerabilities.total',
    'number',
    { en: 'the number of vulnerabilities', ja: '脆弱性の数' },
    ({ vulnerabilities }) => vulnerabilities?.length,
  ),
  ...COUNTS,
  scanned(
    'vulnerabilities.exploited',
    'number',
    { en: 'the number of vulnerabilities known to be exploited', ja: '悪用が確認された脆弱性の数' },
    (facts, item) => counts(facts, item)?.exploited,
  ),
  scanned(
    'vulnerabilities.maxScore',
    'number',
    { en: 'the highest CVSS score (0 to 10)', ja: 'CVSS スコアの最大値（0～10）' },
    (facts, item) => counts(facts, item)?.maxScore,
  ),
  scanned(
    'vulnerabilities.maxEpss',
    'number',
    { en: 'the highest probability of exploitation (EPSS, 0 to 1)', ja: '悪用確率の最大値（EPSS、0～1）' },
    (facts, item) => counts(facts, item)?.maxEpss,
  ),
  scanned(
    'vulnerabilities.ids',
    'list',
    { en: 'the vulnerabilities', ja: '脆弱性' },
    ({ vulnerabilities }) => vulnerabilities && idsOf(vulnerabilities),
  ),
  scanned(
    'packages',
    'list',
    { en: 'the packages in the image', ja: 'イメージ内のパッケージ' },
    ({ packages }) => packages?.map(({ name }) => name),
  ),
  scanned('licences', 'list', { en: 'the licences in the image', ja: 'イメージ内のライセンス' }, licencesOf),
  scanned(
    'undeclaredLicences',
    'number',
    { en: 'the number of packages that declare no licence', ja: 'ライセンスを宣言していないパッケージの数' },
    ({ undeclaredLicences, packages }) =>
      undeclaredLicences ?? packages?.filter(({ licence }) => licence === undefined).length,
  ),
  scanned(
    'labelEntries',
    'list',
    { en: 'the labels of the image', ja: 'イメージのラベル' },
    ({ labels }) => labels && listFact(Object.entries(labels).map(([key, value]) => `${key}=${value}`)),
  ),
  scanned(
    'environment',
    'list',
    { en: 'the variables that the image sets', ja: 'イメージが設定する環境変数' },
    ({ environment }) => environment && [...environment],
  ),
  scanned(
    'user',
    'text',
    { en: 'the user that the image starts as', ja: 'イメージの実行ユーザー' },
    ({ user }) => (user === '' ? 'root' : user),
  ),
  scanned(
    'baseImages',
    'list',
    { en: 'the images it is built on', ja: '基になったイメージ' },
    ({ baseImages }) => baseImages && [...baseImages],
  ),
  ...BASE,
  scanned(
    'secrets',
    'number',
    { en: 'the number of secrets in the image', ja: 'イメージ内の機密情報の数' },
    ({ secrets }) => secrets,
  ),
  scanned(
    'setuid',
    'number',
    { en: 'the number of setuid and setgid files', ja: 'setuid・setgid ファイルの数' },
    ({ setuid }) => setuid,
  ),
  scanned(
    'os',
    'text',
    { en: 'the distribution of the image', ja: 'イメージのディストリビューション' },
    ({ os }) => os,
  ),
];

const flawOf = (item: Item): ImageVulnerability => item.value as ImageVulnerability;
const flaw = (
  name: string,
  type: AdmissionField['type'],
  words: Words,
  pick: (flaw: ImageVulnerability, item: Item) => Reading,
): AdmissionField =>
  computed(`vulnerability.${name}`, 'vulnerability', type, {
    ...words,
    outside: 'image',
    at: (item) => [...(item.parent?.steps ?? []), 'image'],
    read: (item) => pick(flawOf(item), item),
  });

const VULNERABILITY: readonly AdmissionField[] = [
  flaw('id', 'text', { en: 'the vulnerability', ja: '脆弱性' }, ({ id }) => id),
  flaw(
    'names',
    'list',
    { en: 'the names of the vulnerability', ja: '脆弱性の別名' },
    ({ id, aliases = [] }) => [id, ...aliases],
  ),
  flaw('severity', 'text', { en: 'its severity', ja: '深刻度' }, ({ severity }) => severity),
  flaw(
    'score',
    'number',
    { en: 'its CVSS score (0 to 10)', ja: 'CVSS スコア（0～10）' },
    ({ score }) => score ?? unknown('no source scores the vulnerability'),
  ),
  flaw('fixable', 'boolean', { en: 'there is a fix', ja: '修正版がある' }, ({ fixable }) => fixable),
  flaw(
    'exploited',
    'boolean',
    { en: 'it is known to be exploited', ja: '悪用が確認されている' },
    ({ exploited }) => exploited ?? false,
  ),
  flaw(
    'epss',
    'number',
    { en: 'the probability of exploitation (EPSS, 0 to 1)', ja: '悪用確率（EPSS、0～1）' },
    ({ epss }) => epss ?? unknown('no source rates the vulnerability'),
  ),
  flaw(
    'ageDays',
    'number',
    { en: 'days since it was published', ja: '公開からの日数' },
    ({ publishedAtMs }, item) =>
      publishedAtMs === undefined
        ? unknown('the day of publication is not known')
        : Math.max(0, Math.floor((item.root.nowMs - publishedAtMs) / (24 * HOUR_MS))),
  ),
  flaw('package', 'text', { en: 'the package that has it', ja: '該当パッケージ' }, (found) => found.package),
];

const packageOf = (item: Item) =>
  item.value as { readonly name: string; readonly version: string; readonly licence?: string };
const packaged = (name: string, words: Words, pick: (item: Item) => Reading): AdmissionField =>
  computed(`package.${name}`, 'package', 'text', {
    ...words,
    outside: 'image',
    at: (item) => [...(item.parent?.steps ?? []), 'image'],
    read: pick,
  });
const PACKAGE: readonly AdmissionField[] = [
  packaged('name', { en: 'the package', ja: 'パッケージ' }, (item) => packageOf(item).name),
  packaged('version', { en: 'its version', ja: 'バージョン' }, (item) => packageOf(item).version),
  packaged('licence', { en: 'its licence', ja: 'ライセンス' }, (item) => packageOf(item).licence),
];

/** Fields that come from the scan and the signature of an image. */
export const IMAGE_FIELDS: readonly AdmissionField[] = [...SCAN, ...VULNERABILITY, ...PACKAGE];
