//! TLS as clients of ours speak it: rustls over ring, with the roots of the system; and HTTP over it, which goes nowhere
//! but where it is sent. It does not know who is called.

use std::sync::{Arc, OnceLock};

use reqwest::{ClientBuilder, redirect, retry};

const USER_AGENT: &str = concat!("mcp-settings/", env!("CARGO_PKG_VERSION"));

static CONFIG: OnceLock<rustls::ClientConfig> = OnceLock::new();

/// The settings of a client. The roots are read from disk at the first call, which takes time: a service that calls none
/// needs none, and roots that change count after a restart. Without any root every `https` server is
/// refused, and `http` ones still work.
///
/// # Panics
///
/// Never: ring has the default versions.
pub fn client_config() -> rustls::ClientConfig {
    CONFIG.get_or_init(read).clone()
}

/// An HTTP client over [`client_config`], which takes the same time: no proxy of the environment is used, no redirect is
/// followed, and nothing is sent twice.
pub fn client_builder() -> ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(client_config())
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .user_agent(USER_AGENT)
}

fn read() -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
