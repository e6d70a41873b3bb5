// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Inspection: first bytes of connections of containers go to a worker without any right, small answers come back.
//! Nothing here touches traffic: without a worker connections are told as before, only without their protocol.

mod confine;
mod flows;
mod messages;
mod supervisor;
mod worker;

pub use flows::{Flows, Verdict};
pub use supervisor::Supervisor;
pub use worker::{escape, recognise_stdin, run as run_worker};

use crate::frames::{first_bytes, header, network};

/// Counters of the inspection, from the start of the sensor.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Connections whose first bytes came.
    pub flows: u64,
    pub recognised: u64,
    pub unknown: u64,
    /// Connections given up: the worker died, hung or was too slow.
    pub lost: u64,
}

/// Bytes of the start of a connection, as the kernel copied them.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Key of the connection in our table; the socket cookie, or made of the ends where there is none.
    pub key: u64,
    pub is_datagram: bool,
    pub from_server: bool,
    pub bytes: &'a [u8],
}

const UDP: u8 = 17;

impl<'a> Piece<'a> {
    pub fn of(record: &'a [u8]) -> Self {
        let is_datagram = network::protocol(record) == UDP;
        // A datagram socket has no cookie yet. One piece is all that comes of it, so that its time tells it apart.
        let key = match network::socket_id(record) {
            0 => header::boot_time_us(record) << 16 | u64::from(network::local_port(record)) | 1 << 63,
            cookie => cookie,
        };
        Self {
            key,
            is_datagram,
            from_server: first_bytes::direction(record) != 0,
            bytes: first_bytes::bytes(record),
        }
    }
}
