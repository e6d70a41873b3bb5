// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildCommand, buildRouteMap } from '@stricli/core';
import type { PathsFlags, ReachFlags, UnusedFlags, WhoCanFlags } from '../../access/flags.ts';
import { PROTOCOLS } from '../../access/flags.ts';
import type { PostureFlags, PostureRoute } from '../../access/posture.ts';
import type { CliContext } from '../../context.ts';
import type { Translate } from '../../text/catalogue.ts';
import {
  anyFlag,
  type ListFlags,
  listFlags,
  manifestListFlags,
  maybeOne,
  numberFlag,
  one,
  outputFlag,
  textFlag,
} from '../flags.ts';
import { accessRequestCommands } from './access-requests.ts';
import { listCommand } from './inventory.ts';

const two = (first: [string, string], second: [string, string]) =>
  ({
    kind: 'tuple',
    parameters: [
      { brief: first[0], parse: String, placeholder: first[1] },
      { brief: second[0], parse: String, placeholder: second[1] },
    ],
  }) as const;

const sourceFlags = (t: Translate) =>
  ({ output: outputFlag(t), from: anyFlag(t('flag.access-source'), 'PATH') }) as const;

const whoCan = (t: Translate) =>
  buildCommand<WhoCanFlags, [string, string], CliContext>({
    docs: { brief: t('command.access-who-can') },
    parameters: {
      flags: {
        ...sourceFlags(t),
        namespace: textFlag(t('flag.access-namespace'), 'NAME'),
        name: textFlag(t('flag.access-name'), 'NAME'),
      },
      aliases: { o: 'output', n: 'namespace' },
      positional: two([t('arg.access-verb'), 'VERB'], [t('arg.access-resource'), 'RESOURCE']),
    },
    async func(flags, verb, resource) {
      const { runWhoCan } = await import('../../access/questions.ts');
      return runWhoCan(this, { verb, resource }, flags);
    },
  });

const personFlags = (t: Translate) => ({
  ...sourceFlags(t),
  groups: textFlag(t('flag.access-groups'), 'GROUPS'),
});

const whatCan = (t: Translate) =>
  buildCommand<PathsFlags, [string], CliContext>({
    docs: { brief: t('command.access-what-can') },
    parameters: {
      flags: personFlags(t),
      aliases: { o: 'output' },
      positional: one(t('arg.access-subject'), 'SUBJECT'),
    },
    async func(flags, who) {
      const { runWhatCan } = await import('../../access/questions.ts');
      return runWhatCan(this, who, flags);
    },
  });

const paths = (t: Translate) =>
  buildCommand<PathsFlags, [string], CliContext>({
    docs: { brief: t('command.access-paths') },
    parameters: {
      flags: personFlags(t),
      aliases: { o: 'output' },
      positional: one(t('arg.access-subject'), 'SUBJECT'),
    },
    async func(flags, who) {
      const { runPaths } = await import('../../access/questions.ts');
      return runPaths(this, who, flags);
    },
  });

const unused = (t: Translate) =>
  buildCommand<UnusedFlags, [string?], CliContext>({
    docs: { brief: t('command.access-unused') },
    parameters: {
      flags: {
        ...manifestListFlags(t, t('flag.access-unused-output')),
        groups: textFlag(t('flag.access-groups'), 'GROUPS'),
        minimumHours: numberFlag(t('flag.access-minimum-hours'), 'HOURS'),
      },
      aliases: { o: 'output' },
      positional: maybeOne(t('arg.access-maybe-subject'), 'SUBJECT'),
    },
    async func(flags, who) {
      const { runUnused } = await import('../../access/unused.ts');
      return runUnused(this, who, flags);
    },
  });

const reach = (t: Translate) =>
  buildCommand<ReachFlags, [string, string], CliContext>({
    docs: { brief: t('command.access-reach') },
    parameters: {
      flags: {
        ...sourceFlags(t),
        port: { ...numberFlag(t('flag.access-port'), 'PORT'), optional: false },
        protocol: { kind: 'enum', values: PROTOCOLS, default: 'TCP', brief: t('flag.access-protocol') },
      },
      aliases: { o: 'output', p: 'port' },
      positional: two([t('arg.access-from'), 'FROM'], [t('arg.access-to'), 'TO']),
    },
    async func(flags, from, to) {
      const { runReach } = await import('../../access/reach.ts');
      return runReach(this, { from, to }, flags);
    },
  });

const posture = (t: Translate, route: PostureRoute, brief: string) =>
  buildCommand<PostureFlags, [], CliContext>({
    docs: { brief },
    parameters: {
      flags: {
        ...listFlags(t),
        from: anyFlag(t('flag.access-source'), 'PATH'),
        server: textFlag(t('flag.access-server'), 'VERSION'),
      },
      aliases: { o: 'output' },
    },
    async func(flags) {
      const { runPosture } = await import('../../access/posture.ts');
      return runPosture(this, route, flags);
    },
  });

const probes = (t: Translate) =>
  buildCommand<ListFlags & { readonly run: boolean }, [], CliContext>({
    docs: { brief: t('command.access-probes') },
    parameters: {
      flags: {
        ...listFlags(t),
        run: { kind: 'boolean', default: false, withNegated: false, brief: t('flag.access-run') },
      },
      aliases: { o: 'output' },
    },
    async func(flags) {
      const { runProbes } = await import('../../access/posture.ts');
      return runProbes(this, flags);
    },
  });

/** `access`: who may do what, and which pod may reach which. */
export const accessCommands = (t: Translate) => ({
  access: buildRouteMap({
    routes: {
      'who-can': whoCan(t),
      'what-can': whatCan(t),
      risks: listCommand(t, 'access.risks'),
      paths: paths(t),
      unused: unused(t),
      reach: reach(t),
      exposure: posture(t, 'access.exposure', t('command.access-exposure')),
      secrets: posture(t, 'access.secrets', t('command.access-secrets')),
      components: posture(t, 'access.components', t('command.access-components')),
      'api-uses': posture(t, 'access.api-uses', t('command.access-api-uses')),
      probes: probes(t),
      ...accessRequestCommands(t),
    },
    docs: { brief: t('command.access') },
  }),
});
