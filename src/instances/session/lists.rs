//! Lists of tools, resources and prompts for our own use: read page by page, with bounds, and tolerantly. One odd tool
//! does not take the others away (DESIGN §13.6).

use std::borrow::Cow;
use std::collections::HashSet;
use std::future::Future;

use bytes::Bytes;

use crate::instances::fault::{Fault, FaultKind};
use crate::json::write_string;

use super::message::{member_of, string};
use super::versions::elements;

const MOST_PAGES: usize = 64;
const MOST_ITEMS: usize = 2_000;
const MOST_BYTES: usize = 16 << 20;

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// Tools.
    Tools,
    /// Resources.
    Resources,
    /// Templates of resources.
    ResourceTemplates,
    /// Prompts.
    Prompts,
}

/// What a server listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// What can be used, in the server's order.
    pub items: Vec<Item>,
    /// How many entries had nothing to call them by.
    pub dropped: usize,
}

/// The tools of a server.
pub type ToolList = List;

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is called by: a name, or the URI of a resource.
    pub key: String,
    /// The entry as it came.
    pub raw: Bytes,
    /// What is odd about it, in words of ours.
    pub findings: Vec<Cow<'static, str>>,
}

impl ListKind {
    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Tools => "tools/list",
            Self::Resources => "resources/list",
            Self::ResourceTemplates => "resources/templates/list",
            Self::Prompts => "prompts/list",
        }
    }

    const fn member(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Resources => "resources",
            Self::ResourceTemplates => "resourceTemplates",
            Self::Prompts => "prompts",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Tools | Self::Prompts => "name",
            Self::Resources => "uri",
            Self::ResourceTemplates => "uriTemplate",
        }
    }
}

impl Item {
    fn text(&self, path: &[&str]) -> Option<&str> {
        let words = std::str::from_utf8(&self.raw).ok()?;
        path.iter().try_fold(words, |words, name| member_of(words)(name))
    }

    /// What it is called in a list for people.
    pub fn title(&self) -> Option<String> {
        self.text(&["title"]).or_else(|| self.text(&["annotations", "title"])).and_then(string)
    }

    /// What it is for, in the server's words.
    pub fn description(&self) -> Option<String> {
        self.text(&["description"]).and_then(string)
    }

    /// The JSON Schema of a tool's arguments, as it came.
    pub fn input_schema(&self) -> Option<Bytes> {
        let schema = self.text(&["inputSchema"])?;
        Some(self.raw.slice_ref(schema.as_bytes()))
    }

    /// Whether a tool says that it changes nothing. The server says so, nobody proves it.
    pub fn is_read_only(&self) -> bool {
        self.text(&["annotations", "readOnlyHint"]) == Some("true")
    }
}

/// Reads the first page of a list, and says whether it is the whole.
pub(super) fn first_page(kind: ListKind, page: &Bytes) -> Result<(List, bool), Fault> {
    let mut list = List::default();
    let cursor = read_page(kind, page, &mut list, &mut HashSet::new())?;
    Ok((list, cursor.is_none()))
}

/// Reads a whole list; `page` requests one page with these parameters.
pub(super) async fn collect<F>(
    kind: ListKind,
    mut page: impl FnMut(Option<String>) -> F,
) -> Result<List, Fault>
where
    F: Future<Output = Result<Bytes, Fault>>,
{
    let too_large = |what: String| FaultKind::TooLarge.because(format!("the server lists more than {what}"));
    let mut list = List::default();
    let mut names = HashSet::new();
    let mut cursors = HashSet::new();
    let mut params = None;
    let mut bytes = 0;
    for _ in 0..MOST_PAGES {
        let result = page(params.take()).await?;
        bytes += result.len();
        if bytes > MOST_BYTES {
            return Err(too_large(format!("{MOST_BYTES} bytes")));
        }
        let cursor = read_page(kind, &result, &mut list, &mut names)?;
        if list.items.len() + list.dropped > MOST_ITEMS {
            return Err(too_large(format!("{MOST_ITEMS} {}", kind.member())));
        }
        // A cursor that comes again would bring what we have.
        match cursor {
            Some(cursor) if cursors.insert(cursor.clone()) => {
                let mut next = "{\"cursor\":".to_owned();
                write_string(&mut next, &cursor);
                next.push('}');
                params = Some(next);
            }
            _ => return Ok(list),
        }
    }
    Err(too_large(format!("{MOST_PAGES} pages")))
}

/// Adds the entries of one page, and gives the cursor of the next.
fn read_page(
    kind: ListKind,
    result: &Bytes,
    list: &mut List,
    names: &mut HashSet<String>,
) -> Result<Option<String>, Fault> {
    let words = std::str::from_utf8(result).unwrap_or_default();
    let member = member_of(words);
    let entries = member(kind.member()).filter(|entries| entries.starts_with('['));
    let no_list = || {
        let message = format!("the server's answer to `{}` has no array `{}`", kind.method(), kind.member());
        FaultKind::Protocol.because(message)
    };
    for entry in elements(entries.ok_or_else(no_list)?) {
        let key = member_of(entry)(kind.key()).and_then(string).filter(|key| !key.is_empty());
        let Some(key) = key else {
            list.dropped += 1;
            continue;
        };
        let mut findings: Vec<_> = match kind {
            ListKind::Tools => tool_findings(entry).into_iter().map(Cow::Borrowed).collect(),
            _ => Vec::new(),
        };
        if !names.insert(key.clone()) {
            findings.push("another one has the same name".into());
        }
        list.items.push(Item { key, raw: result.slice_ref(entry.as_bytes()), findings });
    }
    Ok(member("nextCursor").and_then(string).filter(|cursor| !cursor.is_empty()))
}

