// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

export { toYaml } from '@bartizan/scan/yaml-writer';
