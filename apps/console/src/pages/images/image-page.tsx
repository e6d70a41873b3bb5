// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Button } from '@mantine/core';
import { IconFileCode, IconRefresh } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../data/api-client.ts';
import { saveFile } from '../../data/download.ts';
import { useApi } from '../../data/queries.ts';
import { useMay } from '../../data/session.ts';
import { useView } from '../../data/view.ts';
import { countsOf } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { BackLink } from '../../widgets/back-link.tsx';
import { Badge } from '../../widgets/badges.tsx';
import { DatabaseAge } from '../../widgets/database-age.tsx';
import { SaveMenu } from '../../widgets/save-menu.tsx';
import { Asked } from '../../widgets/states.tsx';
import { TabLinks } from '../../widgets/tabs.tsx';
import { Breakable, Copy, Cut } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { ScanBadge, SignatureBadge } from './image-badges.tsx';
import type { ImageDetail } from './image-detail.ts';
import { certaintyOf, imageName } from './image-facts.ts';
import { ImageFindingList, ImageSecrets } from './image-findings.tsx';
import { ImageLayers } from './image-layers.tsx';
import { ImageOverview } from './image-overview.tsx';
import { ImagePackages } from './image-packages.tsx';

const TABS = ['overview', 'layers', 'packages', 'findings', 'secrets'] as const;
type Tab = (typeof TABS)[number];
const SBOM_FORMATS = ['cyclonedx', 'cyclonedx-1.6', 'spdx', 'spdx-3.0'] as const;
/** While a scan waits or runs, the page asks again this often. */
const BUSY_MS = 2_000;

const SbomMenu = ({ id }: { id: string }) => {
  const t = useT();
  return (
    <SaveMenu
      button={t('image.sbom')}
      icon={<IconFileCode size={16} aria-hidden="true" />}
      note={t('image.sbom.note')}
      formats={SBOM_FORMATS}
      nameOf={(format) => t(`sbom.${format}`)}
      areProperNames
      save={async (format) => {
        const bill = await call('image.sbom', { params: { id }, query: { format } });
        saveFile(new Blob([bill.document], { type: bill.mediaType }), bill.name);
      }}
    />
  );
};

const ScanAgain = ({ id, isBusy }: { id: string; isBusy: boolean }) => {
  const t = useT();
  const toast = useToast();
  const client = useQueryClient();
  const scan = useMutation({
    mutationFn: () => call('image.scan', { params: { id } }),
    onSuccess: ({ queued }) => {
      for (const route of ['image.show', 'image.list']) void client.invalidateQueries({ queryKey: [route] });
      toast.done(t('image.scan.asked', { count: queued }));
    },
    onError: toast.failed,
  });
  return (
    <Button
      size="sm"
      loading={scan.isPending}
      disabled={isBusy}
      onClick={() => scan.mutate()}
      leftSection={<IconRefresh size={16} aria-hidden="true" />}
    >
      {t('image.scan.again')}
    </Button>
  );
};

/** One sentence on what is known to be wrong, and on what is not known. */
const Sentence = ({ detail }: { detail: ImageDetail }) => {
  const t = useT();
  const { count } = useFormat();
  const { certainty, doubt } = certaintyOf(detail.image.scan);
  const numbers = countsOf(detail.openFindings);
  const open = Object.values(numbers).reduce((sum, value) => sum + value, 0);
  if (certainty === 'unknown') return <p className="second">{t(`image.doubt.${doubt ?? 'never'}`)}</p>;
  const said =
    open === 0
      ? t(detail.coverage.every(({ state }) => state === 'covered') ? 'image.calm' : 'image.calm.partly')
      : t('image.risk', {
          open: count(open),
          severe: count((numbers['critical'] ?? 0) + (numbers['high'] ?? 0)),
          fixable: count(detail.fixable),
        });
  return (
    <p className="second">
      {doubt === undefined ? said : `${t(`image.doubt.${doubt}`)} ${open === 0 ? '' : said}`}
    </p>
  );
};

const Head = ({ detail }: { detail: ImageDetail }) => {
  const t = useT();
  const { image } = detail;
  const mayScan = useMay('registries:manage');
  const isBusy = image.scan?.state === 'queued' || image.scan?.state === 'scanning';
  return (
    <div className="page-head">
      <div className="stack tight" style={{ flex: '1 1 420px' }}>
        <BackLink to="/images" label={t('page.images')} />
        <h1 translate="no" className="anywhere">
          <Breakable name={imageName(image)} />
        </h1>
        <span className="row wrap">
          <ScanBadge scan={image.scan} />
          <SignatureBadge signature={image.signature} />
          {image.platform !== undefined && (
            <span className="chip" translate="no">
              {image.platform}
            </span>
          )}
          {image.distribution !== undefined && (
            <span className="chip" translate="no">
              {image.distribution}
            </span>
          )}
          {image.usedBy.length === 0 && <Badge tone="quiet">{t('image.not-running')}</Badge>}
          <span className="row" style={{ gap: 2 }}>
            <Cut text={image.digest} most={24} mono />
            <Copy value={image.digest} label={t('image.copy-digest')} />
          </span>
        </span>
        <Sentence detail={detail} />
      </div>
      <div className="stack tight image-acts">
        <span className="row wrap">
          <SbomMenu id={image.digest} />
          {mayScan && <ScanAgain id={image.digest} isBusy={isBusy} />}
        </span>
        <DatabaseAge />
      </div>
    </div>
  );
};

const TabBody = ({ tab, detail }: { tab: Tab; detail: ImageDetail }) => {
  switch (tab) {
    case 'overview':
      return <ImageOverview detail={detail} />;
    case 'layers':
      return <ImageLayers detail={detail} />;
    case 'packages':
      return <ImagePackages detail={detail} />;
    case 'findings':
      return <ImageFindingList detail={detail} />;
    case 'secrets':
      return <ImageSecrets detail={detail} />;
  }
};

/** "What is in it, what is wrong with it, and how far is that known?" */
export const ImagePage = () => {
  const t = useT();
  const { count } = useFormat();
  const { search } = useView();
  const { id = '' } = useParams({ strict: false });
  const [isBusy, setBusy] = useState(false);
  const asked = useApi('image.show', { params: { id }, ...(isBusy ? { refetchMs: BUSY_MS } : {}) });
  const state = asked.data?.image.scan?.state;
  const busyNow = state === 'queued' || state === 'scanning';
  if (busyNow !== isBusy) setBusy(busyNow);
  const tab = TABS.find((candidate) => candidate === search.tab) ?? 'overview';
  const numberOf = (name: Tab, detail: ImageDetail): number | undefined => {
    if (name === 'layers') return detail.image.layers?.length;
    if (name === 'packages') return detail.image.packages;
    if (name !== 'findings' || certaintyOf(detail.image.scan).certainty === 'unknown') return undefined;
    return Object.values(countsOf(detail.openFindings)).reduce((sum, value) => sum + value, 0);
  };
  return (
    <div className="page">
      <Asked of={asked}>
        {(detail) => (
          <>
            <Head detail={detail} />
            <TabLinks
              current={tab}
              label={t('image.tabs')}
              items={TABS.map((name) => {
                const number = numberOf(name, detail);
                return {
                  id: name,
                  label: t(`image.tab.${name}`),
                  ...(number === undefined ? {} : { count: count(number) }),
                };
              })}
            />
            <TabBody tab={tab} detail={detail} />
          </>
        )}
      </Asked>
    </div>
  );
};
