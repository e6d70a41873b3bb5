// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { STATEMENT_ORIGINS } from '@bartizan/contracts';
import { buildCommand, buildRouteMap, numberParser } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import type { Format } from '../../output/render.ts';
import type { TextKey, Translate } from '../../text/catalogue.ts';
import { type ListFlags, listFlags, numberFlag, one, outputFlag, textFlag } from '../flags.ts';
import type { ExceptionFlags } from '../supply-chain.ts';
import type { VexImportFlags } from '../vex-documents.ts';
import { listCommand } from './inventory.ts';

const SBOM_FORMATS = ['cyclonedx', 'cyclonedx-1.6', 'spdx', 'spdx-3.0'] as const;

const imageShow = (t: Translate) =>
  buildCommand<{ output: Format }, [string], CliContext>({
    docs: { brief: t('command.show') },
    parameters: {
      flags: { output: outputFlag(t) },
      aliases: { o: 'output' },
      positional: one(t('arg.image'), 'IMAGE'),
    },
    async func({ output }, name) {
      const { runImageShow } = await import('../supply-chain.ts');
      return runImageShow(this, { name, output });
    },
  });

const imagePackages = (t: Translate) =>
  buildCommand<ListFlags, [string], CliContext>({
    docs: { brief: t('command.image-packages') },
    parameters: {
      flags: listFlags(t),
      aliases: { o: 'output' },
      positional: one(t('arg.image'), 'IMAGE'),
    },
    async func(flags, name) {
      const { runImagePackages } = await import('../supply-chain.ts');
      return runImagePackages(this, name, flags);
    },
  });

const imageSbom = (t: Translate) =>
  buildCommand<{ output: (typeof SBOM_FORMATS)[number] }, [string], CliContext>({
    docs: { brief: t('command.image-sbom') },
    parameters: {
      flags: {
        output: { kind: 'enum', values: SBOM_FORMATS, default: 'cyclonedx', brief: t('flag.sbom-format') },
      },
      aliases: { o: 'output' },
      positional: one(t('arg.image'), 'IMAGE'),
    },
    async func({ output }, name) {
      const { runImageSbom } = await import('../supply-chain.ts');
      return runImageSbom(this, { name, format: output });
    },
  });

const imageBase = (t: Translate) =>
  buildCommand<{ output: Format }, [string], CliContext>({
    docs: { brief: t('command.image-base') },
    parameters: {
      flags: { output: outputFlag(t) },
      aliases: { o: 'output' },
      positional: one(t('arg.image'), 'IMAGE'),
    },
    async func({ output }, name) {
      const { runImageBase } = await import('../supply-chain.ts');
      return runImageBase(this, { name, output });
    },
  });

const imageLicences = (t: Translate) =>
  buildCommand<{ output: Format }, [string], CliContext>({
    docs: { brief: t('command.image-licences') },
    parameters: {
      flags: { output: outputFlag(t) },
      aliases: { o: 'output' },
      positional: one(t('arg.image'), 'IMAGE'),
    },
    async func({ output }, name) {
      const { runImageLicences } = await import('../supply-chain.ts');
      return runImageLicences(this, { name, output });
    },
  });

const imageScan = (t: Translate) =>
  buildCommand<Record<never, never>, [string], CliContext>({
    docs: { brief: t('command.image-scan') },
    parameters: { positional: one(t('arg.image'), 'IMAGE') },
    async func(_flags, name) {
      const { runImageScan } = await import('../supply-chain.ts');
      return runImageScan(this, name);
    },
  });

const packageWhere = (t: Translate) =>
  buildCommand<Pick<ListFlags, 'output' | 'limit'>, [string], CliContext>({
    docs: { brief: t('command.package-where') },
    parameters: {
      flags: { output: outputFlag(t), limit: numberFlag(t('flag.limit'), 'N') },
      aliases: { o: 'output' },
      positional: one(t('arg.package'), 'PACKAGE'),
    },
    async func(flags, name) {
      const { runPackageWhere } = await import('../supply-chain.ts');
      return runPackageWhere(this, name, flags);
    },
  });

