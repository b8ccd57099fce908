//! Reads secrets of Vault's or OpenBao's key-value store, version 2: one request each, and nothing is kept. It does not
//! know which may be read.

use std::collections::HashMap;
use std::time::Duration;

use percent_encoding::utf8_percent_encode;
use reqwest::header::HeaderValue;
use reqwest::{Client, StatusCode, redirect};
use serde_json::{Map, Value};

use super::file::read_anywhere;
use super::settings::{ReferenceSettings, VaultToken};
use super::url::VALUE;
use crate::blocking;
use crate::secrets::Plaintext;
use crate::tls::client_config;

/// How long a request takes at most.
const DEADLINE: Duration = Duration::from_secs(5);

/// How large an answer is at most. Bytes.
const LARGEST: usize = 1 << 20;

/// Why a secret could not be read: what is said of it, and what else there is to say to those who may start programs.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) why: String,
    pub(super) detail: Option<String>,
}

/// Vault for the references of one launch: each secret is asked for once.
#[derive(Default)]
pub(super) struct Vault {
    client: Option<Client>,
    /// The values of each secret, by its mount and path.
    read: HashMap<(String, String), Map<String, Value>>,
}

impl Vault {
    /// The value of a secret.
    pub(super) async fn value(
        &mut self,
        settings: &ReferenceSettings,
        mount: &str,
        path: &str,
        key: &str,
    ) -> Result<Plaintext, Unread> {
        let place = (mount.to_owned(), path.to_owned());
        let values = match self.read.remove(&place) {
            Some(values) => values,
            None => self.ask(settings, mount, path).await?,
        };
        let value = match values.get(key) {
            Some(Value::String(text)) => Ok(Plaintext::new(text.clone())),
            Some(_) => Err("the value is not a string".into()),
            None => Err("the secret has no such key".into()),
        };
        self.read.insert(place, values);
        value
    }

    async fn ask(
        &mut self,
        settings: &ReferenceSettings,
        mount: &str,
        path: &str,
    ) -> Result<Map<String, Value>, Unread> {
        let address = settings.vault_address.as_deref().ok_or("VAULT_ADDR is not set")?;
        let token = token(settings.vault_token.as_ref()).await?;
        let mut token = HeaderValue::from_str(token.expose())
            .map_err(|_| "the token for Vault holds what no header can hold")?;
        token.set_sensitive(true);
        let parts: Vec<String> =
            path.split('/').map(|part| utf8_percent_encode(part, VALUE).to_string()).collect();
        let mount = utf8_percent_encode(mount, VALUE);
        let url = format!("{}/v1/{mount}/data/{}", address.trim_end_matches('/'), parts.join("/"));
        let client = match &self.client {
            Some(client) => client,
            None => self.client.insert(blocking::run(client).await?),
        };
        let exchange = async {
            let sent = client.get(url).header("X-Vault-Token", token).header("X-Vault-Request", "true");
            let answer = sent.send().await.map_err(|error| not_reached(&error))?;
            check_status(answer.status())?;
            body(answer).await
        };
        let body = tokio::time::timeout(DEADLINE, exchange)
            .await
            .map_err(|_| "Vault did not answer in 5 seconds")??;
        let answer: Value = serde_json::from_slice(&body).map_err(|_| "the answer of Vault is not JSON")?;
        match answer {
            Value::Object(mut answer) => match answer.remove("data") {
                Some(Value::Object(mut data)) => match data.remove("data") {
                    Some(Value::Object(values)) => Ok(values),
                    _ => Err("the mount is not a key-value store of version 2".into()),
                },
                _ => Err("the answer of Vault holds no secret".into()),
            },
            _ => Err("the answer of Vault holds no secret".into()),
        }
    }
}

async fn token(token: Option<&VaultToken>) -> Result<Plaintext, Unread> {
    match token {
        None => Err("there is no token for Vault: neither VAULT_TOKEN nor VAULT_TOKEN_FILE is set".into()),
        Some(VaultToken::Text(token)) => Ok(token.clone()),
        Some(VaultToken::File(path)) => {
            let path = path.clone();
            blocking::run(move || read_anywhere(&path)).await.map_err(|unread| Unread {
                why: format!("the file that VAULT_TOKEN_FILE names {}", unread.why),
                detail: unread.error.map(|error| error.to_string()),
            })
        }
    }
}

/// No redirect is followed: the token would go with it. Nor is a proxy used, which would see it.
fn client() -> Result<Client, Unread> {
    Client::builder()
        .tls_backend_preconfigured(client_config())
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(DEADLINE)
        .build()
        .map_err(|error| Unread {
            why: "TLS could not be set up".to_owned(),
            detail: Some(error.to_string()),
        })
}

/// The text of the error holds the address, which may hold credentials.
fn not_reached(error: &reqwest::Error) -> Unread {
    if error.is_timeout() {
        "Vault did not answer in 5 seconds".into()
    } else if error.is_builder() {
        "VAULT_ADDR is not an http or https URL".into()
    } else {
        "Vault could not be reached".into()
    }
}

fn check_status(status: StatusCode) -> Result<(), Unread> {
    Err(match status.as_u16() {
        200 => return Ok(()),
        400 => "Vault does not take the request".into(),
        403 => "the token for Vault may not read it, or is not valid".into(),
        404 => "Vault has no such secret, or it is deleted".into(),
        429 => "Vault is asked too often".into(),
        503 => "Vault is sealed or under maintenance".into(),
        300..=399 => "Vault answered with a redirect, which is not followed".into(),
        other => Unread { why: format!("Vault answered with status {other}"), detail: None },
    })
}

async fn body(mut answer: reqwest::Response) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| not_reached(&error))? {
        body.extend_from_slice(&chunk);
        if LARGEST < body.len() {
            return Err("the answer of Vault is larger than 1 MiB".into());
        }
    }
    Ok(body)
}

impl From<&'static str> for Unread {
    fn from(why: &'static str) -> Self {
        Self { why: why.to_owned(), detail: None }
    }
}
