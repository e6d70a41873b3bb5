// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule, AdmissionStage } from '@bartizan/contracts';

/** Where the examples of a rule are asked: at admission when the rule ever is, else where it is. */
export const exampleStage = ({ stages }: Pick<AdmissionRule, 'stages'>): AdmissionStage =>
  stages.includes('admission') ? 'admission' : (stages[0] ?? 'ci');

/** Who an example's user is: the groups that everybody has who has shown who he is. */
export const exampleUser = (name: string): { readonly name: string; readonly groups: readonly string[] } => ({
  name,
  groups: ['system:authenticated'],
});
