//! The variables of a program: a few of ours, the `PATH` in which its command was looked up, and its own. It knows no
//! configuration.

use std::ffi::{OsStr, OsString};

use crate::instances::fault::{Fault, FaultKind};
use crate::model::plain_names::matches;
use crate::secrets::Plaintext;

/// Which variables of ours a program gets where nothing is configured.
pub(super) const DEFAULT: [&str; 27] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_*",
    "TZ",
    "TMPDIR",
    "TERM",
    "XDG_RUNTIME_DIR",
    "XDG_*_HOME",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "FTP_PROXY",
    "WS_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "ftp_proxy",
    "ws_proxy",
];

/// Our own, which no program gets whatever is configured: they hold keys.
const OURS: [&str; 4] = ["MCP_SETTINGS_*", "OH_*", "SESSION_API_KEY*", "VAULT_*"];

/// The variables of ours that a program gets.
pub(super) fn inherited(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    configured: Option<&[String]>,
) -> Vec<(OsString, OsString)> {
    let is_inherited = |name: &OsStr| {
        let Some(name) = name.to_str() else { return false };
        let is_listed = match configured {
            Some(patterns) => patterns.iter().any(|pattern| matches(pattern, name)),
            None => DEFAULT.iter().any(|pattern| matches(pattern, name)),
        };
        is_listed && !OURS.iter().any(|pattern| matches(pattern, &name.to_ascii_uppercase()))
    };
    environment.into_iter().filter(|(name, _)| is_inherited(name)).collect()
}

/// All variables of a program.
pub(super) fn environment(
    inherited: &[(OsString, OsString)],
    path: &OsStr,
    own: &[(String, Plaintext)],
) -> Result<Vec<(OsString, OsString)>, Fault> {
    let is_own = |name: &OsStr| own.iter().any(|(own, _)| name == OsStr::new(own));
    let is_kept = |name: &OsStr| !is_own(name) && name != "PATH";
    let mut all: Vec<_> = inherited.iter().filter(|(name, _)| is_kept(name)).cloned().collect();
    if !is_own("PATH".as_ref()) {
        all.push(("PATH".into(), path.to_owned()));
    }
    for (name, value) in own {
        if name.is_empty() || name.contains(['=', '\0']) {
            let name = name.escape_default();
            return Err(FaultKind::Spawn.because(format!("`{name}` is not a name of a variable")));
        }
        if value.expose().contains('\0') {
            return Err(FaultKind::Spawn.because(format!("the variable `{name}` holds a NUL")));
        }
        all.push((name.into(), value.expose().into()));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(environment: &[&str], configured: Option<&[&str]>) -> Vec<String> {
        let environment = environment.iter().map(|name| ((*name).into(), "x".into()));
        let configured: Option<Vec<String>> =
            configured.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        let found = inherited(environment, configured.as_deref());
        found.into_iter().map(|(name, _)| name.into_string().unwrap()).collect()
    }

    #[test]
    fn a_program_gets_what_programs_need_and_no_secret_of_the_service() {
        let given =
            ["HOME", "LC_ALL", "https_proxy", "XDG_DATA_HOME", "AWS_SECRET_ACCESS_KEY", "NODE_OPTIONS"];
        assert_eq!(names(&given, None), ["HOME", "LC_ALL", "https_proxy", "XDG_DATA_HOME"]);
        assert_eq!(names(&given, Some(&["AWS_*"])), ["AWS_SECRET_ACCESS_KEY"]);
        assert!(names(&given, Some(&[])).is_empty());
    }

    #[test]
    fn no_pattern_gives_a_program_our_own_variables() {
        let ours = [
            "MCP_SETTINGS_SECRET_KEY",
            "OH_SECRET_KEY",
            "OH_SESSION_API_KEYS_0",
            "SESSION_API_KEY",
            "VAULT_TOKEN",
            "mcp_settings_api_key",
        ];
        assert!(names(&ours, Some(&["*", "VAULT_TOKEN"])).is_empty());
    }

    #[test]
    fn its_own_variables_count_last_and_an_empty_value_is_a_value() {
        let inherited = [("HOME", "/root"), ("PATH", "/usr/bin"), ("LANG", "C")];
        let inherited = inherited.map(|(name, value)| (name.into(), value.into()));
        let own = |name: &str, value: &str| (name.to_owned(), Plaintext::new(value.to_owned()));
        let all =
            environment(&inherited, "/bin:/opt".as_ref(), &[own("HOME", "/srv"), own("X", "")]).unwrap();
        let expected = [("LANG", "C"), ("PATH", "/bin:/opt"), ("HOME", "/srv"), ("X", "")];
        assert_eq!(all, expected.map(|(name, value)| (name.into(), value.into())));
        let all = environment(&inherited, "/bin".as_ref(), &[own("PATH", "/own")]).unwrap();
        assert_eq!(all.iter().filter(|(name, _)| name == "PATH").count(), 1);
        assert_eq!(all.last().unwrap().1, "/own");
    }

    #[test]
    fn what_is_no_variable_is_refused_without_its_value() {
        for (name, value) in
            [("", "canary"), ("LD_PRELOAD=/x", "canary"), ("A\0", "canary"), ("A", "can\0ary")]
        {
            let own = [(name.to_owned(), Plaintext::new(value.to_owned()))];
            let fault = environment(&[], "/bin".as_ref(), &own).unwrap_err();
            assert!(fault.kind == FaultKind::Spawn && !fault.message.contains("can"), "{}", fault.message);
        }
    }
}
