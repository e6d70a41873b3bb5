// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ImageSignature } from '@bartizan/contracts';
import { inLanguage } from '@bartizan/contracts/words';
import { Link } from '@tanstack/react-router';
import { useApi } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { CoverageList } from '../../widgets/coverage-list.tsx';
import { Asked, Unknown } from '../../widgets/states.tsx';
import { Copy, Cut, Facts, MachineWords, Told, Verbatim, When } from '../../widgets/text.tsx';
import { workloadName } from '../../widgets/workload-link.tsx';
import { ScanBadge, SignatureBadge } from './image-badges.tsx';
import { BaseCard, LicenceCard } from './image-base.tsx';
import type { ImageDetail } from './image-detail.ts';

/** Workloads named at most; the rest is a link to their list. */
const USERS_MAX = 8;

const ScanCard = ({ detail: { image } }: { detail: ImageDetail }) => {
  const t = useT();
  const { scan } = image;
  return (
    <section className="card card-body stack tight" aria-labelledby="image-scan">
      <h2 id="image-scan">{t('image.scan')}</h2>
      {scan === undefined || scan.state === 'never' ? (
        <Unknown why={t('image.doubt.never')} what={t('image.doubt.never.what')} />
      ) : (
        <Facts
          rows={[
            [t('field.state'), <ScanBadge key="s" scan={scan} />],
            [t('image.scanned-at'), scan.scannedAtMs !== undefined && <When key="w" at={scan.scannedAtMs} />],
            [
              t('image.matched-at'),
              scan.matchedAtMs === undefined ? (
                <Unknown key="m" inline why={t('image.unmatched')} />
              ) : (
                <When key="m" at={scan.matchedAtMs} />
              ),
            ],
            [
              t('image.matched-with'),
              scan.matchedWith !== undefined && <Cut key="d" text={scan.matchedWith} most={28} mono />,
            ],
            [
              t('image.catalogue'),
              scan.catalogueVersion !== undefined && <Verbatim key="c">{scan.catalogueVersion}</Verbatim>,
            ],
            [t('image.error'), scan.code !== undefined && <code key="e">{scan.code}</code>],
          ]}
        />
      )}
      {scan !== undefined && scan.reasons.length > 0 && (
        <Unknown
          why={t(scan.state === 'failed' ? 'image.failed.why' : 'image.incomplete.why')}
          what={
            <ul className="evidence">
              {scan.reasons.map((reason) => (
                <li key={inLanguage(reason, 'en')}>
                  <Told>{reason}</Told>
                </li>
              ))}
            </ul>
          }
        />
      )}
    </section>
  );
};

const Identity = ({ detail: { image } }: { detail: ImageDetail }) => {
  const t = useT();
  const { bytes, count } = useFormat();
  return (
    <section className="card card-body stack tight" aria-labelledby="image-identity">
      <h2 id="image-identity">{t('image.identity')}</h2>
      <Facts
        rows={[
          [
            t('image.names'),
            image.references.length === 0 ? (
              '–'
            ) : (
              <ul key="n" className="list-plain copy-list">
                {image.references.map((reference) => (
                  <li key={reference} className="row">
                    <Verbatim mono>{reference}</Verbatim>
                    <Copy value={reference} />
                  </li>
                ))}
              </ul>
            ),
          ],
          [t('image.size'), image.sizeBytes !== undefined && bytes(image.sizeBytes)],
          [t('image.tab.layers'), image.layers !== undefined && count(image.layers.length)],
          [
            t('image.base'),
            image.base !== undefined && (
              <span key="b" className="row wrap">
                <Verbatim mono>{image.base.reference ?? image.base.digest ?? ''}</Verbatim>
                <span className="quiet small">{t('image.base.layers', { count: image.base.layers })}</span>
              </span>
            ),
          ],
          [t('image.created'), image.createdAtMs !== undefined && <When key="c" at={image.createdAtMs} />],
          [
            t('field.first-seen'),
            image.firstSeenAtMs !== undefined && <When key="f" at={image.firstSeenAtMs} />,
          ],
          [
            t('field.last-seen'),
            image.lastSeenAtMs !== undefined && <When key="l" at={image.lastSeenAtMs} />,
          ],
        ]}
      />
    </section>
  );
};

