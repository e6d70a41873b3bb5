// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { SEVERITIES } from '@bartizan/contracts';
import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import type { Format } from '../../output/render.ts';
import type { Translate } from '../../text/catalogue.ts';
import { maybeOne, one, outputFlag, switchFlag, textFlag } from '../flags.ts';
import {
  IMAGE_SCANNERS,
  type ImageScanFlags,
  SCAN_FORMATS,
  SCANNERS,
  type ScanFlags,
  type TreeScanFlags,
} from '../scan-flags.ts';
import { dbRoutes } from './database.ts';
import { listCommand } from './inventory.ts';
import { signatureRoutes } from './signatures.ts';

/** A flag with words divided by commas; may be repeated. */
const wordsFlag = (brief: string) =>
  ({ kind: 'parsed', parse: String, brief, placeholder: 'LICENCE', variadic: ',', optional: true }) as const;

const scanFlags = (t: Translate) =>
  ({
    output: { kind: 'enum', values: SCAN_FORMATS, default: 'table', brief: t('flag.scan-output') },
    pack: textFlag(t('flag.pack'), 'PATH'),
    failOn: { kind: 'enum', values: SEVERITIES, brief: t('flag.fail-on'), optional: true },
    allowIncomplete: switchFlag(t('flag.allow-incomplete')),
    vex: {
      kind: 'parsed',
      parse: String,
      brief: t('flag.vex'),
      placeholder: 'FILE',
      variadic: true,
      default: [],
    },
    denyLicense: wordsFlag(t('flag.deny-license')),
    allowLicense: wordsFlag(t('flag.allow-license')),
    platform: textFlag(t('flag.platform'), 'OS/ARCH'),
    cache: textFlag(t('flag.cache'), 'DIR'),
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
      default: ['vuln'],
    },
    malwareHashes: {
      kind: 'parsed',
      parse: String,
      brief: t('flag.malware-hashes'),
      placeholder: 'FILE',
      variadic: true,
      default: [],
    },
    base: {
      kind: 'parsed',
      parse: String,
      brief: t('flag.base'),
      placeholder: 'IMAGE',
      variadic: true,
      default: [],
    },
    newBase: textFlag(t('flag.new-base'), 'IMAGE'),
  }) as const;

const scanImage = (t: Translate) =>
  buildCommand<ImageScanFlags, [string], CliContext>({
    docs: { brief: t('command.scan-image') },
    parameters: { flags: imageFlags(t), aliases: { o: 'output' }, positional: one(t('arg.path'), 'PATH') },
    async func(flags, path) {
      const { runScan } = await import('../scan.ts');
      return runScan(this, { path, kind: 'image' }, flags);
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

const backupCommand = (t: Translate, which: 'backup' | 'restore') =>
  buildCommand<{ passphraseFile?: string }, [string], CliContext>({
    docs: { brief: t(which === 'backup' ? 'command.backup' : 'command.restore') },
    parameters: {
      flags: { passphraseFile: textFlag(t('flag.passphrase-file'), 'FILE') },
      positional: one(t('arg.path'), 'FILE'),
    },
    async func(flags, path) {
      if (which === 'backup') {
        const { runBackup } = await import('../manage.ts');
        return runBackup(this, { ...flags, path });
      }
      const { runRestore } = await import('../maintenance.ts');
      return runRestore(this, { ...flags, path });
    },
  });

const auditRoutes = (t: Translate) =>
  buildRouteMap({
    docs: { brief: t('command.audit') },
    routes: {
      list: listCommand(t, 'audit.list'),
      verify: buildCommand<{ output: Format }, [], CliContext>({
        docs: { brief: t('command.audit-verify') },
        parameters: { flags: { output: outputFlag(t) }, aliases: { o: 'output' } },
        async func(flags) {
          const { runAuditVerify } = await import('../manage.ts');
          return runAuditVerify(this, flags);
        },
      }),
    },
  });

const resetPassword = (t: Translate) =>
  buildCommand<Record<never, never>, [string | undefined], CliContext>({
    docs: { brief: t('command.reset-password') },
    parameters: { positional: maybeOne(t('arg.user'), 'NAME') },
    async func(_flags, name) {
      const { runResetPassword } = await import('../manage.ts');
      return runResetPassword(this, name === undefined ? {} : { name });
    },
  });

const keyRoutes = (t: Translate) =>
  buildRouteMap({
    docs: { brief: t('command.key') },
    routes: {
      list: listCommand(t, 'api-key.list'),
      rotate: buildCommand<Record<never, never>, [], CliContext>({
        docs: { brief: t('command.key-rotate') },
        parameters: {},
        async func() {
          const { runKeyRotate } = await import('../maintenance.ts');
          return runKeyRotate(this);
        },
      }),
    },
  });

/** Commands that manage: scans, advisories, users, keys, audit, backup. */
export const manageRoutes = (t: Translate) => ({
  scan: buildRouteMap({
    docs: { brief: t('command.scan') },
    routes: {
      host: scanHost(t),
      dir: scanDir(t),
      image: scanImage(t),
      sbom: scanSbom(t),
    },
  }),
  ...signatureRoutes(t),
  db: dbRoutes(t),
  user: buildRouteMap({ docs: { brief: t('command.user') }, routes: { list: listCommand(t, 'user.list') } }),
  key: keyRoutes(t),
  audit: auditRoutes(t),
  backup: backupCommand(t, 'backup'),
  restore: backupCommand(t, 'restore'),
  admin: buildRouteMap({ docs: { brief: t('command.admin') }, routes: { resetPassword: resetPassword(t) } }),
});
