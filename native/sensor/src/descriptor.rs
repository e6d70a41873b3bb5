// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Descriptors that come to us as bare numbers. With the system call filter of inspect/confine.rs
//! the only unsafe code of the sensor.

#![allow(unsafe_code)]

use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd};

/// Number of the descriptor that the agent hands over.
pub const AGENT_DESCRIPTOR: i32 = 3;

/// Takes descriptor 3. To be called once, first thing in the program; an error when it is not open.
pub fn take_agent_descriptor() -> Result<OwnedFd, String> {
    // SAFETY: nothing else in this program uses number 3 before this call, and it is called once.
    let fd = unsafe { OwnedFd::from_raw_fd(AGENT_DESCRIPTOR) };
    match rustix::io::fcntl_getfd(&fd) {
        // The inspect worker must not inherit it.
        Ok(_) => match rustix::io::fcntl_setfd(&fd, rustix::io::FdFlags::CLOEXEC) {
            Ok(()) => Ok(fd),
            Err(error) => Err(format!("descriptor 3 cannot be set up: {error}")),
        },
        Err(error) => {
            std::mem::forget(fd);
            Err(format!("descriptor 3 is not open ({error}); the node agent starts this program"))
        }
    }
}

/// Borrows a number that its owner, `_owner`, keeps open at least as long.
pub fn borrow<T>(_owner: &T, number: i32) -> BorrowedFd<'_> {
    // SAFETY: the caller passes the owner of the number, and the lifetime is tied to it.
    unsafe { BorrowedFd::borrow_raw(number) }
}
