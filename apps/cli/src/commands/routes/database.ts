// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import type { Format } from '../../output/render.ts';
import type { Translate } from '../../text/catalogue.ts';
import type { ExportFlags, ImportFlags } from '../database.ts';
import type { UpdateFlags } from '../db-update.ts';
import { maybeOne, one, outputFlag, switchFlag, textFlag } from '../flags.ts';

interface OutputFlags {
  readonly output: Format;
}

const dbStatus = (t: Translate) =>
  buildCommand<OutputFlags, [string | undefined], CliContext>({
    docs: { brief: t('command.db-status') },
    parameters: {
      flags: { output: outputFlag(t) },
      aliases: { o: 'output' },
      positional: maybeOne(t('arg.pack'), 'FILE'),
    },
    async func(flags, path) {
      const { runDbStatus } = await import('../database.ts');
      return runDbStatus(this, path === undefined ? flags : { ...flags, path });
    },
  });

const dbImport = (t: Translate) =>
  buildCommand<ImportFlags, [string], CliContext>({
    docs: { brief: t('command.db-import') },
    parameters: {
      flags: {
        output: outputFlag(t),
        force: switchFlag(t('flag.force')),
        allowUnsigned: switchFlag(t('flag.allow-unsigned')),
        trust: textFlag(t('flag.trust'), 'ID'),
        trustRoot: textFlag(t('flag.trust-root'), 'FILE'),
        to: textFlag(t('flag.to'), 'FILE'),
      },
      aliases: { o: 'output' },
      positional: one(t('arg.path'), 'PATH'),
    },
    async func(flags, path) {
      const { runDbImport } = await import('../database.ts');
      return runDbImport(this, path, flags);
    },
  });

const dbExport = (t: Translate) =>
  buildCommand<ExportFlags, [string], CliContext>({
    docs: { brief: t('command.db-export') },
    parameters: {
      flags: {
        output: outputFlag(t),
        pack: textFlag(t('flag.export-pack'), 'FILE'),
        key: textFlag(t('flag.key'), 'FILE'),
        since: textFlag(t('flag.since-pack'), 'FILE'),
      },
      aliases: { o: 'output' },
      positional: one(t('arg.path'), 'FILE'),
    },
    async func(flags, path) {
      const { runDbExport } = await import('../database.ts');
      return runDbExport(this, path, flags);
    },
  });

const dbKey = (t: Translate) =>
  buildCommand<OutputFlags, [string], CliContext>({
    docs: { brief: t('command.db-key') },
    parameters: {
      flags: { output: outputFlag(t) },
      aliases: { o: 'output' },
      positional: one(t('arg.path'), 'FILE'),
    },
    async func(flags, path) {
      const { runDbKey } = await import('../database.ts');
      return runDbKey(this, path, flags);
    },
  });

const dbDiff = (t: Translate) =>
  buildCommand<OutputFlags, [string, string], CliContext>({
    docs: { brief: t('command.db-diff') },
    parameters: {
      flags: { output: outputFlag(t) },
      aliases: { o: 'output' },
      positional: {
        kind: 'tuple',
        parameters: [
          { brief: t('arg.pack-before'), parse: String, placeholder: 'BEFORE' },
          { brief: t('arg.pack-after'), parse: String, placeholder: 'AFTER' },
        ],
      },
    },
    async func(flags, before, after) {
      const { runDbDiff } = await import('../database.ts');
      return runDbDiff(this, { before, after }, flags);
    },
  });

const dbUpdate = (t: Translate) =>
  buildCommand<UpdateFlags, [], CliContext>({
    docs: { brief: t('command.db-update') },
    parameters: {
      flags: {
        output: outputFlag(t),
        force: switchFlag(t('flag.force')),
        feed: {
          kind: 'parsed',
          parse: String,
          brief: t('flag.feed'),
          placeholder: 'FEED',
          variadic: true,
          default: [],
        },
        mirror: {
          kind: 'parsed',
          parse: String,
          brief: t('flag.mirror'),
          placeholder: 'NAME=URL',
          variadic: true,
          default: [],
        },
      },
      aliases: { o: 'output' },
    },
    async func(flags) {
      const { runDbUpdate } = await import('../db-update.ts');
      return runDbUpdate(this, flags);
    },
  });

/** Commands of the advisory database. */
export const dbRoutes = (t: Translate) =>
  buildRouteMap({
    docs: { brief: t('command.db') },
    routes: {
      update: dbUpdate(t),
      status: dbStatus(t),
      import: dbImport(t),
      export: dbExport(t),
      diff: dbDiff(t),
      key: dbKey(t),
    },
  });
