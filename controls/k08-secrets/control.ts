// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceControl } from '@bartizan/contracts';

/** Secrets management failures: what answers it today, and what does not yet. */
export const control: ComplianceControl = {
  id: 'k08-secrets',
  owasp: { 2022: ['K08'], 2025: ['K03'] },
  title: { en: 'Secrets management failures', ja: '秘密情報の管理不備' },
  goal: {
    en: 'Secrets in environments, loose keys and reads of sensitive files are found; no secret ever enters our own records.',
    ja: '環境変数の秘密・権限の緩い鍵・機密ファイルの読み取りを検出し、秘密を自らの記録に残しません。',
  },
  prevents: [
    'admission.credential-in-environment',
    'admission.image-secrets',
    'admission.literal-secret',
    'admission.rbac-read-secrets',
    'admission.secret-in-config-map',
    'admission.secret-in-environment',
    'admission.token-secret',
  ],
  detects: [
    'audit.secret-access-refused',
    'audit.secrets-listed',
    'audit.secrets-of-others',
    'benchmark.kubernetes.apiserver-encryption',
    'benchmark.kubernetes.encryption-providers',
    'benchmark.kubernetes.secret-environment',
    'benchmark.kubernetes.secret-readers',
    'container.environment-secrets',
    'host.account-databases',
    'host.cloud-keys',
    'host.environment-secrets',
    'host.private-keys',
    'image.config-secrets',
    'runtime.sensitive-file-read',
    'runtime.service-account-token-read',
    'secret.in-environment',
    'secret.not-rotated',
    'secret.readable-by-everyone',
    'secret.token-without-end',
    'secret.unused',
  ],
  responds: [],
  shows: ['page.overview', 'page.control', 'page.events', 'page.findings'],
  notYetCovered: [
    {
      en: 'Images of watched registries are searched for secrets by themselves, also those that only run; so are the files of running containers, as they lie there: those of their image and those they wrote, the environment of containers and host services, and pod specifications and ConfigMaps of a watched cluster. Volumes, files of hosts and folders on demand only (bartizan scan --scanners secret); values of Secrets, and environments of processes that are not the first, are not read.',
      ja: '監視中のレジストリのイメージは、実行中のものも含めて秘密情報を自動で検索します。実行中のコンテナーのファイル（イメージ由来のものと書き込まれたもの）、コンテナーとホストのサービスの環境変数、監視中のクラスターの Pod の仕様と ConfigMap も自動で検索します。ボリューム、ホストのファイル、フォルダーは手動で検索します（bartizan scan --scanners secret）。Secret の値と、最初のプロセス以外の環境変数は読み取りません。',
    },
    {
      en: 'Encryption of secrets in etcd is judged by the files of the API server (bartizan compliance run), not by reading etcd.',
      ja: 'etcd 内の Secret の暗号化は API サーバーの設定ファイルから判定し（bartizan compliance run）、etcd の内容は確認しません。',
    },
    {
      en: 'Files are watched as they are opened: one that is renamed or hard-linked to a watched path (mv, ln) is not seen, nor a watched file that is read by another name after ln.',
      ja: 'ファイルは開かれた時点で検知します。監視対象のパスへの名前変更やハードリンクの作成（mv、ln）と、ハードリンクした別名での読み取りは検知しません。',
    },
    {
      en: 'Home folders are watched wherever they are, down to four folders below .ssh, .aws, .azure, .docker and gcloud. Outside the home folder of root, only reads by shells and file tools are told: not those by applications and interpreters. Credentials that lie elsewhere (as KUBECONFIG or AWS_SHARED_CREDENTIALS_FILE name them) are not watched.',
      ja: 'ホームフォルダーは場所を問わず監視します（.ssh、.aws、.azure、.docker、gcloud の下は 4 階層まで）。root 以外のホームフォルダーでは、シェルとファイル操作ツールによる読み取りだけを検知し、アプリケーションやインタープリターによる読み取りは検知しません。KUBECONFIG や AWS_SHARED_CREDENTIALS_FILE で指定した別の場所の資格情報は監視しません。',
    },
    {
      en: 'Files of the node that a container reaches through a mount are watched where the root of the node is mounted as /host… or /node…, not under other names.',
      ja: 'コンテナーがマウントを通じて触れるノードのファイルは、ノードのルートが /host… または /node… にマウントされている場合だけ監視します。ほかの名前では監視しません。',
    },
  ],
};
