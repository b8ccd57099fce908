//! The binary: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    mcp_settings::cli::main()
}
