//! `POST /api/import`: reads what is asked of an import, in a body of JSON or in the text itself.

use indexmap::IndexMap;

use crate::json::{Json, Object, Pointer, Text};
use crate::model::ServerName;
use crate::model::validate::Violation;
use crate::projection::Condition;
use crate::service::{ChosenAction, ImportChoice, ImportRequest, Imported, ServiceError};

use super::body::{TextOrObject, check_text};
use super::endpoint::{Answer, Call, momentary_response};

const NO_TAG: &str = "A text has no ETag, so this route takes no conditions. The choice for each server can have one, as `if_match`.";

/// `POST /api/import`
pub(super) fn import(call: Call, body: TextOrObject) -> Answer {
    Box::pin(async move {
        call.unconditional(NO_TAG)?;
        let mut request = match body {
            TextOrObject::Text(text) => ImportRequest { text, ..ImportRequest::default() },
            TextOrObject::Object(body) => Reader::default()
                .request(&body)
                .map_err(|violations| call.failed(ServiceError::MisfitOfText(violations)))?,
        };
        check_text(&request.text)?;
        request.format = request.format.or(call.query.format);
        request.file = request.file.or_else(|| call.query.file.clone());
        if request.shows_values && !call.query.is_dry_run {
            let violation = Violation {
                pointer: Pointer::root().member("in_clear"),
                message: "only a dry run shows the values of a text".into(),
            };
            return Err(call.failed(ServiceError::MisfitOfText(vec![violation])));
        }
        let (service, caller) = (call.service(), call.caller.clone());
        let imported = match call.query.is_dry_run {
            true => service.try_import(request, caller).await,
            false => service.import(request, caller).await,
        };
        let Imported { result, written } = imported.map_err(|error| call.failed(error))?;
        let names = result.servers.iter().filter_map(|server| server.stored_as.as_deref());
        call.trail.servers(names);
        if !call.query.is_dry_run {
            call.trail.written(&written);
        }
        Ok(momentary_response(&result))
    })
}

/// Reads a body, and collects what is wrong with it.
#[derive(Default)]
struct Reader(Vec<Violation>);

impl Reader {
    fn request(mut self, body: &Object) -> Result<ImportRequest, Vec<Violation>> {
        let root = Pointer::root();
        self.known(
            body,
            &root,
            &["text", "format", "file", "choices", "approve", "skip_refused", "in_clear"],
        );
        let text = self.text(body, &root, "text").unwrap_or_else(|| {
            if !body.contains("text") {
                self.note(root.member("text"), "is required");
            }
            Text::default()
        });
        let format = self.text(body, &root, "format").and_then(|word| {
            let format = word.as_str().parse().ok();
            if format.is_none() {
                self.note(root.member("format"), "must be the name of a format");
            }
            format
        });
        let file = self.text(body, &root, "file").map(|file| file.as_str().to_owned());
        let skips_refused = self.flag(body, &root, "skip_refused");
        let shows_values = self.flag(body, &root, "in_clear");
        let approved = self.approved(body);
        let mut choices = IndexMap::new();
        for (name, choice) in self.members(body, &root, "choices") {
            let at = root.member("choices").member(name);
            choices.insert(name.to_owned(), self.choice(choice, &at));
        }
        let request = ImportRequest { text, format, file, choices, approved, skips_refused, shows_values };
        if self.0.is_empty() { Ok(request) } else { Err(self.0) }
    }

    fn approved(&mut self, body: &Object) -> Vec<String> {
        let at = Pointer::root().member("approve");
        let elements = match body.get("approve") {
            None => &[][..],
            Some(Json::Array(elements)) => elements,
            Some(_) => {
                self.note(at, "must be an array of names");
                return Vec::new();
            }
        };
        let mut names = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            match element.as_str() {
                Some(name) => names.push(name.to_owned()),
                None => self.note(at.element(index), "must be a name"),
            }
        }
        names
    }

    fn choice(&mut self, choice: &Json, at: &Pointer) -> ImportChoice {
        let Json::Object(choice) = choice else {
            self.note(at.clone(), "must be an object");
            return ImportChoice::default();
        };
        self.known(choice, at, &["action", "name", "if_match", "inputs"]);
        let action = self.action(choice, at);
        let if_match = match self.text(choice, at, "if_match") {
            None => Condition::Absent,
            Some(tags) => Condition::parse([tags.as_str().as_bytes()]).unwrap_or_else(|error| {
                self.note(at.member("if_match"), error.to_string());
                Condition::Absent
            }),
        };
        let mut inputs = IndexMap::new();
        for (id, value) in self.members(choice, at, "inputs") {
            match value {
                Json::String(value) => drop(inputs.insert(id.to_owned(), value.clone())),
                _ => self.note(at.member("inputs").member(id), "must be a string"),
            }
        }
        ImportChoice { action, if_match, inputs }
    }

    fn action(&mut self, choice: &Object, at: &Pointer) -> Option<ChosenAction> {
        let word = self.text(choice, at, "action");
        let name = self.text(choice, at, "name");
        let action = match word.as_ref().map(Text::as_str) {
            None => None,
            Some("add") => Some(ChosenAction::Add),
            Some("replace") => Some(ChosenAction::Replace),
            Some("merge") => Some(ChosenAction::Merge),
            Some("skip") => Some(ChosenAction::Skip),
            Some("rename") => return self.new_name(choice, name.as_ref(), at).map(ChosenAction::Rename),
            Some(_) => {
                self.note(at.member("action"), "must be add, replace, merge, rename or skip");
                return None;
            }
        };
        if choice.contains("name") {
            self.note(at.member("name"), "only `rename` gives a server another name");
        }
        action
    }

    /// The name that a choice gives a server. That it is a text was asked already.
    fn new_name(&mut self, choice: &Object, name: Option<&Text>, at: &Pointer) -> Option<ServerName> {
        let message = match name.map(|name| name.as_str().parse::<ServerName>()) {
            Some(Ok(name)) => return Some(name),
            Some(Err(error)) => error.to_string(),
            None if choice.contains("name") => return None,
            None => "is required".to_owned(),
        };
        self.note(at.member("name"), message);
        None
    }

    fn known(&mut self, object: &Object, at: &Pointer, known: &[&str]) {
        for name in object.names().filter(|name| !known.contains(name)) {
            self.note(at.member(name), format!("is not a member here; there are {}", known.join(", ")));
        }
    }

    /// The text of a member, if it is there and is one.
    fn text(&mut self, object: &Object, at: &Pointer, name: &str) -> Option<Text> {
        match object.get(name)? {
            Json::String(text) => Some(text.clone()),
            _ => {
                self.note(at.member(name), "must be a string");
                None
            }
        }
    }

    /// Whether a member is true.
    fn flag(&mut self, object: &Object, at: &Pointer, name: &str) -> bool {
        match object.get(name) {
            None => false,
            Some(Json::Bool(value)) => *value,
            Some(_) => {
                self.note(at.member(name), "must be true or false");
                false
            }
        }
    }

    /// The members of an object, if it is there and is one.
    fn members<'o>(&mut self, object: &'o Object, at: &Pointer, name: &str) -> Vec<(&'o str, &'o Json)> {
        match object.get(name) {
            None => Vec::new(),
            Some(Json::Object(inner)) => inner.iter().collect(),
            Some(_) => {
                self.note(at.member(name), "must be an object");
                Vec::new()
            }
        }
    }

    fn note(&mut self, pointer: Pointer, message: impl Into<std::borrow::Cow<'static, str>>) {
        self.0.push(Violation { pointer, message: message.into() });
    }
}
