//! Names of environment variables whose values decide which code a program runs, or whom it trusts (DESIGN §13.3). An
//! approver sees them in clear, and no reference may be in them. It does not know values.

use super::plain_names::matches;

/// Names in upper case; `*` means any characters.
const NAMES: [&str; 30] = [
    "PATH",
    "HOME",
    "SHELL",
    "ENV",
    "BASH_ENV",
    "LD_*",
    "DYLD_*",
    "NODE_*",
    "NPM_*",
    "YARN_*",
    "BUN_*",
    "DENO_*",
    "UV_*",
    "PIP_*",
    "PYTHON*",
    "PERL5*",
    "RUBY*",
    "GEM_*",
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
    "JDK_*",
    "DOTNET_*",
    "GIT_*",
    "SSH_*",
    "DOCKER_*",
    "*_PROXY",
    "SSL_CERT_*",
    "XDG_*",
    "GLIBC_TUNABLES",
    "GCONV_PATH",
];

/// Whether a variable of this name decides which code runs. Some programs read names in any case.
pub fn decides_code(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    NAMES.iter().any(|pattern| matches(pattern, &name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_decide_which_code_runs_are_known_in_any_case() {
        for name in
            ["PATH", "Path", "LD_PRELOAD", "node_options", "npm_config_registry", "PYTHONPATH", "https_proxy"]
        {
            assert!(decides_code(name), "{name}");
        }
        for name in
            ["UV_INDEX_URL", "_JAVA_OPTIONS", "GIT_SSH_COMMAND", "PERL5LIB", "SSL_CERT_FILE", "BASH_ENV"]
        {
            assert!(decides_code(name), "{name}");
        }
        for name in ["API_KEY", "MY_PATH", "PATHS", "LD", "NODE", "PROXY", "GITHUB_TOKEN", "SSHKEY", ""] {
            assert!(!decides_code(name), "{name}");
        }
    }
}
