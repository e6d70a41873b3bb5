// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Supply chain: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'k02-supply-chain',
  owasp: { 2022: ['K02'], 2025: ['K04'] },
  title: { en: 'Supply chain', ja: 'サプライチェーン' },
  goal: {
    en: 'Every package of every container and of the host is listed, and software that appears at run time is reported within a second; `bartizan verify` refuses a signed artifact that was changed.',
    ja: 'すべてのコンテナーとホストのパッケージを一覧化し、実行中に現れたソフトウェアを 1 秒以内に報告します。署名後に変更された成果物は `bartizan verify` が拒否します。',
  },
  prevents: [
    'admission.image-base',
    'admission.image-critical-vulnerabilities',
    'admission.image-digest',
    'admission.image-exploited-vulnerabilities',
    'admission.image-high-vulnerabilities',
    'admission.image-likely-exploited',
    'admission.image-os',
    'admission.image-reference',
    'admission.image-registry',
    'admission.image-scan-age',
    'admission.image-scanned',
    'admission.image-secrets',
    'admission.image-signed',
    'admission.latest-tag',
    'admission.pull-policy',
    'admission.retired-registry',
  ],
  detects: [
    'container.image-pinned',
    'host.docker-insecure-registries',
    'host.unauthenticated-sources',
    'image.add-steps',
    'image.changed-files',
    'image.install-hooks',
    'image.lonely-updates',
    'image.piped-downloads',
    'image.preloaded-libraries',
    'image.temporary-programs',
    'image.unchecked-steps',
    'malware.bot-agent',
    'malware.container-escape-tool',
    'malware.download-and-run',
    'malware.miner-program',
    'malware.miner-start',
    'malware.packed-program',
    'malware.packed-upx',
    'malware.preload-rootkit',
    'malware.reverse-shell',
    'malware.web-shell',
    'runtime.download-and-run',
    'runtime.package-manager',
    'vulnerability.critical-fixable',
    'vulnerability.known-exploited',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'An admission rule (`admission.image-signed`) asks for the signature of an image before it runs: it records until a binding enforces it, and signatures are known of images of watched registries, keyless ones where a policy is given.',
      ja: 'イメージの起動前の署名確認はアドミッションルール（`admission.image-signed`）で行います。適用設定で強制するまでは記録だけです。署名を判定するのは監視中のレジストリのイメージで、キーレス署名の判定にはポリシーが必要です。',
    },
  ],
};
