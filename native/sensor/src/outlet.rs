// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Frames on their way to the agent: one bounded buffer, sequence numbers, counted losses.

use crate::frames::{self, header};
use std::os::fd::OwnedFd;

/// Above this the ring is not drained further: the kernel's counter then shows what is lost.
pub const FULL_BYTES: usize = 8 * 1024 * 1024;
/// Above this network and open events are given up.
const SHED_BYTES: usize = FULL_BYTES / 2;

/// The buffer. `sequence` rises for every event, also for one that is given up: the gap shows it.
pub struct Outlet {
    fd: OwnedFd,
    bytes: Vec<u8>,
    head: usize,
    sequence: u64,
    pub sent: u64,
    pub shed: u64,
}

impl Outlet {
    pub fn new(fd: OwnedFd) -> Self {
        Self { fd, bytes: Vec::with_capacity(256 * 1024), head: 0, sequence: 0, sent: 0, shed: 0 }
    }

    pub fn fd(&self) -> &OwnedFd {
        &self.fd
    }

    pub fn queued(&self) -> usize {
        self.bytes.len() - self.head
    }

    pub fn is_full(&self) -> bool {
        self.queued() >= FULL_BYTES
    }

    /// Queues an event frame.
    pub fn event(&mut self, frame: &mut [u8], sheddable: bool) {
        self.sequence += 1;
        if sheddable && self.queued() >= SHED_BYTES {
            self.shed += 1;
            return;
        }
        header::set_sequence(frame, self.sequence);
        self.sent += 1;
        self.bytes.extend_from_slice(frame);
    }

    /// Queues a frame of the session itself (stream 1, no sequence).
    pub fn session(&mut self, frame: &mut [u8]) {
        header::set_stream(frame, 1);
        self.bytes.extend_from_slice(frame);
    }

    /// Writes what the agent takes without waiting. An error means that the agent is gone.
    pub fn flush(&mut self) -> Result<(), String> {
        while self.head < self.bytes.len() {
            match rustix::io::write(&self.fd, &self.bytes[self.head..]) {
                Ok(count) => self.head += count,
                Err(rustix::io::Errno::AGAIN) => break,
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(format!("the agent does not read any more: {error}")),
            }
        }
        if self.head == self.bytes.len() {
            self.bytes.clear();
            self.head = 0;
            // A burst must not hold its memory for ever.
            self.bytes.shrink_to(1024 * 1024);
        } else if self.head > 1024 * 1024 {
            self.bytes.drain(..self.head);
            self.head = 0;
        }
        Ok(())
    }
}

/// A frame that grows: fixed part first, texts after it.
pub struct Builder {
    bytes: Vec<u8>,
}

impl Builder {
    /// Starts with `fixed` bytes of `record`, zero beyond its end.
    pub fn from_record(record: &[u8], fixed: usize) -> Self {
        let mut bytes = Vec::with_capacity(fixed + 512);
        bytes.extend_from_slice(&record[..record.len().min(fixed)]);
        bytes.resize(fixed, 0);
        Self { bytes }
    }

    /// Starts an empty frame of `kind` whose fixed part has `fixed` bytes.
    pub fn new(kind: u8, fixed: usize, boot_time_us: u64) -> Self {
        let mut bytes = vec![0; fixed];
        header::set_magic(&mut bytes, frames::FRAME_MAGIC);
        header::set_version(&mut bytes, frames::FRAME_VERSION);
        header::set_kind(&mut bytes, kind);
        header::set_boot_time_us(&mut bytes, boot_time_us);
        Self { bytes }
    }

    pub fn fixed(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Appends text and makes the field at `at` point to it. Text that would make the frame too long is cut.
    pub fn text(&mut self, at: usize, value: &[u8]) {
        let room = frames::FRAME_MAX_BYTES - self.bytes.len();
        let value = &value[..value.len().min(room)];
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(value);
        frames::set_text(&mut self.bytes, at, offset, value.len());
    }

    /// The finished frame.
    pub fn finish(&mut self) -> &mut [u8] {
        let length = self.bytes.len();
        header::set_length(&mut self.bytes, length as u32);
        &mut self.bytes
    }
}
