// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Whether a value has the form of its schema. */
type Check = (value: unknown) => boolean;

/** Checks of policy objects that are compiled already: none, but in what `tools/run-tree/pack-commands.ts` packs. */
export const COMPILED_CHECKS: Readonly<
  Partial<Record<'AdmissionRule' | 'AdmissionBinding' | 'AdmissionException', Check>>
> = {};
