// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// The protocols that are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    Http1,
    Http2,
    Tls,
    Ssh,
    Dns,
    Postgresql,
    Mysql,
    Redis,
    Mongodb,
}

impl Protocol {
    pub const ALL: [Protocol; 9] = [
        Protocol::Http1,
        Protocol::Http2,
        Protocol::Tls,
        Protocol::Ssh,
        Protocol::Dns,
        Protocol::Postgresql,
        Protocol::Mysql,
        Protocol::Redis,
        Protocol::Mongodb,
    ];

    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Http1 => "http",
            Protocol::Http2 => "http2",
            Protocol::Tls => "tls",
            Protocol::Ssh => "ssh",
            Protocol::Dns => "dns",
            Protocol::Postgresql => "postgresql",
            Protocol::Mysql => "mysql",
            Protocol::Redis => "redis",
            Protocol::Mongodb => "mongodb",
        }
    }

    /// A number for messages between programs of one build; never stored.
    pub fn number(self) -> u8 {
        self as u8
    }

    pub fn from_number(number: u8) -> Option<Protocol> {
        Self::ALL.get(usize::from(number)).copied()
    }
}
