// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildCommand } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import type { Format } from '../../output/render.ts';
import type { Translate } from '../../text/catalogue.ts';
import { numberFlag, one, outputFlag, switchFlag, textFlag } from '../flags.ts';

interface UpFlags {
  readonly port?: number;
  readonly listen?: string;
  readonly advisories?: string;
  readonly name?: readonly string[];
  readonly runcRoot?: readonly string[];
  readonly noAgent: boolean;
  readonly containerSearch?: boolean;
  readonly service?: boolean;
  readonly waitSensor: boolean;
  readonly wait?: number;
  readonly yes: boolean;
}

const DEFAULT_WAIT_S = 60;

const upCommand = (t: Translate) =>
  buildCommand<UpFlags, [], CliContext>({
    docs: { brief: t('command.up') },
    parameters: {
      flags: {
        port: numberFlag(t('flag.port'), 'PORT'),
        listen: textFlag(t('flag.listen'), 'ADDRESS'),
        advisories: textFlag(t('flag.advisories'), 'PATH'),
        name: {
          kind: 'parsed',
          parse: String,
          brief: t('flag.name'),
          placeholder: 'NAME',
          optional: true,
          variadic: true,
        },
        runcRoot: {
          kind: 'parsed',
          parse: String,
          brief: t('flag.runc-root'),
          placeholder: 'DIR',
          optional: true,
          variadic: true,
        },
        noAgent: switchFlag(t('flag.no-agent')),
        containerSearch: { kind: 'boolean', brief: t('flag.container-search'), optional: true },
        service: { kind: 'boolean', brief: t('flag.service'), optional: true },
        waitSensor: switchFlag(t('flag.wait-sensor')),
        wait: numberFlag(t('flag.wait'), 'SECONDS'),
        yes: switchFlag(t('flag.yes')),
      },
    },
    async func(flags) {
      const { runUp } = await import('../instance.ts');
      return runUp(this, {
        ...(flags.port === undefined ? {} : { port: flags.port }),
        ...(flags.listen === undefined ? {} : { listen: flags.listen }),
        ...(flags.advisories === undefined ? {} : { advisories: flags.advisories }),
        ...(flags.name === undefined ? {} : { publicNames: [...flags.name] }),
        ...(flags.runcRoot === undefined ? {} : { runcRoots: [...flags.runcRoot] }),
        noAgent: flags.noAgent,
        ...(flags.containerSearch === undefined ? {} : { containerSearch: flags.containerSearch }),
        ...(flags.service === undefined ? {} : { service: flags.service }),
        waitSensor: flags.waitSensor,
        waitS: flags.wait ?? DEFAULT_WAIT_S,
      });
    },
  });

/** Commands about the instance on this machine. */
export const instanceRoutes = (t: Translate) => ({
  up: upCommand(t),
  down: buildCommand<Record<never, never>, [], CliContext>({
    docs: { brief: t('command.down') },
    parameters: {},
    async func() {
      const { runDown } = await import('../instance.ts');
      return runDown(this);
    },
  }),
  status: buildCommand<{ output: Format }, [], CliContext>({
    docs: { brief: t('command.status') },
    parameters: { flags: { output: outputFlag(t) }, aliases: { o: 'output' } },
    async func(flags) {
      const { runStatus } = await import('../instance.ts');
      return runStatus(this, flags);
    },
  }),
  doctor: buildCommand<{ folder?: string }, [], CliContext>({
    docs: { brief: t('command.doctor') },
    parameters: { flags: { folder: textFlag(t('flag.folder'), 'DIR') } },
    async func(flags) {
      const { runDoctor } = await import('../instance.ts');
      return runDoctor(this, flags);
    },
  }),
  uninstall: buildCommand<{ purge: boolean; yes: boolean }, [], CliContext>({
    docs: { brief: t('command.uninstall') },
    parameters: { flags: { purge: switchFlag(t('flag.purge')), yes: switchFlag(t('flag.yes')) } },
    async func(flags) {
      const { runUninstall } = await import('../instance.ts');
      return runUninstall(this, flags);
    },
  }),
  completion: buildCommand<Record<never, never>, [string], CliContext>({
    docs: { brief: t('command.completion') },
    parameters: { positional: one('bash, zsh', 'SHELL') },
    async func(_flags, shell) {
      const { runCompletion } = await import('../completion.ts');
      return runCompletion(this, shell);
    },
  }),
  help: buildCommand<Record<never, never>, [string], CliContext>({
    docs: { brief: t('command.help') },
    parameters: { positional: one(t('arg.topic'), 'TOPIC') },
    async func(_flags, topic) {
      const { runHelp } = await import('../completion.ts');
      return runHelp(this, topic);
    },
  }),
});