const neededText = (t: Translate, brief: TextKey, placeholder: string) =>
  ({ kind: 'parsed', parse: String, brief: t(brief), placeholder }) as const;

const exceptionAdd = (t: Translate) =>
  buildCommand<ExceptionFlags, [], CliContext>({
    docs: { brief: t('command.exception-add') },
    parameters: {
      flags: {
        vulnerability: textFlag(t('flag.exception-vulnerability'), 'ID'),
        package: textFlag(t('flag.exception-package'), 'PATTERN'),
        check: textFlag(t('flag.exception-check'), 'ID'),
        path: textFlag(t('flag.exception-path'), 'PATTERN'),
        image: textFlag(t('flag.exception-image'), 'PATTERN'),
        workload: textFlag(t('flag.exception-workload'), 'PATTERN'),
        owner: neededText(t, 'flag.exception-owner', 'NAME'),
        reason: neededText(t, 'flag.exception-reason', 'TEXT'),
        days: { kind: 'parsed', parse: numberParser, brief: t('flag.exception-days'), placeholder: 'N' },
        output: outputFlag(t),
      },
      aliases: { o: 'output' },
    },
    async func(flags) {
      const { runExceptionAdd } = await import('../supply-chain.ts');
      return runExceptionAdd(this, flags);
    },
  });

const exceptionRemove = (t: Translate) =>
  buildCommand<Record<never, never>, [string], CliContext>({
    docs: { brief: t('command.exception-remove') },
    parameters: { positional: one(t('arg.exception'), 'ID') },
    async func(_flags, id) {
      const { runExceptionRemove } = await import('../supply-chain.ts');
      return runExceptionRemove(this, id);
    },
  });

const vexImport = (t: Translate) =>
  buildCommand<VexImportFlags, [string], CliContext>({
    docs: { brief: t('command.vex-import') },
    parameters: {
      flags: {
        name: textFlag(t('flag.vex-name'), 'NAME'),
        origin: { kind: 'enum', values: STATEMENT_ORIGINS, default: 'user', brief: t('flag.vex-origin') },
        output: outputFlag(t),
      },
      aliases: { o: 'output' },
      positional: one(t('arg.vex'), 'FILE'),
    },
    async func(flags, file) {
      const { runVexImport } = await import('../vex-documents.ts');
      return runVexImport(this, file, flags);
    },
  });

const vexRemove = (t: Translate) =>
  buildCommand<Record<never, never>, [string], CliContext>({
    docs: { brief: t('command.vex-remove') },
    parameters: { positional: one(t('arg.vex-id'), 'ID') },
    async func(_flags, id) {
      const { runVexRemove } = await import('../vex-documents.ts');
      return runVexRemove(this, id);
    },
  });

/** Commands about images, what is in them, and accepted risks. */
export const supplyChainRoutes = (t: Translate) => ({
  image: buildRouteMap({
    docs: { brief: t('command.image') },
    routes: {
      list: listCommand(t, 'image.list'),
      show: imageShow(t),
      packages: imagePackages(t),
      sbom: imageSbom(t),
      base: imageBase(t),
      licences: imageLicences(t),
      scan: imageScan(t),
    },
  }),
  package: buildRouteMap({
    docs: { brief: t('command.package') },
    routes: { list: listCommand(t, 'package.list'), where: packageWhere(t) },
  }),
  exception: buildRouteMap({
    docs: { brief: t('command.exception') },
    routes: {
      list: listCommand(t, 'exception.list'),
      add: exceptionAdd(t),
      remove: exceptionRemove(t),
    },
  }),
  vex: buildRouteMap({
    docs: { brief: t('command.vex') },
    routes: { import: vexImport(t), list: listCommand(t, 'vex.list'), remove: vexRemove(t) },
  }),
});
