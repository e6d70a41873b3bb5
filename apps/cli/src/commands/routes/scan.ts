// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { SEVERITIES } from '@bartizan/contracts';
import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import type { Translate } from '../../text/catalogue.ts';
import { type ContainerScanFlags, RUNTIMES } from '../container-flags.ts';
import { anyFlag, manyFlag, numberFlag, one, switchFlag, textFlag } from '../flags.ts';
import { IMAGE_SOURCES, type ImageScanFlags, type RegistryScanFlags } from '../registry-flags.ts';
import { IMAGE_SCANNERS, SCAN_FORMATS, SCANNERS, type ScanFlags, type TreeScanFlags } from '../scan-flags.ts';
import { registryFlags } from './registry-flags.ts';

/** A flag with words divided by commas; may be repeated. */
const wordsFlag = (brief: string) =>
  ({ kind: 'parsed', parse: String, brief, placeholder: 'LICENCE', variadic: ',', optional: true }) as const;

const scanFlags = (t: Translate) =>
  ({
    output: { kind: 'enum', values: SCAN_FORMATS, default: 'table', brief: t('flag.scan-output') },
    pack: textFlag(t('flag.pack'), 'PATH'),
    failOn: { kind: 'enum', values: SEVERITIES, brief: t('flag.fail-on'), optional: true },
    allowIncomplete: switchFlag(t('flag.allow-incomplete')),
    vex: manyFlag(t('flag.vex'), 'FILE'),
    denyLicense: wordsFlag(t('flag.deny-license')),
    allowLicense: wordsFlag(t('flag.allow-license')),
    platform: textFlag(t('flag.platform'), 'OS/ARCH'),
    cache: textFlag(t('flag.cache'), 'DIR'),
    report: anyFlag(t('flag.report'), 'FORM=FILE'),
    exceptions: anyFlag(t('flag.exceptions'), 'FILE'),
    baseline: textFlag(t('flag.baseline'), 'FILE'),
    writeBaseline: textFlag(t('flag.write-baseline'), 'FILE'),
  }) as const;

const treeFlags = (t: Translate) =>
  ({
    ...scanFlags(t),
    scanners: { kind: 'enum', values: SCANNERS, variadic: ',', brief: t('flag.scanners'), default: ['vuln'] },
  }) as const;

const scanHost = (t: Translate) =>
  buildCommand<TreeScanFlags, [], CliContext>({
    docs: { brief: t('command.scan-host') },
    parameters: { flags: treeFlags(t), aliases: { o: 'output' } },
    async func(flags) {
      const { runScan } = await import('../scan.ts');
      return runScan(this, { path: '/', kind: 'host' }, flags);
    },
  });

const scanDir = (t: Translate) =>
  buildCommand<TreeScanFlags, [string], CliContext>({
    docs: { brief: t('command.scan-dir') },
    parameters: { flags: treeFlags(t), aliases: { o: 'output' }, positional: one(t('arg.path'), 'PATH') },
    async func(flags, path) {
      const { runScan } = await import('../scan.ts');
      return runScan(this, { path, kind: 'dir' }, flags);
    },
  });

const imageFlags = (t: Translate) =>
  ({
    ...scanFlags(t),
    scanners: {
      kind: 'enum',
      values: IMAGE_SCANNERS,
      variadic: ',',
      brief: t('flag.image-scanners'),
      optional: true,
    },
    malwareHashes: anyFlag(t('flag.malware-hashes'), 'FILE'),
    base: anyFlag(t('flag.base'), 'IMAGE'),
    newBase: textFlag(t('flag.new-base'), 'IMAGE'),
    policy: textFlag(t('flag.policy'), 'FILE'),
    ...registryFlags(t),
  }) as const;

const scanImage = (t: Translate) =>
  buildCommand<ImageScanFlags, [string], CliContext>({
    docs: { brief: t('command.scan-image') },
    parameters: {
      flags: {
        ...imageFlags(t),
        source: { kind: 'enum', values: IMAGE_SOURCES, brief: t('flag.source'), optional: true },
        socket: textFlag(t('flag.socket'), 'PATH'),
        namespace: textFlag(t('flag.namespace'), 'NAME'),
      },
      aliases: { o: 'output' },
      positional: one(t('arg.image'), 'IMAGE'),
    },
    async func(flags, path) {
      const { runScan } = await import('../scan.ts');
      return runScan(this, { path, kind: 'image' }, flags);
    },
  });

const scanRegistry = (t: Translate) =>
  buildCommand<RegistryScanFlags, string[], CliContext>({
    docs: { brief: t('command.scan-registry') },
    parameters: {
      flags: {
        ...imageFlags(t),
        tag: anyFlag(t('flag.tag'), 'GLOB'),
        excludeTag: anyFlag(t('flag.exclude-tag'), 'GLOB'),
        newest: numberFlag(t('flag.newest'), 'N'),
      },
      aliases: { o: 'output' },
      positional: {
        kind: 'array',
        minimum: 1,
        parameter: { brief: t('arg.repository'), parse: String, placeholder: 'HOST/REPOSITORY' },
      },
    },
    async func(flags, ...names) {
      const { runScan } = await import('../scan.ts');
      return runScan(this, { path: names[0] ?? '', kind: 'registry', names }, flags);
    },
  });

const scanContainer = (t: Translate) =>
  buildCommand<ContainerScanFlags, [string], CliContext>({
    docs: { brief: t('command.scan-container') },
    parameters: {
      flags: {
        ...scanFlags(t),
        runtime: { kind: 'enum', values: RUNTIMES, brief: t('flag.runtime'), optional: true },
        socket: textFlag(t('flag.socket'), 'PATH'),
      },
      aliases: { o: 'output' },
      positional: one(t('arg.container'), 'CONTAINER'),
    },
    async func(flags, path) {
      const { runScan } = await import('../scan.ts');
      return runScan(this, { path, kind: 'container' }, flags);
    },
  });

const scanSbom = (t: Translate) =>
  buildCommand<ScanFlags, [string], CliContext>({
    docs: { brief: t('command.scan-sbom') },
    parameters: { flags: scanFlags(t), aliases: { o: 'output' }, positional: one(t('arg.path'), 'PATH') },
    async func(flags, path) {
      const { runScan } = await import('../scan.ts');
      return runScan(this, { path, kind: 'sbom' }, flags);
    },
  });

/** `scan ...`: without a server. */
export const scanRoutes = (t: Translate) => ({
  scan: buildRouteMap({
    docs: { brief: t('command.scan') },
    routes: {
      host: scanHost(t),
      dir: scanDir(t),
      image: scanImage(t),
      registry: scanRegistry(t),
      container: scanContainer(t),
      sbom: scanSbom(t),
    },
  }),
});
