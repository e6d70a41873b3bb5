// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Image, ImageScan, ImageSignature } from '@bartizan/contracts';
import {
  IconAlertTriangle,
  IconCheck,
  IconClock,
  IconLoader2,
  IconQuestionMark,
  IconRosetteDiscountCheck,
  IconShieldX,
  IconX,
} from '@tabler/icons-react';
import { useT } from '../../i18n/language.ts';
import { Badge, SeverityCounts, type Tone } from '../../widgets/badges.tsx';
import { Unknown } from '../../widgets/states.tsx';
import { certaintyOf } from './image-facts.ts';

const SCANS = {
  never: { tone: 'unknown', Icon: IconQuestionMark },
  queued: { tone: 'quiet', Icon: IconClock },
  scanning: { tone: 'accent', Icon: IconLoader2 },
  done: { tone: 'quiet', Icon: IconCheck },
  incomplete: { tone: 'medium', Icon: IconAlertTriangle },
  failed: { tone: 'high', Icon: IconX },
} as const satisfies Record<ImageScan['state'], { tone: Tone; Icon: unknown }>;

/** State of the scan of an image, in a word; "scanned" is no praise. */
export const ScanBadge = ({ scan }: { scan: ImageScan | undefined }) => {
  const t = useT();
  const state = scan?.state ?? 'never';
  const { tone, Icon } = SCANS[state];
  return (
    <Badge tone={tone} mark={<Icon size={14} aria-hidden="true" />}>
      {t(`scan.${state}`)}
    </Badge>
  );
};

const SIGNATURES = {
  signed: { tone: 'ok', Icon: IconRosetteDiscountCheck },
  unsigned: { tone: 'quiet', Icon: IconX },
  invalid: { tone: 'critical', Icon: IconShieldX },
  unknown: { tone: 'unknown', Icon: IconQuestionMark },
} as const satisfies Record<ImageSignature['state'], { tone: Tone; Icon: unknown }>;

/** Who vouches for an image: signed, unsigned, invalid, or nobody could look. */
export const SignatureBadge = ({ signature }: { signature: ImageSignature | undefined }) => {
  const t = useT();
  const state = signature?.state ?? 'unknown';
  const { tone, Icon } = SIGNATURES[state];
  return (
    <Badge tone={tone} mark={<Icon size={14} aria-hidden="true" />}>
      {t(`signature.${state}`)}
    </Badge>
  );
};

/** Open findings of an image: counts, "at least" counts, or why they are not known. Never an empty zero. */
export const ImageFindings = ({
  image,
  counts,
}: {
  image: Pick<Image, 'scan'>;
  counts: Readonly<Record<string, string>>;
}) => {
  const t = useT();
  const { certainty, doubt } = certaintyOf(image.scan);
  if (certainty === 'unknown' && Object.keys(counts).length === 0)
    return <Unknown inline why={t('image.unknown')} />;
  return (
    <span className="row" style={{ gap: 8 }}>
      {doubt !== undefined && (
        <span className="quiet small nowrap" title={t(`image.doubt.${doubt}`)}>
          {t('image.at-least')}
        </span>
      )}
      <SeverityCounts counts={counts} />
    </span>
  );
};
