// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The network map: who talks to whom, folded and placed.
 * In: workloads and folded flows. Out: nodes with places and edges. Serves k07 and x25-06.
 */
export { layoutMap, type MapInput, type MapLayout } from './map.ts';
export { groupId, type MapFlow, type MapWorkload } from './marks.ts';