fn tool_findings(entry: &str) -> Vec<&'static str> {
    let member = member_of(entry);
    let is = |name: &str, first: char| match member(name) {
        None | Some("null") => true,
        Some(value) => value.starts_with(first),
    };
    let mut findings = Vec::new();
    match member("inputSchema") {
        None => findings.push("`inputSchema` is missing"),
        Some(schema) if !schema.starts_with('{') => findings.push("`inputSchema` is not an object"),
        Some(_) => {}
    }
    for (is_right, finding) in [
        (is("description", '"'), "`description` is not a string"),
        (is("title", '"'), "`title` is not a string"),
        (is("annotations", '{'), "`annotations` is not an object"),
        (is("outputSchema", '{'), "`outputSchema` is not an object"),
    ] {
        if !is_right {
            findings.push(finding);
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn listed(pages: &[&str]) -> Result<List, Fault> {
        let mut at = 0;
        collect(ListKind::Tools, |_| {
            let page = pages[at.min(pages.len() - 1)].to_owned();
            at += 1;
            async move { Ok(Bytes::from(page)) }
        })
        .await
    }

    fn keys(list: &List) -> Vec<&str> {
        list.items.iter().map(|item| item.key.as_str()).collect()
    }

    #[tokio::test]
    async fn an_odd_tool_is_a_finding_and_one_without_a_name_is_dropped() {
        let page = r#"{"tools":[{"name":"good","inputSchema":{"type":"object","x":1.0},"annotations":{"readOnlyHint":true}},
            {"name":"true","inputSchema":true},{"name":"none","description":1},{"name":""},{"title":"x"},7,
            {"name":"good","inputSchema":{}}],"new":1}"#;
        let list = listed(&[page]).await.unwrap();
        assert_eq!(keys(&list), ["good", "true", "none", "good"]);
        assert_eq!(list.dropped, 3);
        let findings: Vec<_> = list.items.iter().map(|item| item.findings.clone()).collect();
        assert_eq!(findings[0], Vec::<&str>::new());
        assert_eq!(findings[1], ["`inputSchema` is not an object"]);
        assert_eq!(findings[2], ["`inputSchema` is missing", "`description` is not a string"]);
        assert_eq!(findings[3], ["another one has the same name"]);
        assert_eq!(list.items[0].input_schema().unwrap(), r#"{"type":"object","x":1.0}"#);
        assert!(list.items[0].is_read_only() && !list.items[1].is_read_only());
    }

    #[tokio::test]
    async fn pages_follow_each_other_until_there_is_no_cursor_or_one_comes_again() {
        let end = |last: &str| format!("{{\"tools\":[{{\"name\":\"b\"}}]{last}}}");
        let first = r#"{"tools":[{"name":"a"}],"nextCursor":"1\""}"#;
        for last in ["", ",\"nextCursor\":null", ",\"nextCursor\":\"\"", ",\"nextCursor\":\"1\\\"\""] {
            assert_eq!(keys(&listed(&[first, &end(last)]).await.unwrap()), ["a", "b"], "{last}");
        }
        let mut asked = Vec::new();
        let list = collect(ListKind::Prompts, |params| {
            asked.push(params);
            let cursor =
                if asked.len() < 3 { format!(",\"nextCursor\":\"c{}\"", asked.len()) } else { String::new() };
            async move { Ok(Bytes::from(format!("{{\"prompts\":[]{cursor}}}"))) }
        });
        list.await.unwrap();
        assert_eq!(
            asked,
            [None, Some(r#"{"cursor":"c1"}"#.to_owned()), Some(r#"{"cursor":"c2"}"#.to_owned())]
        );
    }

    #[tokio::test]
    async fn a_list_has_bounds() {
        let mut number = 0;
        let endless = collect(ListKind::Tools, |_| {
            number += 1;
            let page = format!("{{\"tools\":[],\"nextCursor\":\"{number}\"}}");
            async move { Ok(Bytes::from(page)) }
        });
        assert_eq!(endless.await.unwrap_err().kind, FaultKind::TooLarge);
        assert_eq!(number, MOST_PAGES);
        let tools = vec!["{\"name\":\"x\"}"; MOST_ITEMS + 1].join(",");
        let page = format!("{{\"tools\":[{tools}]}}");
        assert_eq!(listed(&[&page]).await.unwrap_err().kind, FaultKind::TooLarge);
        let exactly = vec!["{\"name\":\"x\"}"; MOST_ITEMS].join(",");
        assert_eq!(listed(&[&format!("{{\"tools\":[{exactly}]}}")]).await.unwrap().items.len(), MOST_ITEMS);
    }

    #[tokio::test]
    async fn what_is_no_list_is_a_fault_of_the_protocol() {
        for page in ["{}", "null", "[]", r#"{"tools":{}}"#, r#"{"tools":null}"#] {
            assert_eq!(listed(&[page]).await.unwrap_err().kind, FaultKind::Protocol, "{page}");
        }
    }
}
