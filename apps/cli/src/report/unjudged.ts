// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Packages of one ecosystem that no advisory speaks about: nothing is known of them, which is not that nothing is wrong. */
export interface UnjudgedPackages {
  readonly ecosystem: string;
  readonly packages: number;
  readonly reason: string;
  /** Whether other advisories could judge them, or they are all that a distribution brought: a gate does not pass then. */
  readonly isGap: boolean;
}

/** What is unknown of packages that no advisory speaks about. */
export const unjudgedText = ({ ecosystem, packages, reason }: UnjudgedPackages): string =>
  `${ecosystem}: vulnerabilities of ${packages} packages are unknown: ${reason}`;
