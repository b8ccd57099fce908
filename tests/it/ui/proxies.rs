//! The service behind real proxies that compress, over TLS, at `/` and under a path: the API and the page in one go.

use std::fs;
use std::path::Path;

use super::fixture::Fixture;
use crate::proxy::{BASE, Program};

#[test]
fn all_of_it_works_behind_nginx() {
    Fixture::empty().behind(Program::Nginx, "").play("proxied");
}

#[test]
fn all_of_it_works_behind_nginx_under_a_path() {
    Fixture::empty().behind(Program::Nginx, BASE).play("proxied");
}

#[test]
fn all_of_it_works_behind_apache() {
    Fixture::empty().behind(Program::Apache, "").play("proxied");
}

#[test]
fn all_of_it_works_behind_apache_under_a_path() {
    Fixture::empty().behind(Program::Apache, BASE).play("proxied");
}

#[test]
fn all_of_it_works_behind_caddy() {
    Fixture::empty().behind(Program::Caddy, "").play("proxied");
}

#[test]
fn all_of_it_works_behind_caddy_under_a_path() {
    Fixture::empty().behind(Program::Caddy, BASE).play("proxied");
}

#[test]
fn a_page_of_an_origin_that_is_not_allowed_says_what_to_set() {
    let stage = Fixture::empty().behind(Program::Nginx, BASE);
    stage.env("MCP_SETTINGS_ALLOWED_ORIGINS", "https://other.example").play("foreign-origin");
}

#[test]
fn the_manual_shows_the_configurations_that_are_tried() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/OPERATIONS.md");
    let manual = fs::read_to_string(manual).expect("it is checked in");
    for program in Program::ALL {
        assert!(manual.contains(program.manual()), "{} is shown otherwise", program.name());
    }
}
