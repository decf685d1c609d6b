//! Command line → run → exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    twelvelint::cli::main()
}
