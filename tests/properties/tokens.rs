//! Keys of the test's own, and encrypted values ready to be strewn over documents: sealing again in each of
//! thousands of cases would take most of the time.

use std::sync::LazyLock;

use mcp_settings::secrets::{EtagKey, KeyRing, KeySources, Keys, Plaintext, SecretKey};

/// An encrypted value and what is in it.
pub(crate) struct Token {
    pub(crate) plaintext: &'static str,
    pub(crate) text: String,
}

const PLAINTEXTS: [&str; 6] = ["s3cret", "süß \"quoted\" \\ ☃", "12345", "true", "  padded ", "gAAAAA-like"];

/// Encrypted by the newest key and by an older one.
pub(crate) static OWN: LazyLock<Vec<Token>> =
    LazyLock::new(|| sealed("newest").chain(sealed("newest")).chain(sealed("older")).collect());

/// Encrypted by a key that nobody has.
pub(crate) static FOREIGN: LazyLock<Vec<Token>> = LazyLock::new(|| sealed("lost").collect());

/// The keys of the service under test.
pub(crate) fn keys() -> Keys {
    keys_with(None)
}

/// The same with a key of their own for the tags.
pub(crate) fn keys_with(etag: Option<&str>) -> Keys {
    let previous = vec![SecretKey::new("older").expect("it is not blank")];
    Keys::load(KeySources {
        etag: etag.and_then(SecretKey::new),
        ..KeySources::without_files(SecretKey::new("newest"), previous)
    })
    .expect("no file is needed")
}

/// What one of our tokens holds.
pub(crate) fn opened(token: &str) -> Option<String> {
    let known = OWN.iter().find(|own| own.text == token).map(|own| own.plaintext.to_owned());
    known.or_else(|| RING.open(token).map(|plaintext| plaintext.expose().to_owned()))
}

/// A new token of the newest key.
pub(crate) fn seal(plaintext: &str) -> String {
    RING.seal(&Plaintext::new(plaintext.to_owned())).expect("there is a key").as_str().to_owned()
}

static RING: LazyLock<KeyRing> = LazyLock::new(|| ring(&["newest", "older"]));

fn ring(secrets: &[&str]) -> KeyRing {
    let secrets: Vec<_> = secrets.iter().filter_map(|text| SecretKey::new(text)).collect();
    KeyRing::new(&secrets, None, &EtagKey::random())
}

fn sealed(key: &'static str) -> impl Iterator<Item = Token> {
    let ring = ring(&[key]);
    PLAINTEXTS.into_iter().map(move |plaintext| {
        let token = ring.seal(&Plaintext::new(plaintext.to_owned())).expect("there is a key");
        Token { plaintext, text: token.as_str().to_owned() }
    })
}
