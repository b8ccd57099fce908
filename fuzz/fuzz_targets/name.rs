//! Any text as a server's name. What is taken is one segment of a URL that no reader of URLs changes; what is
//! refused breaks the rule for names, written here in other words.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcp_settings::model::ServerName;
use url::Url;

const LEGAL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@:+-";

fuzz_target!(|text: &str| {
    let follows_the_rule = !matches!(text, "" | "." | "..")
        && text.chars().count() <= 128
        && text.chars().all(|c| LEGAL.contains(c));
    let name = text.parse::<ServerName>();
    assert_eq!(name.is_ok(), follows_the_rule);
    let Ok(name) = name else { return };
    assert_eq!(name.as_str(), text);
    assert_eq!(name.key().as_str(), text);
    assert_eq!(name.to_string(), text);

    let collection = Url::parse("http://h/api/settings/mcp-servers/").expect("it is a URL");
    let absolute = Url::parse(&format!("{collection}{text}")).expect("a name makes a URL");
    assert_eq!(absolute.path(), format!("{}{text}", collection.path()));
    assert_eq!((absolute.query(), absolute.fragment()), (None, None));
});
