// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! After the load the sensor keeps only what a later snapshot needs: reading /proc of every user.

use rustix::thread::{set_capabilities, set_no_new_privs, CapabilitySet, CapabilitySets};

/// Gives up all other capabilities, for good.
pub fn drop() -> Result<(), String> {
    let kept = CapabilitySet::SYS_PTRACE | CapabilitySet::DAC_READ_SEARCH;
    let held = rustix::thread::capabilities(None).map_err(|e| format!("capabilities cannot be read: {e}"))?;
    let kept = kept & held.permitted;
    set_capabilities(
        None,
        CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() },
    )
    .map_err(|e| format!("capabilities cannot be given up: {e}"))?;
    set_no_new_privs(true).map_err(|e| format!("no_new_privs cannot be set: {e}"))
}
