// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Route } from './route.ts';
import { accessRoutes } from './routes/access.ts';
import { accessRequestRoutes } from './routes/access-requests.ts';
import { admissionRoutes } from './routes/admission.ts';
import { admissionNativeRoutes } from './routes/admission-native.ts';
import { admissionReportRoutes } from './routes/admission-reports.ts';
import { admissionSourceRoutes } from './routes/admission-sources.ts';
import { admissionSyncRoutes } from './routes/admission-sync.ts';
import { advisoryRoutes } from './routes/advisories.ts';
import { apiUseRoutes } from './routes/api-uses.ts';
import { auditLogRoutes } from './routes/audit-log.ts';
import { clusterAccessRoutes } from './routes/cluster-access.ts';
import { complianceRoutes } from './routes/compliance.ts';
import { complianceFrameworkRoutes } from './routes/compliance-frameworks.ts';
import { insightRoutes } from './routes/insight.ts';
import { inventoryRoutes } from './routes/inventory.ts';
import { registryRoutes } from './routes/registries.ts';
import { supplyChainRoutes } from './routes/supply-chain.ts';

/** Every route of the HTTP API, below `/api/v1`. */
export const ROUTES = [
  ...accessRoutes,
  ...inventoryRoutes,
  ...supplyChainRoutes,
  ...registryRoutes,
  ...insightRoutes,
  ...advisoryRoutes,
  ...admissionRoutes,
  ...admissionNativeRoutes,
  ...admissionReportRoutes,
  ...admissionSourceRoutes,
  ...admissionSyncRoutes,
  ...clusterAccessRoutes,
  ...apiUseRoutes,
  ...accessRequestRoutes,
  ...auditLogRoutes,
  ...complianceFrameworkRoutes,
  ...complianceRoutes,
] as const satisfies readonly Route[];
export type RouteId = (typeof ROUTES)[number]['id'];
