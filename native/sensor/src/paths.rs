// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! The kernel gives paths as parts, leaf first. Here they become text.

/// Joins the parts. An empty last part is the root. Where the kernel left out parts it wrote "...": in front when it found
/// no root.
pub fn join(raw: &[u8]) -> Vec<u8> {
    let Some(raw) = raw.strip_suffix(&[0]) else {
        return if raw.is_empty() { Vec::new() } else { join(&[raw, &[0]].concat()) };
    };
    if raw.is_empty() {
        return b"/".to_vec();
    }
    let mut out = Vec::with_capacity(raw.len() + 1);
    for part in raw.rsplit(|byte| *byte == 0) {
        out.extend_from_slice(part);
        out.push(b'/');
    }
    out.pop();
    out
}

/// The last part of a path.
pub fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_parts_from_leaf_to_root() {
        assert_eq!(join(b"sh\0bin\0usr\0\0"), b"/usr/bin/sh");
    }

    #[test]
    fn gives_a_slash_for_the_root_itself() {
        assert_eq!(join(b"\0"), b"/");
    }

    #[test]
    fn leaves_a_file_without_a_place_relative() {
        assert_eq!(join(b"memfd:x\0"), b"memfd:x");
    }

    #[test]
    fn shows_where_parts_are_missing() {
        assert_eq!(join(b"x\0d9\0...\0d1\0shm\0dev\0\0"), b"/dev/shm/d1/.../d9/x");
        assert_eq!(join(b"x\0d9\0...\0"), b".../d9/x");
    }

    #[test]
    fn gives_nothing_for_nothing() {
        assert_eq!(join(b""), b"");
    }

    #[test]
    fn takes_the_last_part() {
        assert_eq!(base_name(b"/usr/bin/mysql"), b"mysql");
        assert_eq!(base_name(b"mysql"), b"mysql");
    }
}