/** What each registry says of its repositories by its own keys or policy. */
const Verdicts = ({ signatures }: { signatures: readonly ImageSignature[] }) => {
  const registries = useApi('registry.list', { query: { limit: 500 } }).data?.items ?? [];
  const nameOf = (id: string | undefined) => registries.find((one) => one.id === id)?.name ?? id;
  return (
    <ul className="list-plain">
      {signatures.map((verdict) => (
        <li key={`${verdict.registry} ${verdict.repository}`} className="row apart">
          <Verbatim>{[nameOf(verdict.registry), verdict.repository].join(' ')}</Verbatim>
          <SignatureBadge signature={verdict} />
        </li>
      ))}
    </ul>
  );
};

const SignatureCard = ({ detail: { image } }: { detail: ImageDetail }) => {
  const t = useT();
  const { signature, signatures = [] } = image;
  return (
    <section className="card card-body stack tight" aria-labelledby="image-signature">
      <h2 id="image-signature">{t('image.signature')}</h2>
      <Facts
        rows={[
          [t('field.state'), <SignatureBadge key="s" signature={signature} />],
          [t('image.signature.by'), signatures.length > 0 && <Verdicts key="b" signatures={signatures} />],
          [
            t('image.signers'),
            signature !== undefined && signature.signers.length > 0 && (
              <ul key="g" className="list-plain">
                {signature.signers.map((signer) => (
                  <li key={signer}>
                    <Verbatim mono>{signer}</Verbatim>
                  </li>
                ))}
              </ul>
            ),
          ],
          [
            t('image.signature.reason'),
            signature?.reason !== undefined && <MachineWords key="r">{signature.reason}</MachineWords>,
          ],
          [
            t('image.signature.checked'),
            signature?.checkedAtMs !== undefined && <When key="c" at={signature.checkedAtMs} />,
          ],
        ]}
      />
      {signature === undefined && <p className="quiet small">{t('image.signature.not-looked')}</p>}
    </section>
  );
};

const Users = ({ detail: { image } }: { detail: ImageDetail }) => {
  const t = useT();
  const { count } = useFormat();
  const filter = `imageDigest:${image.digest}`;
  const asked = useApi('workload.list', {
    query: { filter, limit: USERS_MAX },
    enabled: image.usedBy.length > 0,
  });
  return (
    <section className="card card-body stack tight" aria-labelledby="image-users">
      <h2 id="image-users">{t('image.used-by')}</h2>
      {image.usedBy.length === 0 ? (
        <p className="quiet">{t('image.unused.note')}</p>
      ) : (
        <Asked of={asked} rows={2}>
          {(page) => (
            <>
              <ul className="list-plain link-list">
                {page.items.map(({ workload }) => (
                  <li key={workload.id} className="row apart">
                    <Link to="/workloads/$id" params={{ id: workload.id }} translate="no">
                      {workloadName(workload)}
                    </Link>
                    <span className="quiet small">{t(`kind.${workload.kind}`)}</span>
                  </li>
                ))}
              </ul>
              {image.usedBy.length > page.items.length && (
                <Link to="/workloads" search={{ filter }}>
                  {t('image.used-by.all', { n: count(image.usedBy.length) })}
                </Link>
              )}
            </>
          )}
        </Asked>
      )}
    </section>
  );
};

/** What the image is, how its scan stands, who vouches for it, who runs it, and what could be judged. */
export const ImageOverview = ({ detail }: { detail: ImageDetail }) => (
  <>
    <div className="two-columns cards">
      <div className="stack">
        <ScanCard detail={detail} />
        <BaseCard detail={detail} />
        <Users detail={detail} />
      </div>
      <div className="stack">
        <Identity detail={detail} />
        <SignatureCard detail={detail} />
        <LicenceCard detail={detail} />
      </div>
    </div>
    <CoverageList coverage={detail.coverage} />
  </>
);
