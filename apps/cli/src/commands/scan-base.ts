// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Package, type Result } from '@bartizan/contracts';
import {
  type BaseImage,
  compareFindings,
  DEFAULT_LIMITS,
  findBase,
  type KnownImage,
  type Match,
  type OpenedImage,
  type Origin,
  openImage,
  openImageSource,
  originOf,
  rebase,
} from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import type { CliContext } from '../context.ts';
import { plain } from '../output/width.ts';
import type { LookFlags } from './scan-flags.ts';
import { catalogueImage, type Scanned } from './scan-target.ts';

/** What an image is built on, and what another base would be. */
export interface BaseFound {
  readonly base: BaseImage | undefined;
  readonly originOfLayer: (layer: string | undefined) => Origin;
  readonly newBase?: Scanned;
}

/** How findings spread over base and own layers, and what another base would change. */
export interface BaseReport {
  readonly base: BaseImage | undefined;
  readonly findings: Readonly<Record<Origin, number>>;
  readonly newBase?: {
    readonly name: string;
    readonly digest?: string;
    readonly removes: readonly string[];
    readonly adds: readonly string[];
    readonly keeps: number;
    readonly isComplete: boolean;
  };
}

const MAX_IDS = 10_000;

/** The layers of an image as its configuration states them; no layer is read. */
const knownImage = async (
  path: string,
  platform: string | undefined,
): Promise<Result<KnownImage, ApiFailure>> => {
  const source = await openImageSource(path);
  if (!source.ok) return err(failure(source.error.code, source.error.detail));
  try {
    const choices = await source.value.images();
    if (!choices.ok) return err(failure(choices.error.code, choices.error.detail));
    const choice =
      choices.value.find((one) => platform !== undefined && one.platform.startsWith(platform)) ??
      choices.value[0];
    if (choice === undefined) return err(failure('E_SCAN_TARGET', path));
    const plan = await source.value.plan(choice);
    if (!plan.ok) return err(failure(plan.error.code, plan.error.detail));
    return ok({
      name: choice.references[0] ?? path,
      digest: plan.value.digest,
      layers: plan.value.layers.map(({ diffId }) => diffId),
    });
  } finally {
    source.value.close();
  }
};

const scanNewBase = async (flags: LookFlags): Promise<Result<Scanned | undefined, ApiFailure>> => {
  if (flags.newBase === undefined) return ok(undefined);
  const image = await openImage(flags.newBase, DEFAULT_LIMITS, {
    ...(flags.platform === undefined ? {} : { platform: flags.platform }),
  });
  return image.ok
    ? ok(catalogueImage(image.value, flags.newBase))
    : err(failure(image.error.code, image.error.detail));
};

/** Finds the base of an image among those named by --base, and catalogues --new-base. */
export async function findBaseImage(
  image: Pick<OpenedImage, 'layers' | 'config'>,
  flags: LookFlags,
): Promise<Result<BaseFound | undefined, ApiFailure>> {
  const known: KnownImage[] = [];
  const paths = flags.base ?? [];
  for (const path of paths) {
    const one = await knownImage(path, flags.platform);
    if (!one.ok) return one;
    known.push(one.value);
  }
  const base = findBase({ layers: image.layers, labels: image.config.labels }, known);
  if (base === undefined && paths.length === 0 && flags.newBase === undefined) return ok(undefined);
  const newBase = await scanNewBase(flags);
  if (!newBase.ok) return newBase;
  return ok({
    base,
    originOfLayer: originOf(base, image.layers),
    ...(newBase.value === undefined ? {} : { newBase: newBase.value }),
  });
}

/** Splits findings by base and own layers, and matches what the image would hold on the new base. */
export function judgeBase(
  found: BaseFound,
  scanned: Scanned,
  more: {
    readonly findings: readonly Match<Package>[];
    readonly match: (packages: readonly Package[]) => readonly Match<Package>[];
  },
): BaseReport {
  const counts: Record<Origin, number> = { base: 0, own: 0, unknown: 0 };
  for (const { package: one } of more.findings) counts[found.originOfLayer(one.layer)] += 1;
  const { newBase, base } = found;
  // Without the layers of the present base nobody can say which packages the new one would replace.
  if (newBase === undefined || base?.layers === undefined) return { base, findings: counts };
  const after = more.match(rebase(scanned.packages, found.originOfLayer, newBase.packages));
  const { removed, added, kept } = compareFindings(more.findings, after);
  const ids = (matches: readonly Match<Package>[]): string[] =>
    matches.slice(0, MAX_IDS).map(({ vulnerability, package: one }) => `${vulnerability.id} ${one.name}`);
  return {
    base,
    findings: counts,
    newBase: {
      name: newBase.subject.name,
      ...(newBase.subject.digest === undefined ? {} : { digest: newBase.subject.digest }),
      removes: ids(removed),
      adds: ids(added),
      keeps: kept,
      isComplete: newBase.incomplete.length === 0,
    },
  };
}

/** Says on stderr what the base is and what a newer one would change. */
export function showBase({ t, process }: CliContext, report: BaseReport, isNewAsked: boolean): void {
  const write = (text: string): unknown => process.stderr.write(`${plain(text)}\n`);
  const { base, findings, newBase } = report;
  const name = base?.name ?? base?.digest ?? '';
  if (base === undefined) write(t('scan.base-unknown'));
  else if (base.layers === undefined) write(t('scan.base-named', { name }));
  else
    write(
      t('scan.base', {
        name,
        layers: base.layers,
        base: findings.base,
        own: findings.own,
        unknown: findings.unknown,
      }),
    );
  if (newBase !== undefined)
    write(
      t('scan.new-base', {
        name: newBase.name,
        removes: newBase.removes.length,
        adds: newBase.adds.length,
        keeps: newBase.keeps,
      }),
    );
  else if (isNewAsked) write(t('scan.new-base-unknown'));
}
