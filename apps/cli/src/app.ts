// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Application, buildApplication, buildRouteMap, help, version } from '@stricli/core';
import { accessCommands } from './commands/routes/access.ts';
import { auditLogRoutes } from './commands/routes/audit-log.ts';
import { clusterRoutes } from './commands/routes/cluster.ts';
import { complianceCommands } from './commands/routes/compliance.ts';
import { instanceRoutes } from './commands/routes/instance.ts';
import { inventoryRoutes } from './commands/routes/inventory.ts';
import { manageRoutes } from './commands/routes/manage.ts';
import { policyRoutes } from './commands/routes/policy.ts';
import { registryRoutes } from './commands/routes/registries.ts';
import { supplyChainRoutes } from './commands/routes/supply-chain.ts';
import type { CliContext } from './context.ts';
import { applicationText } from './text/application.ts';
import type { Translate } from './text/catalogue.ts';

/** The whole command tree in the language of the user. */
export function buildCli(t: Translate, currentVersion: string): Application<CliContext> {
  const root = buildRouteMap({
    routes: {
      ...instanceRoutes(t),
      ...inventoryRoutes(t),
      ...supplyChainRoutes(t),
      ...registryRoutes(t),
      ...policyRoutes(t),
      ...auditLogRoutes(t),
      ...manageRoutes(t),
      ...accessCommands(t),
      ...complianceCommands(t),
      ...clusterRoutes(t),
    },
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
