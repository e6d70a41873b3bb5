// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import type { NativeFlags } from '../../policy/flags.ts';
import type { Translate } from '../../text/catalogue.ts';
import { outputFlag } from '../flags.ts';

const command = (t: Translate, change: 'on' | 'off' | undefined) =>
  buildCommand<NativeFlags, string[], CliContext>({
    docs: { brief: t(`command.policy-native-${change ?? 'status'}`) },
    parameters: {
      flags: { output: outputFlag(t) },
      aliases: { o: 'output' },
      positional: {
        kind: 'array',
        minimum: change === 'on' ? 1 : 0,
        ...(change === undefined ? { maximum: 0 } : {}),
        parameter: { brief: t('arg.rule-globs'), parse: String, placeholder: 'GLOB' },
      },
    },
    async func(flags, ...globs) {
      const { runNative } = await import('../../policy/native.ts');
      return runNative(this, flags, change, globs);
    },
  });

/** `policy native`: rules that the API server holds by itself. */
export const policyNativeRoutes = (t: Translate) =>
  buildRouteMap({
    routes: { status: command(t, undefined), on: command(t, 'on'), off: command(t, 'off') },
    docs: { brief: t('command.policy-native') },
  });
