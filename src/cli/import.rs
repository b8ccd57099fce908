//! `mcp-settings import`: servers from a file of another client, or from any text that has some. It is tried first, and
//! shown; then all of it is stored, or nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::api::{ImportAction, ImportResult, ImportedServer, StoredWord, TextPlace};
use crate::formats::Format;
use crate::json::{Json, Object, Pointer, Rules, parse, to_compact};

use super::client::{Purpose, Request, Response, Settings, Target, run as run_on};
use super::failure::{Exit, Failure};
use super::input::{Input, not_json, read_file};
use super::list::starts;
use super::output::{Form, Output, format_parser, show};
use super::terminal::{Table, Tone, confirm, has_colours, note};

/// What becomes of servers that are stored already in another form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Existing {
    /// They are replaced
    Replace,
    /// The members of the text are merged into them
    Merge,
    /// They stay as they are
    Skip,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  mcp-settings import mcp.json --dry-run\n  mcp-settings import --format cursor --existing merge --yes < mcp.json"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// The client whose form the text is in; else it is detected
    #[arg(short, long, value_name = "FORMAT", value_parser = format_parser(Format::all()), ignore_case = true)]
    format: Option<Format>,
    /// Replace this server, which is stored in another form
    #[arg(long, value_name = "NAME")]
    replace: Vec<String>,
    /// Merge the members of the text into this server
    #[arg(long, value_name = "NAME")]
    merge: Vec<String>,
    /// Store a server of the text under another name
    #[arg(long, value_name = "NAME=NEW", value_parser = renamed)]
    rename: Vec<(String, String)>,
    /// Leave a server of the text out
    #[arg(long, value_name = "NAME")]
    skip: Vec<String>,
    /// What becomes of all other servers that are stored in another form
    #[arg(long, value_enum, value_name = "ACTION")]
    existing: Option<Existing>,
    /// A JSON file with the values that servers ask for: {"NAME": {"ID": "value"}}
    #[arg(long, value_name = "FILE")]
    inputs: Option<PathBuf>,
    /// Leave out the entries that can't become servers
    #[arg(long)]
    skip_refused: bool,
    /// Approve that this server of the import is started, by the name under which it is stored
    #[arg(long, value_name = "NAME")]
    approve: Vec<String>,
    /// Show what would be stored, and store nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

fn renamed(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, new)) if !name.is_empty() && !new.is_empty() => Ok((name.to_owned(), new.to_owned())),
        _ => Err("it must be NAME=NEW"),
    }
}

