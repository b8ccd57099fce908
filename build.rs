//! Tells the crate whether the page was built: `make ui` puts it into `ui/dist`, and `src/ui.rs` embeds it. Builds
//! nothing itself, so that cargo needs no Node.

use std::path::Path;

const FILES: [&str; 5] = ["index.html", "app.js", "editing.js", "app.css", "favicon.svg"];

fn main() {
    println!("cargo::rerun-if-changed=ui/dist");
    println!("cargo::rustc-check-cfg=cfg(page_is_built)");
    let dist = Path::new("ui/dist");
    let is_there = |name: &str| dist.join(name).is_file() && dist.join(format!("{name}.gz")).is_file();
    if FILES.into_iter().all(is_there) {
        println!("cargo::rustc-cfg=page_is_built");
    }
}
