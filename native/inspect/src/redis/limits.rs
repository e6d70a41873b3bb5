// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// Most arguments of a first command.
pub const ARGUMENTS_MAX: usize = 1024;
/// Longest command.
pub const COMMAND_MAX: usize = 16;
/// Commands that clients start with.
pub const COMMANDS: [&str; 44] = [
    "AUTH",
    "BLPOP",
    "BRPOP",
    "CLIENT",
    "CLUSTER",
    "COMMAND",
    "CONFIG",
    "DBSIZE",
    "DEL",
    "ECHO",
    "EVAL",
    "EVALSHA",
    "EXISTS",
    "EXPIRE",
    "FLUSHALL",
    "GET",
    "HELLO",
    "HGET",
    "HGETALL",
    "HSET",
    "INCR",
    "INFO",
    "KEYS",
    "LPUSH",
    "MGET",
    "MODULE",
    "MONITOR",
    "MULTI",
    "PING",
    "PSUBSCRIBE",
    "PSYNC",
    "PUBLISH",
    "READONLY",
    "REPLCONF",
    "RPUSH",
    "SADD",
    "SCAN",
    "SELECT",
    "SENTINEL",
    "SET",
    "SETEX",
    "SUBSCRIBE",
    "XADD",
    "ZADD",
];