pub(super) fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    check_choices(&arguments)?;
    let text = arguments.input.read()?;
    let inputs = arguments.inputs.as_ref().map(|path| read_inputs(path)).transpose()?;
    run_on(async move {
        let purpose = if arguments.dry_run { Purpose::Recall } else { Purpose::Change };
        let mut import = Import::new(&arguments, text, inputs);
        let form = arguments.output.output;
        let settings = arguments.target.open(purpose)?;
        if !arguments.approve.is_empty() {
            settings.expect_service()?;
        }
        let mut tried = import.send(&settings, true).await?;
        if import.choose(arguments.existing, &tried.1) {
            tried = import.send(&settings, true).await?;
        }
        let (response, plan) = tried;
        for line in remarks(&plan) {
            note(&line);
        }
        if arguments.dry_run {
            present(form, &response, &plan)?;
        }
        if let Some(failure) = obstacle(&plan, &import, arguments.skip_refused) {
            return Err(failure);
        }
        if arguments.dry_run {
            return Ok(ExitCode::SUCCESS);
        }
        if to_store(&plan) == 0 {
            present(form, &response, &plan)?;
            if !plan.servers.is_empty() {
                note("nothing is to be stored");
            }
            return Ok(ExitCode::SUCCESS);
        }
        if !arguments.yes {
            agree(&plan)?;
        }
        let (response, result) = import.send(&settings, false).await?;
        present(form, &response, &result)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// That one thing at most is chosen for each server.
fn check_choices(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { replace, merge, skip, rename, .. } = arguments;
    let mut chosen: BTreeMap<&str, String> = BTreeMap::new();
    let lists = [("--replace", replace), ("--merge", merge), ("--skip", skip)];
    let plain =
        lists.into_iter().flat_map(|(option, names)| names.iter().map(move |name| (name, option.to_owned())));
    let renamed = rename.iter().map(|(name, new)| (name, format!("--rename to `{new}`")));
    for (name, choice) in plain.chain(renamed) {
        match chosen.get(name.as_str()) {
            Some(other) if *other != choice => {
                let what = format!("two different choices for the server `{name}`: {other} and {choice}");
                return Err(Failure::new(what).exit(Exit::Usage));
            }
            _ => drop(chosen.insert(name, choice)),
        }
    }
    Ok(())
}

/// What servers ask for, by their names.
fn read_inputs(path: &std::path::Path) -> Result<Object, Failure> {
    let text = read_file(path)?;
    let name = path.display().to_string();
    match parse(&text, &Rules::BODY).map_err(|fault| not_json(&name, &text, &fault))? {
        Json::Object(inputs) => Ok(inputs),
        _ => Err(Failure::new(format!("{name}: it must be an object with the values of each server"))),
    }
}

/// The body of the request.
struct Import {
    body: Object,
    choices: Object,
}

impl Import {
    fn new(arguments: &Arguments, text: String, inputs: Option<Object>) -> Self {
        let mut body = Object::from_iter([("text", Json::string(text))]);
        if let Some(format) = arguments.format {
            body.insert("format", Json::string(format.as_str()));
        }
        if let Some(file) = arguments.input.file_name() {
            body.insert("file", Json::string(file));
        }
        if !arguments.approve.is_empty() {
            body.insert("approve", Json::Array(arguments.approve.iter().map(Json::string).collect()));
        }
        if arguments.skip_refused {
            body.insert("skip_refused", Json::Bool(true));
        }
        let mut import = Self { body, choices: Object::new() };
        let lists = [("replace", &arguments.replace), ("merge", &arguments.merge), ("skip", &arguments.skip)];
        for (action, name) in
            lists.iter().flat_map(|(action, names)| names.iter().map(move |name| (action, name)))
        {
            import.set(name, "action", Json::string(*action));
        }
        for (name, new) in &arguments.rename {
            import.set(name, "action", Json::string("rename"));
            import.set(name, "name", Json::string(new));
        }
        for (name, values) in inputs.into_iter().flatten() {
            import.set(&name, "inputs", values);
        }
        import
    }

    /// Sets a member of the choice for a server.
    fn set(&mut self, server: &str, member: &str, value: Json) {
        let mut choice = match self.choices.remove(server) {
            Some(Json::Object(choice)) => choice,
            _ => Object::new(),
        };
        choice.insert(member, value);
        self.choices.insert(server, choice.into());
    }

    /// The name by which something is chosen for a server: that which is offered for it, or that in the text.
    fn key<'s>(&self, server: &'s ImportedServer) -> &'s str {
        let original = server.original_name.as_deref();
        original.filter(|name| self.choices.contains(name)).unwrap_or(&server.name)
    }

    /// What is chosen for a server.
    fn action(&self, server: &ImportedServer) -> Option<&str> {
        self.choices.get(self.key(server))?.as_object()?.get("action")?.as_str()
    }

    /// Chooses what nobody has chosen, and that what is shown now is what is replaced. Whether there was anything.
    fn choose(&mut self, existing: Option<Existing>, plan: &ImportResult) -> bool {
        let mut has_chosen = false;
        for server in &plan.servers {
            let existing = existing.filter(|_| server.needs_choice && self.action(server).is_none());
            if let Some(existing) = existing {
                let action = match existing {
                    Existing::Replace => "replace",
                    Existing::Merge => "merge",
                    Existing::Skip => "skip",
                };
                self.set(self.key(server), "action", Json::string(action));
                has_chosen = true;
            }
            if let (Some("replace" | "merge"), Some(tag)) = (self.action(server), &server.etag) {
                self.set(self.key(server), "if_match", Json::string(tag.as_str()));
            }
        }
        has_chosen
    }

    async fn send(&self, settings: &Settings, is_dry_run: bool) -> Result<(Response, ImportResult), Failure> {
        let mut body = self.body.clone();
        if !self.choices.is_empty() {
            body.insert("choices", self.choices.clone().into());
        }
        let request = Request::post("/api/import".to_owned()).json(to_compact(&body.into()));
        let request = if is_dry_run { request.dry_run() } else { request };
        let response = settings.expect(request).await?;
        let result = response.read()?;
        Ok((response, result))
    }
}

fn present(form: Form, response: &Response, result: &ImportResult) -> Result<(), Failure> {
    let names = || result.servers.iter().filter_map(|server| server.stored_as.clone()).collect();
    if result.servers.is_empty() && form == Form::Table {
        note(match result.refused.is_empty() {
            true => "the text has no servers",
            false => "no entry of the text can become a server",
        });
        return Ok(());
    }
    show(form, &response.value()?, || table(result).text(has_colours()), names)
}

fn table(result: &ImportResult) -> Table {
    let mut table = Table::new(&["NAME", "STORED AS", "STORED", "ACTION", "STARTS"]);
    for server in &result.servers {
        let (stored, tone) = match server.stored {
            StoredWord::New => ("new", Tone::Good),
            StoredWord::Same => ("same", Tone::Faint),
            StoredWord::Differs => ("differs", Tone::Warning),
        };
        let action = match server.action {
            Some(action) => word(action),
            None if server.needs_choice => "?",
            None => "",
        };
        let config = parse(server.config.text(), &Rules::STORED).ok();
        table.row([
            (server.original_name.as_deref().unwrap_or(&server.name), Tone::Plain),
            (server.stored_as.as_deref().unwrap_or(&server.name), Tone::Plain),
            (stored, tone),
            (action, Tone::Plain),
            (&config.as_ref().map(starts).unwrap_or_default(), Tone::Plain),
        ]);
    }
    table
}

