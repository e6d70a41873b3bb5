// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ALONE, n, type Product } from './product.ts';

/** Databases. */
export const DATABASES: readonly Product[] = [
  {
    name: 'redis',
    cpe: 'redis:redis',
    files: /^redis-server$/,
    patterns: [
      n('Redis version (?:=)?'),
      /(?<![\d.])(\d\.\d{1,2}\.\d{1,2})(?:[0-9a-f]{12}|[a-z]{6,40})-\d{9}/,
    ],
  },
  { name: 'valkey', cpe: 'lfprojects:valkey', files: /^valkey-server$/, patterns: [n('valkey[ -]?(?:v)?')] },
  {
    name: 'postgresql',
    cpe: 'postgresql:postgresql',
    files: /^(?:postgres|psql)$/,
    patterns: [
      /PostgreSQL\) (\d{1,2}(?:\.\d{1,2}){0,2}(?:(?:alpha|beta|rc)\d)?)/,
      /PostgreSQL (\d{1,2}(?:\.\d{1,2}){0,2}(?:(?:alpha|beta|rc)\d)?)/,
    ],
  },
  {
    name: 'percona-xtradb-cluster',
    cpe: 'percona:xtradb_cluster',
    files: /^mysqld?$/,
    patterns: [n('Percona-XtraDB-Cluster-')],
  },
  {
    name: 'percona-xtrabackup',
    cpe: 'percona:xtrabackup',
    files: /^xtrabackup$/,
    patterns: [n('percona-xtrabackup-')],
  },
  {
    name: 'percona-server',
    cpe: 'percona:percona_server',
    files: /^mysqld?$/,
    patterns: [n('percona-server-')],
  },
  {
    name: 'mariadb',
    cpe: 'mariadb:mariadb',
    files: /^(?:mariadb|mariadbd|mysqld?)$/,
    patterns: [n('', '-MariaDB'), n('mariadb-')],
  },
  {
    name: 'mysql-cluster',
    cpe: 'oracle:mysql_cluster',
    files: /^(?:mysqld|ndbd|ndbmtd|ndb_mgmd)$/,
    patterns: [n('-ndb-'), n('mysql-cluster-gpl-')],
  },
  {
    name: 'mysql',
    cpe: 'oracle:mysql',
    files: /^mysqld?$/,
    patterns: [n('mysql-'), n('\\0', '\\0+mysql_real_escape_string')],
  },
  {
    name: 'mongodb',
    cpe: 'mongodb:mongodb',
    files: /^(?:mongod|mongos)$/,
    patterns: [n('\\0', '\\0tcmalloc'), n('\\0', '\\0(?:mozjs|system)'), n('mongodb-mongo-v'), ALONE],
  },
  { name: 'memcached', cpe: 'memcached:memcached', files: /^memcached$/, patterns: [n('memcached ')] },
  {
    name: 'arangodb',
    cpe: 'arangodb:arangodb',
    files: /^(?:arangosh|arangod)$/,
    patterns: [/\0(\d\.\d{1,2}\.\d{1,2}(?:-\d)?)(?: enterprise)? \[linux\]/],
  },
  { name: 'sqlcipher', cpe: 'zetetic:sqlcipher', files: /^sqlcipher$/, patterns: [n('community\\0')] },
];
