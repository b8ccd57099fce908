//! The page behind something that changes the headers of answers: it takes tags from bodies.

use serde_json::json;

use super::fixture::Fixture;

#[test]
fn the_page_works_where_tags_and_locations_never_reach_it() {
    Fixture::empty().tell("without", json!(["etag", "location", "link", "content-location"])).play("core");
}