fn word(action: ImportAction) -> &'static str {
    match action {
        ImportAction::Add => "add",
        ImportAction::Replace => "replace",
        ImportAction::Merge => "merge",
        ImportAction::Rename => "rename",
        ImportAction::Skip => "skip",
    }
}

/// What should be known before anything is stored, each with its place.
fn remarks(plan: &ImportResult) -> Vec<String> {
    let mut lines = Vec::new();
    if !plan.also_fits.is_empty() {
        let others: Vec<&str> = plan.also_fits.iter().map(|format| format.as_str()).collect();
        lines.push(format!(
            "read as {}; it could be {} too: --format says which",
            plan.format,
            others.join(", ")
        ));
    }
    lines.extend(plan.notes.iter().map(|note| {
        let server = note.server.as_deref().map(|server| format!("{server}: ")).unwrap_or_default();
        at(&note.place, &format!("{server}{}", note.about))
    }));
    let is_left_out = |server: &&ImportedServer| server.action == Some(ImportAction::Skip);
    for server in plan.servers.iter().filter(is_left_out) {
        lines.extend(faults(server).map(|line| format!("{line}: it is left out")));
    }
    lines.extend(plan.ignored.iter().map(|part| at(&part.place, &format!("ignored: {}", part.what))));
    lines
}

fn at(place: &TextPlace, what: &str) -> String {
    format!("{}:{}: {what}", place.line, place.column)
}

/// What is wrong with an entry: where it is in the text, and the place in its configuration.
fn faults(server: &ImportedServer) -> impl Iterator<Item = String> {
    server.errors.iter().map(|fault| {
        // The rest of a pointer into the answer or the request says nothing to a reader of the text.
        let steps: Vec<Cow<'_, str>> = fault.pointer.steps().collect();
        let steps: Vec<&str> = steps.iter().map(Cow::as_ref).collect();
        let within = match steps.as_slice() {
            ["servers", _, "config", rest @ ..] => {
                let pointer = rest.iter().fold(Pointer::root(), |pointer, step| pointer.member(step));
                pointer.as_str().to_owned()
            }
            ["choices", _, "inputs", id] => format!("the input `{id}`"),
            _ => String::new(),
        };
        let within = if within.is_empty() { within } else { format!("{within}: ") };
        at(&server.place, &format!("{}: {within}{}", server.name, fault.message))
    })
}

/// Why nothing can be stored, where something is missing or refused.
fn obstacle(plan: &ImportResult, import: &Import, skips_refused: bool) -> Option<Failure> {
    let mut conflicts = Vec::new();
    let (mut taken, mut others) = (Vec::new(), Vec::new());
    for server in &plan.servers {
        match (server.action, server.needs_choice) {
            (Some(ImportAction::Skip), _) => {}
            (_, true) if import.action(server).is_none() => conflicts.push(differs(server)),
            (_, true) => taken.extend(faults(server)),
            (_, false) => others.extend(faults(server)),
        }
    }
    if !skips_refused {
        others.extend(plan.refused.iter().map(|refused| {
            let name = refused.name.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
            at(&refused.place, &format!("{name}refused: {}", refused.why))
        }));
    }
    let (what, hint, exit) = match (conflicts.is_empty(), taken.is_empty(), others.is_empty()) {
        (true, true, true) => return None,
        (true, false, true) => (
            "what was chosen can't be done beside what is stored",
            "choose another name with --rename, or --replace, --merge or --skip",
            Exit::Conflict,
        ),
        (false, _, true) => (
            "the settings have servers of these names in another form",
            "choose with --replace, --merge, --rename or --skip and the name, or with --existing",
            Exit::Conflict,
        ),
        _ => (
            "nothing of the text can be stored as it is",
            match skips_refused {
                true => "--skip leaves out a server; --inputs names a file with values",
                false => {
                    "--skip leaves out a server, --skip-refused what can't become one; --inputs names a file with values"
                }
            },
            Exit::Refused,
        ),
    };
    let has_stored = !conflicts.is_empty() || !taken.is_empty();
    let hint = match has_stored && !others.is_empty() {
        true => format!("{hint}; --replace, --merge, --rename or --existing decide about what is stored"),
        false => hint.to_owned(),
    };
    let lines = others.into_iter().chain(taken).chain(conflicts);
    Some(lines.fold(Failure::new(what).hint(hint).exit(exit), |failure, line| failure.detail(line)))
}

fn differs(server: &ImportedServer) -> String {
    let places: Vec<&str> = server.difference.iter().map(|difference| difference.pointer.as_str()).collect();
    at(&server.place, &format!("{}: differs at {}", server.name, places.join(", ")))
}

/// Shows the plan, and asks where somebody can be asked.
fn agree(plan: &ImportResult) -> Result<(), Failure> {
    table(plan).text(false).lines().for_each(note);
    let question = format!("Store {} of {} servers?", to_store(plan), plan.servers.len());
    confirm(&question, "nothing was stored", "`--yes` stores it without a question")
}

/// How many servers are to be stored.
fn to_store(plan: &ImportResult) -> usize {
    let is_stored = |server: &&ImportedServer| !matches!(server.action, None | Some(ImportAction::Skip));
    plan.servers.iter().filter(is_stored).count()
}
