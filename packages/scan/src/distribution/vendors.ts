// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageType } from '../catalogers/package.ts';

/**
 * Vendors of node software whose own repositories are added to Debian and Ubuntu, by the maintainer that their packages
 * state. The list is closed: maintainers of a distribution write from any address, so another one tells nothing, and a
 * package without an advisory of its distribution may be the distribution's all the same.
 */
const VENDORS: ReadonlyMap<string, string> = new Map([
  ['dev@kubernetes.io', 'kubernetes.io'],
  ['support@docker.com', 'docker.com'],
  ['help@containerd.io', 'containerd.io'],
]);
const NAMES: ReadonlySet<string> = new Set(VENDORS.values());

/** The vendor of a Debian package by its `Maintainer` field; undefined where that is nobody we know as one. */
export const vendorOf = (maintainer: string | undefined): string | undefined =>
  VENDORS.get(/<([^<>\s]{1,100})>\s*$/.exec(maintainer ?? '')?.[1]?.toLowerCase() ?? '');

/** Where packages of a vendor are listed: the feed of the distribution says nothing about them. */
export const vendorEcosystem = (vendor: string, type: PackageType): string => `${vendor} (${type})`;

/** Whether packages of an ecosystem are those of a vendor. */
export const isOfVendor = (ecosystem: string): boolean => NAMES.has(ecosystem.split(' (', 1)[0] ?? '');
