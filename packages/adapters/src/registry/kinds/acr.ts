// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  addressOf,
  asGiven,
  byCatalogue,
  type KindContext,
  type Minted,
  type RegistryKind,
  schemeOf,
  tokenAt,
} from './kind.ts';

const LOGIN = 'https://login.microsoftonline.com';
const SCOPE = 'https://containerregistry.azure.net/.default';
/** A refresh token of the registry lives for three hours. */
const REFRESH_MS = 3 * 3600_000;

/**
 * A service principal: its token of the directory is exchanged for a refresh token of the registry, for which the
 * registry gives access tokens by scope. Without a tenant the user is one of the registry itself.
 */
async function mint(context: KindContext): Promise<Minted> {
  const { access, service, nowMs } = context;
  const { region: tenant, username = '', secret = '' } = access;
  if (tenant === undefined) return asGiven(context);
  const directory = addressOf(access.authUrl ?? LOGIN, `/${encodeURIComponent(tenant)}/oauth2/v2.0/token`);
  const known = await service.json({
    url: directory,
    form: { grant_type: 'client_credentials', client_id: username, client_secret: secret, scope: SCOPE },
  });
  const exchange = addressOf(`${schemeOf(access)}://${access.host}`, '/oauth2/exchange');
  const exchanged = await service.json({
    url: exchange,
    form: {
      grant_type: 'access_token',
      service: access.host,
      tenant,
      access_token: tokenAt(known, 'access_token', directory),
    },
  });
  const token = tokenAt(exchanged, 'refresh_token', exchange);
  return { credential: { kind: 'refresh-token', token }, untilMs: nowMs() + REFRESH_MS };
}

/** Azure Container Registry with a service principal (client id, client secret, tenant) or a user of its own. */
export const ACR: RegistryKind = {
  kind: 'acr',
  needs: () => ['username', 'secret'],
  mint,
  repositories: byCatalogue,
};
