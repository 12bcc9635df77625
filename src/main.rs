//! Reads the command line, nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    queqiao::commands::run()
}
