// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FactValue, Lifecycle } from '@bartizan/contracts';

const DAY_MS = 86_400_000;
/** Kernel releases with one of these marks were built by a distribution, which supports them itself. */
const DISTRIBUTION_KERNEL =
  /(-(amd64|arm64|generic|cloud|aws|azure|gcp|lts|virt|default)\b|\.el[0-9]|\.fc[0-9]|\.amzn[0-9]|deb[0-9])/;

/** Facts of one subject while they are gathered. */
export type FactMap = Readonly<Record<string, FactValue>>;

/** Days until a release is supported no more, negative after its end; undefined: the table does not list it. */
export function daysLeft(
  lifecycle: Lifecycle,
  key: { product: string; release: string },
  nowMs: number,
): number | undefined {
  const window = lifecycle.windows.find(
    ({ product, release }) => product === key.product && release === key.release,
  );
  if (window === undefined) return undefined;
  const endMs = Date.UTC(
    Number(window.endsOn.slice(0, 4)),
    Number(window.endsOn.slice(5, 7)) - 1,
    Number(window.endsOn.slice(8, 10)) + 1,
  );
  return Math.floor((endMs - nowMs) / DAY_MS);
}

function distributionRelease(facts: FactMap): { product: string; release: string } | undefined {
  const id = facts['os.id'];
  const version = facts['os.version'];
  if (typeof id !== 'string' || typeof version !== 'string') return undefined;
  const parts = version.split('.');
  const places = id === 'ubuntu' || id === 'alpine' ? 2 : 1;
  return { product: id, release: parts.slice(0, places).join('.') };
}

/**
 * Adds the facts that depend on the date: how long the distribution and the kernel are supported. A release that the
 * table does not list adds nothing, so that its checks are unknown.
 */
export function deriveFacts(facts: FactMap, lifecycle: Lifecycle | undefined, nowMs: number): FactMap {
  if (lifecycle === undefined) return facts;
  const derived: Record<string, FactValue> = { ...facts };
  const release = distributionRelease(facts);
  const system = release && daysLeft(lifecycle, release, nowMs);
  if (system !== undefined) derived['os.support-days-left'] = system;
  const kernel = facts['kernel.release'];
  if (typeof kernel !== 'string') return derived;
  const series = /^([0-9]+\.[0-9]+)/.exec(kernel)?.[1];
  const ofKernel = DISTRIBUTION_KERNEL.test(kernel)
    ? system
    : series && daysLeft(lifecycle, { product: 'kernel', release: series }, nowMs);
  if (typeof ofKernel === 'number') derived['kernel.support-days-left'] = ofKernel;
  return derived;
}
