//! The page for people, as `make ui` built it; where it was not built, a page that says how. It uses only the public
//! API, and knows no other room.

/// What the page may load and do: nothing from elsewhere, no script or style in the page itself.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The name of the file that the page begins with. It is always there.
pub const PAGE: &str = "index.html";

/// One file of the page.
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// What kind of file it is.
    pub media_type: &'static str,
    /// Its bytes.
    pub plain: &'static [u8],
    /// The same, compressed by gzip.
    pub gzip: Option<&'static [u8]>,
}

#[cfg(page_is_built)]
macro_rules! built {
    ($name:expr, $media_type:expr) => {
        File {
            name: $name,
            media_type: $media_type,
            plain: include_bytes!(concat!("../ui/dist/", $name)),
            gzip: Some(include_bytes!(concat!("../ui/dist/", $name, ".gz"))),
        }
    };
}

/// Every file of the page.
#[cfg(page_is_built)]
pub static FILES: &[File] = &[
    built!("index.html", HTML),
    built!("app.js", "text/javascript; charset=utf-8"),
    built!("editing.js", "text/javascript; charset=utf-8"),
    built!("app.css", "text/css; charset=utf-8"),
    built!("favicon.svg", "image/svg+xml"),
];

/// Every file of the page.
#[cfg(not(page_is_built))]
pub static FILES: &[File] = &[File { name: PAGE, media_type: HTML, plain: UNBUILT.as_bytes(), gzip: None }];

const HTML: &str = "text/html; charset=utf-8";

#[cfg(any(test, not(page_is_built)))]
const UNBUILT: &str = r#"<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>mcp-settings</title></head>
<body>
<h1>The page was not built</h1>
<p>This service was built without its page. <code>make run</code> builds both and starts the service;
<code>make ui</code> builds the page alone, and <code>cargo build</code> then takes it in.</p>
<p>The API is here all the same: it <a href="openapi.json">describes itself</a>.</p>
</body>
</html>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_always_there() {
        assert!(FILES.iter().any(|file| file.name == PAGE && file.media_type == HTML));
    }

    #[test]
    fn a_page_that_was_not_built_says_how_to_build_it_and_needs_nothing_else() {
        assert!(UNBUILT.contains("make ui") && UNBUILT.contains(r#""openapi.json""#));
        assert!(!["<script", "<style", "style=", "<img"].iter().any(|part| UNBUILT.contains(part)));
    }
}
