// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { SEVERITIES, type Severity } from '@bartizan/contracts';
import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import type { Format } from '../../output/render.ts';
import type { TextKey, Translate } from '../../text/catalogue.ts';
import type { ListRoute } from '../columns.ts';
import { type ListFlags, listFlags, one, outputFlag, switchFlag } from '../flags.ts';

/** `NOUN list`. */
export const listCommand = (t: Translate, route: ListRoute) =>
  buildCommand<ListFlags, [], CliContext>({
    docs: { brief: t('command.list') },
    parameters: { flags: listFlags(t), aliases: { o: 'output' } },
    async func(flags) {
      const { runList } = await import('../list.ts');
      return runList(this, route, flags);
    },
  });

type ShowRoute =
  | 'workload.show'
  | 'container.show'
  | 'node.show'
  | 'finding.show'
  | 'event.show'
  | 'registry.show';
/** `NOUN show ID`. */
export const showCommand = (t: Translate, route: ShowRoute) =>
  buildCommand<{ output: Format }, [string], CliContext>({
    docs: { brief: t('command.show') },
    parameters: {
      flags: { output: outputFlag(t) },
      aliases: { o: 'output' },
      positional: one(t('arg.id'), 'ID'),
    },
    async func({ output }, id) {
      const { runShow } = await import('../show.ts');
      return runShow(this, route, { id, output });
    },
  });

const eventList = (t: Translate) =>
  buildCommand<ListFlags & { follow: boolean }, [], CliContext>({
    docs: { brief: t('command.list') },
    parameters: {
      flags: { ...listFlags(t), follow: switchFlag(t('flag.follow')) },
      aliases: { o: 'output', f: 'follow' },
    },
    async func(flags) {
      const { runEvents } = await import('../follow.ts');
      return runEvents(this, flags);
    },
  });

const findingList = (t: Translate) =>
  buildCommand<ListFlags & { failOn?: Severity }, [], CliContext>({
    docs: { brief: t('command.list') },
    parameters: {
      flags: {
        ...listFlags(t),
        failOn: { kind: 'enum', values: SEVERITIES, brief: t('flag.fail-on'), optional: true },
      },
      aliases: { o: 'output' },
    },
    async func(flags) {
      const { runFindings } = await import('../list.ts');
      return runFindings(this, flags);
    },
  });

const noun = (t: Translate, brief: TextKey, list: ListRoute, show?: ShowRoute) => {
  const docs = { brief: t(brief) };
  return show === undefined
    ? buildRouteMap({ docs, routes: { list: listCommand(t, list) } })
    : buildRouteMap({ docs, routes: { list: listCommand(t, list), show: showCommand(t, show) } });
};

const whyCommand = (t: Translate) =>
  buildCommand<{ output: Format }, [string], CliContext>({
    docs: { brief: t('command.why') },
    parameters: {
      flags: { output: outputFlag(t) },
      aliases: { o: 'output' },
      positional: one(t('arg.id'), 'ID'),
    },
    async func({ output }, id) {
      const { runWhy } = await import('../show.ts');
      return runWhy(this, { id, output });
    },
  });

/** Commands about what there is and what happened. */
export const inventoryRoutes = (t: Translate) => ({
  workload: noun(t, 'command.workload', 'workload.list', 'workload.show'),
  container: noun(t, 'command.container', 'container.list', 'container.show'),
  event: buildRouteMap({
    docs: { brief: t('command.event') },
    routes: { list: eventList(t), show: showCommand(t, 'event.show') },
  }),
  finding: buildRouteMap({
    docs: { brief: t('command.finding') },
    routes: { list: findingList(t), show: showCommand(t, 'finding.show') },
  }),
  flow: noun(t, 'command.flow', 'flow.list'),
  rule: noun(t, 'command.rule', 'rule.list'),
  check: noun(t, 'command.check', 'check.list'),
  why: whyCommand(t),
  scorecard: buildCommand<{ output: Format }, [], CliContext>({
    docs: { brief: t('command.scorecard') },
    parameters: { flags: { output: outputFlag(t) }, aliases: { o: 'output' } },
    async func(flags) {
      const { runScorecard } = await import('../show.ts');
      return runScorecard(this, flags);
    },
  }),
  node: buildRouteMap({
    docs: { brief: t('command.node') },
    routes: { list: listCommand(t, 'node.list'), show: showCommand(t, 'node.show'), token: nodeToken(t) },
  }),
});

const nodeToken = (t: Translate) =>
  buildCommand<{ minutes?: number; output: Format }, [], CliContext>({
    docs: { brief: t('command.node-token') },
    parameters: {
      flags: {
        minutes: {
          kind: 'parsed',
          parse: Number,
          brief: t('flag.minutes'),
          placeholder: 'N',
          optional: true,
        },
        output: outputFlag(t),
      },
      aliases: { o: 'output' },
    },
    async func(flags) {
      const { runNodeToken } = await import('../manage.ts');
      return runNodeToken(this, flags);
    },
  });
