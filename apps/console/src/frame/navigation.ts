// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Permission } from '@bartizan/contracts';
import {
  IconAffiliate,
  IconBolt,
  IconBox,
  IconCertificate,
  IconClipboardList,
  IconGauge,
  IconGavel,
  IconKey,
  IconListCheck,
  IconServer2,
  IconSettings,
  IconStack2,
} from '@tabler/icons-react';

/** The pages that exist, in the order of the rail; `key` follows `g` on the keyboard. */
export const PAGES = [
  { to: '/', name: 'overview', key: 'o', icon: IconGauge, permission: 'scorecard:read' },
  { to: '/map', name: 'map', key: 'm', icon: IconAffiliate, permission: 'inventory:read' },
  { to: '/workloads', name: 'workloads', key: 'w', icon: IconBox, permission: 'inventory:read' },
  { to: '/images', name: 'images', key: 'i', icon: IconStack2, permission: 'inventory:read' },
  { to: '/events', name: 'events', key: 'e', icon: IconBolt, permission: 'events:read' },
  { to: '/findings', name: 'findings', key: 'f', icon: IconListCheck, permission: 'findings:read' },
  {
    to: '/admission',
    name: 'admission',
    key: 'p',
    icon: IconGavel,
    permission: 'policies:read',
  },
  { to: '/access', name: 'access', key: 'r', icon: IconKey, permission: 'policies:read' },
  {
    to: '/compliance',
    name: 'compliance',
    key: 'c',
    icon: IconCertificate,
    permission: 'scorecard:read',
  },
  { to: '/nodes', name: 'nodes', key: 'n', icon: IconServer2, permission: 'nodes:read' },
  { to: '/audit', name: 'audit', key: 'a', icon: IconClipboardList, permission: 'audit:read' },
  { to: '/settings', name: 'settings', key: 's', icon: IconSettings, permission: 'self' },
] as const satisfies readonly { permission: Permission; [key: string]: unknown }[];
