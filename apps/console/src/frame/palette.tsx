// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import '@mantine/spotlight/styles.css';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconAlertTriangle, IconBox, IconListCheck, IconSearch, IconStack2 } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useList } from '../data/queries.ts';
import { useMay, useSession } from '../data/session.ts';
import { asWords } from '../filter/tokens.ts';
import { useFormat } from '../format/use-format.ts';
import { useT } from '../i18n/language.ts';
import { imageName } from '../pages/images/image-facts.ts';
import { useFailureText } from '../widgets/states.tsx';
import { workloadName } from '../widgets/workload-link.tsx';
import { PAGES } from './navigation.ts';
import { foundGroups } from './palette-groups.ts';

const FOUND_MAX = 6;

/** Asks the lists that the reader may see for all the words. */
const useSearch = (asked: string) => {
  const maySeeInventory = useMay('inventory:read');
  const maySeeFindings = useMay('findings:read');
  const ask = (may: boolean) => ({
    query: { filter: asWords(asked), limit: FOUND_MAX },
    enabled: asked !== '' && may,
  });
  const workloads = useList('workload.list', ask(maySeeInventory));
  const images = useList('image.list', ask(maySeeInventory));
  const findings = useList('finding.list', ask(maySeeFindings));
  return { workloads, images, findings, lists: [workloads, images, findings] };
};

/** Workloads, images and findings that match what was typed; asked of the controller after a short pause. */
const useFound = (query: string): { groups: SpotlightActionGroupData[]; isAsking: boolean } => {
  const t = useT();
  const { text } = useFormat();
  const navigate = useNavigate();
  const [asked] = useDebouncedValue(query.trim().normalize('NFKC'), 180);
  const { workloads, images, findings, lists } = useSearch(asked);
  const failure = useFailureText(lists.find((list) => list.isError)?.error);
  const isAsking =
    query.trim() !== '' &&
    (asked !== query.trim().normalize('NFKC') || lists.some((list) => list.isFetching));
  if (asked === '') return { groups: [], isAsking };
  const found: SpotlightActionData[] = workloads.items.slice(0, FOUND_MAX).map(({ workload }) => ({
    id: workload.id,
    label: workloadName(workload),
    description: workload.image ?? '',
    leftSection: <IconBox size={18} aria-hidden="true" />,
    onClick: () => void navigate({ to: '/workloads/$id', params: { id: workload.id } }),
  }));
  const pictures: SpotlightActionData[] = images.items.slice(0, FOUND_MAX).map(({ image }) => ({
    id: image.digest,
    label: imageName(image),
    description: image.digest,
    leftSection: <IconStack2 size={18} aria-hidden="true" />,
    onClick: () => void navigate({ to: '/images/$id', params: { id: image.digest } }),
  }));
  const problems: SpotlightActionData[] = findings.items.slice(0, FOUND_MAX).map((finding) => ({
    id: finding.id,
    label: text(finding.title),
    description: workloadName(finding.subject),
    leftSection: <IconListCheck size={18} aria-hidden="true" />,
    onClick: () => void navigate({ to: '/findings/$id', params: { id: finding.id } }),
  }));
  const askAgain = (): void => {
    for (const list of lists) if (list.isError) void list.refetch();
  };
  const groups = foundGroups(
    [
      { title: t('page.workloads'), isError: workloads.isError, actions: found },
      { title: t('page.images'), isError: images.isError, actions: pictures },
      { title: t('page.findings'), isError: findings.isError, actions: problems },
    ],
    {
      title: t('palette.failed'),
      action: {
        id: 'failed',
        description: `${failure.title} (${failure.code}) ${t('palette.again')}`,
        leftSection: <IconAlertTriangle size={18} aria-hidden="true" />,
        closeSpotlightOnTrigger: false,
        onClick: askAgain,
      },
    },
  );
  return { groups, isAsking };
};

/** Ctrl-K: pages, workloads, images, findings. */
export const Palette = () => {
  const t = useT();
  const navigate = useNavigate();
  const { permissions } = useSession();
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLowerCase();
  const pages = PAGES.filter((page) => permissions.includes(page.permission))
    .map((page) => ({
      id: page.to,
      label: t(`page.${page.name}`),
      keywords: page.name,
      leftSection: <page.icon size={18} aria-hidden="true" />,
      onClick: () => void navigate({ to: page.to }),
    }))
    .filter((page) => page.label.toLowerCase().includes(wanted) || page.keywords.includes(wanted));
  const { groups, isAsking } = useFound(query);
  const actions = pages.length > 0 ? [{ group: t('palette.pages'), actions: pages }, ...groups] : groups;
  return (
    <Spotlight
      actions={actions}
      query={query}
      onQueryChange={setQuery}
      filter={(_, all) => all}
      shortcut={['mod + K']}
      scrollable
      maxHeight={460}
      nothingFound={t(isAsking ? 'state.loading' : 'palette.nothing')}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden="true" />,
        placeholder: t('palette.placeholder'),
        'aria-label': t('palette.placeholder'),
      }}
    />
  );
};
