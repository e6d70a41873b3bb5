// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Application, buildApplication, buildRouteMap, help, version } from '@stricli/core';
import type { CliContext } from './context.ts';
import { applicationText } from './text/application.ts';
import type { Translate } from './text/catalogue.ts';

type Routes = Parameters<typeof buildRouteMap<string, CliContext>>[0]['routes'];

/** Commands that are loaded together. */
interface CommandGroup {
  readonly load: (t: Translate) => Promise<Routes>;
  /** First words that need no other group; the words of a group without them are loaded with all others. */
  readonly words?: readonly string[];
}

/** All commands, in the order of the help. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  { load: async (t) => (await import('./commands/routes/instance.ts')).instanceRoutes(t) },
  { load: async (t) => (await import('./commands/routes/inventory.ts')).inventoryRoutes(t) },
  { load: async (t) => (await import('./commands/routes/supply-chain.ts')).supplyChainRoutes(t) },
  { load: async (t) => (await import('./commands/routes/registries.ts')).registryRoutes(t) },
  {
    load: async (t) => (await import('./commands/routes/policy.ts')).policyRoutes(t),
    words: ['policy'],
  },
  { load: async (t) => (await import('./commands/routes/audit-log.ts')).auditLogRoutes(t) },
  { load: async (t) => (await import('./commands/routes/scan.ts')).scanRoutes(t), words: ['scan'] },
  { load: async (t) => (await import('./commands/routes/manage.ts')).manageRoutes(t) },
  { load: async (t) => (await import('./commands/routes/access.ts')).accessCommands(t) },
  { load: async (t) => (await import('./commands/routes/compliance.ts')).complianceCommands(t) },
  { load: async (t) => (await import('./commands/routes/cluster.ts')).clusterRoutes(t) },
];

/** The routes of what a first word needs: those of its own group, or all. */
async function routesFor(t: Translate, word: string | undefined): Promise<Routes> {
  const own = COMMAND_GROUPS.filter(({ words }) => word !== undefined && words?.includes(word) === true);
  const routes: Record<string, Routes[string]> = {};
  for (const { load } of own.length === 0 ? COMMAND_GROUPS : own) Object.assign(routes, await load(t));
  return routes;
}

/**
 * The command tree in the language of the user: whole, or as much of it as the first word of the command line needs.
 * Loading all commands takes longer than `policy apply` takes for a manifest.
 */
export async function buildCli(
  t: Translate,
  currentVersion: string,
  word?: string,
): Promise<Application<CliContext>> {
  const root = buildRouteMap<string, CliContext>({
    routes: await routesFor(t, word),
    docs: { brief: t('app.brief') },
  });
  return buildApplication<CliContext>(
    root,
    {
      name: 'bartizan',
      scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
      localization: { text: applicationText(t) },
    },
    {
      help: help({
        brief: t('help.help'),
        formatting: {
          caseStyle: 'convert-camel-to-kebab',
          onlyRequiredInUsageLine: false,
          useAliasInUsageLine: false,
        },
      }),
      version: version({ brief: t('help.version'), info: { currentVersion } }),
    },
  );
}
