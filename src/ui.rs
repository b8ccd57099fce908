//! The page that the service serves at `/`. It uses only the public API, and knows no other room.

/// What the page may load and do: nothing from elsewhere, no script in the page itself.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page: where the API is, and which document it serves.
pub fn page(address: &str, document: &str) -> String {
    let (address, document) = (escape(address), escape(document));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>mcp-settings</title></head>\n<body>\n\
         <h1>mcp-settings</h1>\n\
         <p>The API is at <code>{address}/api/settings/mcp-servers</code>.</p>\n\
         <p>The settings document is <code>{document}</code>.</p>\n\
         </body>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, character| {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_can_not_write_into_the_page() {
        let page = page("http://127.0.0.1:1", "/tmp/<script>\"&");
        assert!(page.contains("/tmp/&lt;script&gt;&quot;&amp;") && !page.contains("<script>"));
    }
}
