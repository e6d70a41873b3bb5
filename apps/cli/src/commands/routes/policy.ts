// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ADMISSION_MODES, SEVERITIES } from '@bartizan/contracts/admission';
import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import {
  APPLY_FORMATS,
  type ApplyFlags,
  EMIT_FORMATS,
  type EmitFlags,
  EXPLAIN_FORMATS,
  type ExplainFlags,
  TEST_FORMATS,
  type TestFlags,
} from '../../policy/flags.ts';
import type { Translate } from '../../text/catalogue.ts';
import { anyFlag, one, switchFlag, textFlag } from '../flags.ts';
import { policyExchangeRoutes } from './policy-exchange.ts';
import { policyNativeRoutes } from './policy-native.ts';
import { policyCoverageCommand, policyReportsRoutes } from './policy-reports.ts';

/** One path or more. */
const paths = (brief: string) =>
  ({ kind: 'array', minimum: 1, parameter: { brief, parse: String, placeholder: 'PATH' } }) as const;

const applyCommand = (t: Translate) =>
  buildCommand<ApplyFlags, string[], CliContext>({
    docs: { brief: t('command.policy-apply') },
    parameters: {
      flags: {
        output: { kind: 'enum', values: APPLY_FORMATS, default: 'table', brief: t('flag.policy-output') },
        policies: anyFlag(t('flag.policies'), 'PATH'),
        ownOnly: switchFlag(t('flag.own-only')),
        pss: textFlag(t('flag.pss'), 'LEVEL[:VERSION]'),
        secrets: switchFlag(t('flag.manifest-secrets')),
        failOn: { kind: 'enum', values: SEVERITIES, brief: t('flag.fail-on'), optional: true },
        namespace: textFlag(t('flag.default-namespace'), 'NAME'),
      },
      aliases: { o: 'output' },
      positional: paths(t('arg.manifests')),
    },
    async func(flags, ...names) {
      const { runApply } = await import('../../policy/apply.ts');
      return runApply(this, names, flags);
    },
  });

const testCommand = (t: Translate) =>
  buildCommand<TestFlags, string[], CliContext>({
    docs: { brief: t('command.policy-test') },
    parameters: {
      flags: {
        output: { kind: 'enum', values: TEST_FORMATS, default: 'table', brief: t('flag.policy-output') },
        policies: anyFlag(t('flag.policies'), 'PATH'),
      },
      aliases: { o: 'output' },
      positional: paths(t('arg.suites')),
    },
    async func(flags, ...names) {
      const { runTest } = await import('../../policy/test-suites.ts');
      return runTest(this, names, flags);
    },
  });

const explainCommand = (t: Translate) =>
  buildCommand<ExplainFlags, [string], CliContext>({
    docs: { brief: t('command.policy-explain') },
    parameters: {
      flags: {
        output: { kind: 'enum', values: EXPLAIN_FORMATS, default: 'table', brief: t('flag.policy-output') },
        policies: anyFlag(t('flag.policies'), 'PATH'),
      },
      aliases: { o: 'output' },
      positional: one(t('arg.rule-or-file'), 'RULE|FILE'),
    },
    async func(flags, target) {
      const { runExplain } = await import('../../policy/explain.ts');
      return runExplain(this, target, flags);
    },
  });

const emitCommand = (t: Translate, what: 'vap' | 'map') =>
  buildCommand<EmitFlags, [], CliContext>({
    docs: { brief: t(what === 'vap' ? 'command.policy-emit-vap' : 'command.policy-emit-map') },
    parameters: {
      flags: {
        output: { kind: 'enum', values: EMIT_FORMATS, default: 'yaml', brief: t('flag.policy-output') },
        rules: anyFlag(t('flag.emit-rules'), 'GLOB'),
        mode: { kind: 'enum', values: ADMISSION_MODES, brief: t('flag.emit-mode'), optional: true },
        policies: anyFlag(t('flag.policies'), 'PATH'),
        ownOnly: switchFlag(t('flag.own-only')),
        pss: textFlag(t('flag.pss'), 'LEVEL[:VERSION]'),
        exemptNamespace: anyFlag(t('flag.exempt-namespace'), 'NAME'),
      },
      aliases: { o: 'output' },
    },
    async func(flags) {
      const { runEmit } = await import('../../policy/emit.ts');
      return runEmit(this, flags, what);
    },
  });

const emitRoutes = (t: Translate) =>
  buildRouteMap({
    routes: { vap: emitCommand(t, 'vap'), map: emitCommand(t, 'map') },
    docs: { brief: t('command.policy-emit') },
  });

/** `policy`: rules as code. */
export const policyRoutes = (t: Translate) => ({
  policy: buildRouteMap({
    routes: {
      apply: applyCommand(t),
      test: testCommand(t),
      explain: explainCommand(t),
      ...policyExchangeRoutes(t),
      emit: emitRoutes(t),
      native: policyNativeRoutes(t),
      reports: policyReportsRoutes(t),
      coverage: policyCoverageCommand(t),
    },
    docs: { brief: t('command.policy') },
  }),
});
