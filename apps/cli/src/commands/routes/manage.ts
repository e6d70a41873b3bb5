// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import type { Format } from '../../output/render.ts';
import type { Translate } from '../../text/catalogue.ts';
import { maybeOne, one, outputFlag, textFlag } from '../flags.ts';
import { dbRoutes } from './database.ts';
import { listCommand } from './inventory.ts';
import { signatureRoutes } from './signatures.ts';

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

/** Commands that manage: signatures, advisories, users, keys, audit, backup. */
export const manageRoutes = (t: Translate) => ({
  ...signatureRoutes(t),
  db: dbRoutes(t),
  user: buildRouteMap({ docs: { brief: t('command.user') }, routes: { list: listCommand(t, 'user.list') } }),
  key: keyRoutes(t),
  audit: auditRoutes(t),
  backup: backupCommand(t, 'backup'),
  restore: backupCommand(t, 'restore'),
  admin: buildRouteMap({ docs: { brief: t('command.admin') }, routes: { resetPassword: resetPassword(t) } }),
});
