// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Compiles the eBPF object that the sensor carries inside itself.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{exit, Command};

fn run(program: &str, command: &mut Command) {
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => {
            eprintln!("{program} failed: {status}");
            exit(1);
        }
        Err(error) => {
            eprintln!("{program} cannot be run: {error}");
            exit(1);
        }
    }
}

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    let kernel = root.join("../kernel");
    let out = Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("bartizan.bpf.o");
    println!("cargo:rerun-if-changed={}", kernel.display());
    println!("cargo:rerun-if-env-changed=CLANG");
    let clang = env::var("CLANG").unwrap_or_else(|_| "clang".into());
    run(
        &clang,
        Command::new(&clang)
            .args(["-target", "bpf", "-D__TARGET_ARCH_x86", "-O2", "-g", "-mcpu=v3"])
            .args(["-Wall", "-Werror", "-Wno-unused-function"])
            .arg("-c")
            .arg(kernel.join("bartizan.bpf.c"))
            .arg("-o")
            .arg(&out),
    );
    // Debug information goes, the type information that CO-RE needs stays.
    run("llvm-strip", Command::new("llvm-strip").arg("-g").arg(&out));
}
