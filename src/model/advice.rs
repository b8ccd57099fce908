//! What of a configuration is probably not meant: a package that is fetched in whatever version there is, and a time in
//! the wrong unit. It is reported, and nothing depends on it.

use crate::json::{Path, Pointer};

use super::config::{Config, Node};

/// How long a call takes at most before milliseconds seem to be meant. Seconds.
pub const LONGEST_TIMEOUT: f64 = 3600.0;

/// Flags of `npx` that have a value.
pub const NPX_FLAGS: [&str; 10] = [
    "-p",
    "--package",
    "-c",
    "--call",
    "-w",
    "--workspace",
    "--prefix",
    "--registry",
    "--cache",
    "--userconfig",
];

/// Flags of `uvx` that have a value.
pub const UVX_FLAGS: [&str; 22] = [
    "--from",
    "--with",
    "--with-editable",
    "--with-requirements",
    "-w",
    "-p",
    "--python",
    "--index",
    "--default-index",
    "--index-url",
    "-i",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--directory",
    "--project",
    "--config-file",
    "--cache-dir",
    "--env-file",
    "-c",
    "--constraints",
    "--overrides",
];

/// Flags of `npx` and `uvx` whose value is the package.
pub const PACKAGE_FLAGS: [&str; 3] = ["-p", "--package", "--from"];

/// Flags of `docker run` that have a value.
pub const DOCKER_FLAGS: [&str; 40] = [
    "-e",
    "--env",
    "-v",
    "--volume",
    "-p",
    "--publish",
    "--name",
    "--network",
    "--net",
    "--mount",
    "-w",
    "--workdir",
    "-u",
    "--user",
    "--env-file",
    "--platform",
    "-m",
    "--memory",
    "--cpus",
    "--entrypoint",
    "--add-host",
    "-l",
    "--label",
    "-h",
    "--hostname",
    "--pull",
    "--tmpfs",
    "--gpus",
    "--security-opt",
    "--cap-drop",
    "--cap-add",
    "--pids-limit",
    "--ulimit",
    "--shm-size",
    "--dns",
    "--restart",
    "--runtime",
    "--log-driver",
    "--group-add",
    "--device",
];

/// Flags of `docker run` that have none.
pub const DOCKER_SWITCHES: [&str; 14] = [
    "-i",
    "-t",
    "-it",
    "-ti",
    "-d",
    "-P",
    "-q",
    "--rm",
    "--init",
    "--privileged",
    "--read-only",
    "--interactive",
    "--tty",
    "--quiet",
];

/// A value that is probably not what is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Its place in the configuration.
    pub pointer: Pointer,
    /// Why.
    pub reason: Reason,
}

/// Why a value is probably not what is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A package is fetched in whatever version there is.
    UnpinnedPackage,
    /// A time seems to be in milliseconds.
    LongTimeout,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::UnpinnedPackage, Self::LongTimeout];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnpinnedPackage => "unpinned-package",
            Self::LongTimeout => "long-timeout",
        }
    }

    /// What can be done about it.
    pub fn proposal(self) -> &'static str {
        match self {
            Self::UnpinnedPackage => {
                "Name the version: `name@<version>` for npx and uvx, `name@sha256:<digest>` for docker. Else other code may be fetched and run without anybody having approved it."
            }
            Self::LongTimeout => "It is in seconds: milliseconds seem to be meant.",
        }
    }
}

/// What is probably not meant.
pub fn advice(config: &Config) -> Vec<Advice> {
    let noted = |pointer: Pointer, reason| Advice { pointer, reason };
    let package = unpinned(config)
        .map(|index| noted(Path::Root.member("args").element(index).pointer(), Reason::UnpinnedPackage));
    let is_long =
        matches!(config.get("timeout"), Some(Node::Number(number)) if LONGEST_TIMEOUT < number.as_f64());
    let timeout = is_long.then(|| noted(Path::Root.member("timeout").pointer(), Reason::LongTimeout));
    package.into_iter().chain(timeout).collect()
}

/// Which argument is a package that is fetched in no certain version.
fn unpinned(config: &Config) -> Option<usize> {
    let Some(Node::Array(elements)) = config.get("args") else { return None };
    let text = |node: &'_ Node| match node {
        Node::Text(text) => Some(text.as_str().to_owned()),
        _ => None,
    };
    let args: Vec<String> = elements.iter().map_while(text).collect();
    let command = config.text("command")?;
    match command.rsplit('/').next().unwrap_or_default() {
        "npx" => package(&args, &NPX_FLAGS, is_loose_npm),
        "uvx" => package(&args, &UVX_FLAGS, is_loose_python),
        "docker" => image(&args),
        _ => None,
    }
}

fn package(args: &[String], with_value: &[&str], is_loose: fn(&str) -> bool) -> Option<usize> {
    let mut is_named = false;
    let mut index = 0;
    while let Some(arg) = args.get(index) {
        let (flag, value) =
            arg.split_once('=').map_or((arg.as_str(), None), |(flag, value)| (flag, Some(value)));
        let is_package = PACKAGE_FLAGS.contains(&flag) && with_value.contains(&flag);
        if !arg.starts_with('-') {
            return (!is_named && is_loose(arg)).then_some(index);
        }
        let takes_next = value.is_none() && with_value.contains(&flag);
        let at = if takes_next { index + 1 } else { index };
        let given = if takes_next { args.get(at).map(String::as_str) } else { value };
        if is_package {
            is_named = true;
            if given.is_some_and(is_loose) {
                return Some(at);
            }
        }
        index = at + 1;
    }
    None
}

