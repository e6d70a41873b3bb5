// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ImageRecipe } from './recipe.ts';

/**
 * The image that scanners are measured on: a distribution, five languages and a large program, about 500 MB packed.
 * What apt gives moves with the archive, so two machines may differ by some packages; each comparison is made on one.
 */
export const YARDSTICK: ImageRecipe = {
  name: 'yardstick',
  layers: [
    {
      kind: 'debian',
      suite: 'bookworm',
      packages: [
        'python3',
        'nginx',
        'redis',
        'openjdk-17-jre-headless',
        'ruby',
        'php-cli',
        'nodejs',
        'imagemagick',
        'postgresql-client',
        'git',
        'perl',
        'curl',
        'gcc',
        'g++',
      ],
    },
    {
      kind: 'npm',
      before: '2026-10-01',
      packages: [
        'next@14.2.3',
        'webpack@5.91.0',
        '@angular/cli@17.3.7',
        'aws-sdk@2.1620.0',
        '@nestjs/core@10.3.8',
        'express@4.17.1',
        'lodash@4.17.15',
        'axios@0.21.1',
        'typescript@5.4.5',
        'jest@29.7.0',
        'eslint@8.57.0',
        '@babel/core@7.24.5',
      ],
    },
    {
      kind: 'pypi',
      isWithNeeds: true,
      packages: [
        'django==3.2.25',
        'numpy==1.26.4',
        'pandas==2.2.2',
        'cryptography==38.0.4',
        'pillow==10.3.0',
        'boto3==1.34.100',
        'celery==5.4.0',
        'scipy==1.13.0',
      ],
    },
    {
      kind: 'maven',
      artifacts: [
        'org.apache.hadoop:hadoop-common:3.3.6',
        'org.apache.hadoop:hadoop-hdfs-client:3.3.6',
        'org.apache.kafka:kafka-clients:3.7.0',
        'org.elasticsearch:elasticsearch:7.17.21',
        'com.google.guava:guava:31.1-jre',
        'io.netty:netty-all:4.1.109.Final',
        'io.netty:netty-common:4.1.109.Final',
        'org.apache.lucene:lucene-core:8.11.3',
        'org.eclipse.jetty:jetty-server:9.4.54.v20240208',
        'org.bouncycastle:bcprov-jdk18on:1.78',
        'com.h2database:h2:2.2.224',
        'org.postgresql:postgresql:42.7.3',
      ],
    },
    {
      kind: 'maven',
      bundle: 'shop-1.0.0.jar',
      artifacts: [
        'org.apache.logging.log4j:log4j-core:2.14.1',
        'com.fasterxml.jackson.core:jackson-databind:2.9.8',
        'com.fasterxml.jackson.core:jackson-core:2.9.8',
        'org.springframework:spring-core:5.3.17',
        'org.springframework:spring-beans:5.3.17',
        'org.springframework:spring-web:5.3.17',
        'org.yaml:snakeyaml:1.29',
        'org.hibernate:hibernate-core:5.6.15.Final',
        'org.apache.tomcat.embed:tomcat-embed-core:9.0.60',
      ],
    },
    { kind: 'go', command: 'github.com/anchore/syft/cmd/syft@v1.57.0' },
    {
      kind: 'files',
      files: {
        'srv/app/node_modules/.wh.axios': '',
        'srv/app/node_modules/lodash/.wh..wh..opq': '',
        'usr/share/doc/.wh.nginx': '',
      },
    },
  ],
};
