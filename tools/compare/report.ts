// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ImageResult, NotRun } from './images.ts';
import type { ManifestComparison } from './manifests.ts';
import type { Cost } from './measure.ts';
import type { SecretComparison } from './secrets.ts';

/** When, where and of what something was measured. */
export interface Measurement {
  readonly date: string;
  readonly machine: string;
  readonly commit: string;
  readonly loadAverage: number;
}

/** What a comparison gave, as it is kept in docs/results. */
export interface Comparison extends Measurement {
  readonly image: { readonly packedMb: number; readonly plainMb: number };
  readonly results: readonly ImageResult[];
  readonly notRun: readonly NotRun[];
}

const middle = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Middle of the ratios of ours to theirs, round by round: each pair ran under about the same load. */
export const ratio = (ours: readonly Cost[], theirs: readonly Cost[], of: (cost: Cost) => number): number =>
  middle(
    ours.flatMap((cost, at) => {
      const other = theirs[at];
      return other === undefined ? [] : [of(cost) / of(other)];
    }),
  );

const user = ({ userSeconds }: Cost): number => userSeconds;
const rss = ({ maxRssMb }: Cost): number => maxRssMb;

const costRow = (result: ImageResult, ours: ImageResult): string => {
  const cells = [
    `${result.name} ${result.version}`,
    String(result.packages),
    `${middle(result.rounds.map(user)).toFixed(1)} s`,
    `${Math.round(middle(result.rounds.map(rss)))} MB`,
    result === ours ? '-' : ratio(ours.rounds, result.rounds, user).toFixed(2),
    result === ours ? '-' : ratio(ours.rounds, result.rounds, rss).toFixed(2),
  ];
  return `| ${cells.join(' | ')} |`;
};

const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;

const agreementRow = ({ name, agreement }: ImageResult): string[] => {
  if (agreement === undefined) return [];
  const { both, onlyOurs, onlyTheirs, otherVersion, unexplained } = agreement;
  const same = percent(both, both + otherVersion.length);
  const numbers = [both, otherVersion.length, same, onlyOurs.length, onlyTheirs.length, unexplained.length];
  return [`| ${[name, ...numbers].join(' | ')} |`];
};

const reasonRows = ({ name, agreement }: ImageResult): string[] =>
  (agreement?.explained ?? []).map(
    ({ only, packages, why }) =>
      `| ${only === 'ours' ? 'bartizan' : only} | ${name} | ${packages} | ${why} |`,
  );

/** The comparison for people. */
export const reportOf = (comparison: Comparison): string => {
  const { date, machine, commit, loadAverage, image, results, notRun } = comparison;
  const [ours] = results;
  if (ours === undefined) return '';
  const lines = [
    `# Scanners on the yardstick image, ${date}`,
    '',
    `Written by \`npm run compare\` at commit ${commit}. ${machine}; load average ${loadAverage.toFixed(1)}, so only ratios of one round are compared. Image: ${image.packedMb} MB packed, ${image.plainMb} MB inflated. ${ours.rounds.length} rounds, the scanners in turn.`,
    '',
    '| scanner | packages with a version | user CPU | max RSS | ours / theirs, CPU | ours / theirs, RSS |',
    '| --- | --- | --- | --- | --- | --- |',
    ...results.map((result) => costRow(result, ours)),
    '',
    'Each scanner reads all layers in every round, with its default catalogers for images, and writes the list of packages; none is given what an earlier round kept, and ours is not asked for advisories. Ours checks both digests of each layer.',
    '',
    '| against | both, same version | both, other version | agreement on what both know | only ours | only theirs | unexplained |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...results.flatMap(agreementRow),
    '',
    'Why one has packages that another has not, from `tests/conformance/catalog/differences.json`; the lists are in the JSON file beside this one:',
    '',
    '| only | compared with | packages | why |',
    '| --- | --- | --- | --- |',
    ...results.flatMap(reasonRows),
    ...(notRun.length === 0 ? [] : ['', 'Not run, and nothing is claimed against them:', '']),
    ...notRun.map(({ name, version, why }) => `- ${name} ${version}: ${why}`),
  ];
  return `${lines.join('\n')}\n`;
};

/** The comparison of searches for secrets, for people. */
export const secretReportOf = (comparison: Measurement & SecretComparison): string => {
  const { date, machine, commit, loadAverage, files, bytes, planted, results } = comparison;
  const [ours] = results;
  if (ours === undefined) return '';
  const rows = results.map((result) => {
    const against = result === ours ? '-' : ratio(ours.rounds, result.rounds, user).toFixed(3);
    const cells = [
      `${result.name} ${result.version}`,
      `${result.planted} of ${planted}`,
      String(result.others),
      `${middle(result.rounds.map(user)).toFixed(2)} s`,
      `${Math.round(middle(result.rounds.map(rss)))} MB`,
      against,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const lines = [
    `# Searches for secrets in the same files, ${date}`,
    '',
    `Written by \`npm run compare\` at commit ${commit}. ${machine}; load average ${loadAverage.toFixed(1)}, so only ratios of one round are compared. ${files} files of text, ${(bytes / 1e6).toFixed(0)} MB, from layers of the yardstick image, with ${planted} secrets planted among them. ${ours.rounds.length} rounds, the two in turn.`,
    '',
    '| scanner | planted secrets found | found elsewhere | user CPU | max RSS | ours / theirs, CPU |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    'The files have numbers for names, so that no list of paths makes one of them read less than the other. Decoding of Base64 is off on both sides. The kinds planted are those that `tests/conformance/secrets` plants; each scanner has rules of its own.',
  ];
  return `${lines.join('\n')}\n`;
};

const cpu = ({ userSeconds, systemSeconds }: Cost): number => userSeconds + systemSeconds;

/** The comparison of judging manifests, for people. */
export const manifestReportOf = (comparison: Measurement & ManifestComparison): string => {
  const { date, machine, commit, loadAverage, objects, bytes, rules, results } = comparison;
  const [ours] = results;
  if (ours === undefined) return '';
  const rows = results.map((result) => {
    const seconds = middle(result.rounds.map(cpu));
    const cells = [
      `${result.name} ${result.version}`,
      String(result.results),
      String(result.kinds),
      `${seconds.toFixed(2)} s`,
      String(Math.round(objects / seconds)),
      `${Math.round(middle(result.rounds.map(rss)))} MB`,
      result === ours ? '-' : ratio(ours.rounds, result.rounds, cpu).toFixed(2),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const lines = [
    `# Judges of manifests on the same workloads, ${date}`,
    '',
    `Written by \`npm run compare -- --only manifests\` at commit ${commit}. ${machine}; load average ${loadAverage.toFixed(1)}, so only ratios of one round are compared. ${objects} workloads in one file of YAML, ${(bytes / 1e6).toFixed(1)} MB, that eleven projects publish; SARIF out. ${ours.rounds.length} rounds, the two in turn, the whole process each time, after one run of each that is not counted.`,
    '',
    '| judge | results | rules or checks with a result | CPU | workloads per CPU second | max RSS | ours / theirs, CPU |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Ours is started by the launcher and asks ${rules} rules: the pack, level restricted of the Pod Security Standards, and copies of the pack under other names that make up the number. A report of ours is cut at 25,000 results. kube-score asks its checks as they are by default. Left out are the two published workloads whose values have other types than Kubernetes declares: with one of them in the file kube-score gives no result at all, ours judges them as well.`,
  ];
  return `${lines.join('\n')}\n`;
};