fn image(args: &[String]) -> Option<usize> {
    let mut index = 1;
    if args.first().map(String::as_str) != Some("run") {
        return None;
    }
    while let Some(arg) = args.get(index).map(String::as_str) {
        if !arg.starts_with('-') {
            let is_loose = !arg.contains("@sha256:") && !is_no_name(arg);
            return is_loose.then_some(index);
        }
        index += match arg {
            _ if DOCKER_FLAGS.contains(&arg) => 2,
            _ if DOCKER_SWITCHES.contains(&arg) || arg.contains('=') => 1,
            // Whether the next one is its value nobody can say.
            _ => return None,
        };
    }
    None
}

/// Whether a text waits for a value, so that it says nothing yet.
fn is_no_name(text: &str) -> bool {
    let is_mark = |character: char| "${}%".contains(character) || character.is_whitespace();
    text.is_empty() || text.starts_with('<') || text.contains(is_mark)
}

/// Whether this is a package of the registry without a version.
fn is_loose_npm(text: &str) -> bool {
    let (scope, name) = text.strip_prefix('@').and_then(|rest| rest.split_once('/')).unwrap_or(("", text));
    let is_package = !is_no_name(text) && !name.starts_with(['.', '~']) && !name.contains(['/', ':']);
    is_package && !scope.contains(':') && !name.split_once('@').is_some_and(|(_, version)| is_exact(version))
}

/// Three numbers: all others are ranges and tags.
fn is_exact(version: &str) -> bool {
    let mut parts = version.splitn(3, '.');
    let is_number = |part: Option<&str>| {
        part.is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    is_number(parts.next())
        && is_number(parts.next())
        && parts.next().is_some_and(|rest| {
            rest.starts_with(|first: char| first.is_ascii_digit())
                && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-".contains(&byte))
        })
}

/// The same of Python.
fn is_loose_python(text: &str) -> bool {
    let is_package = !is_no_name(text) && !text.starts_with(['.', '~']) && !text.contains(['/', ':']);
    let version = text.split_once("==").or_else(|| text.split_once('@')).map_or("", |(_, version)| version);
    let is_one = version.starts_with(|first: char| first.is_ascii_digit()) && !version.contains(['*', ',']);
    is_package && !is_one
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::config;

    /// What is said of a configuration, in short.
    fn said(text: &str) -> String {
        let short = |Advice { pointer, reason }: Advice| format!("{pointer} {}", reason.as_str());
        advice(&config(text)).into_iter().map(short).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_package_without_a_version_is_reported_where_it_is_named() {
        for (command, args, expected) in [
            ("npx", r#"["-y","server-x"]"#, Some(1)),
            ("/usr/bin/npx", r#"["server-x"]"#, Some(0)),
            ("npx", r#"["-y","@scope/server-x"]"#, Some(1)),
            ("npx", r#"["-y","@scope/server-x@latest","/srv"]"#, Some(1)),
            ("npx", r#"["server-x@1"]"#, Some(0)),
            ("npx", r#"["server-x@^1.2.3"]"#, Some(0)),
            ("npx", r#"["server-x@1.2.x"]"#, Some(0)),
            ("npx", r#"["--package","server-x","run"]"#, Some(1)),
            ("npx", r#"["--package=server-x","run"]"#, Some(0)),
            ("npx", r#"["-p","server-x@1.2.3","run"]"#, None),
            ("npx", r#"["-y","@scope/server-x@1.2.3"]"#, None),
            ("npx", r#"["server-x@1.2.3-rc.1+b"]"#, None),
            ("npx", r#"["./local"]"#, None),
            ("npx", r#"["github:user/repo"]"#, None),
            ("npx", r#"["user/repo"]"#, None),
            ("npx", r#"["${PACKAGE}"]"#, None),
            ("npx", r#"["--registry","https://r.example","server-x"]"#, Some(2)),
            ("npx", r#"["-y"]"#, None),
            ("npx", r#"[1,"server-x"]"#, None),
            ("npx", r#""server-x""#, None),
            ("uvx", r#"["mcp-server-fetch"]"#, Some(0)),
            ("uvx", r#"["--from","mcp-server-fetch","run"]"#, Some(1)),
            ("uvx", r#"["--python","3.12","mcp-server-fetch"]"#, Some(2)),
            ("uvx", r#"["mcp-server-fetch>=1"]"#, Some(0)),
            ("uvx", r#"["mcp-server-fetch==1.*"]"#, Some(0)),
            ("uvx", r#"["mcp-server-fetch==2025.4.7"]"#, None),
            ("uvx", r#"["mcp-server-fetch@2025.4.7"]"#, None),
            ("uvx", r#"["--from","git+https://h.example/x","run"]"#, None),
            ("docker", r#"["run","-i","--rm","-e","A","mcp/x"]"#, Some(5)),
            ("docker", r#"["run","--rm","--env=A","mcp/x:1.2","--flag"]"#, Some(3)),
            ("docker", r#"["run","mcp/x@sha256:0123"]"#, None),
            ("docker", r#"["run","--unknown","mcp/x"]"#, None),
            ("docker", r#"["compose","up"]"#, None),
            ("node", r#"["server-x"]"#, None),
        ] {
            let text = format!(r#"{{"command":"{command}","args":{args}}}"#);
            let expected =
                expected.map(|index| format!("/args/{index} unpinned-package")).unwrap_or_default();
            assert_eq!(said(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_time_that_is_too_long_for_seconds_is_reported() {
        for (timeout, expected) in [
            ("3600", ""),
            ("3600.5", "/timeout long-timeout"),
            ("60000", "/timeout long-timeout"),
            (r#""60000""#, ""),
        ] {
            assert_eq!(said(&format!(r#"{{"command":"x","timeout":{timeout}}}"#)), expected, "{timeout}");
        }
    }
}
