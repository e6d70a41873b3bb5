// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { writeFileSync } from 'node:fs';
import { ROUTES } from '@bartizan/contracts';

/** Writes method and path of each route for the browser, which must not carry the schemas. */
const rows = ROUTES.map((route) => `  '${route.id}': ['${route.method}', '${route.path}'],`);
const text = `// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Route, RouteId } from '@bartizan/contracts';

/** Method and path of each route of the API; made by dev/generate-routes.ts, held to ROUTES by a test. */
export const ROUTE_TABLE = {
${rows.join('\n')}
} as const satisfies Readonly<Record<RouteId, readonly [Route['method'], string]>>;
`;
writeFileSync(new URL('../src/data/route-table.ts', import.meta.url), text);
