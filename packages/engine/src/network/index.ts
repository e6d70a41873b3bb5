// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Network: workloads and folded flows in, an aggregated and laid out map out. Serves k07-network-segmentation. */

export { layoutMap, type MapFlow, type MapInput, type MapWorkload, type NetworkMapParts } from './map.ts';
