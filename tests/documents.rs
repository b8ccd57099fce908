//! What the documents tell is true of the service: the tour of the README gives the answers that it shows,
//! and the table of problems in docs/API.md is the service's own. Tags and tokens differ with each key, so
//! they are compared by which of them are the same.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// Where the documents say that the service listens.
const TOLD_ADDRESS: &str = "http://127.0.0.1:8710";

/// Stands between the answers of two commands.
const MARK: &str = "@@@@@@@@";

/// The service as `make run` starts it, but in a home of its own and on a free port.
struct Service {
    process: Child,
    /// Kept open: the service still has the link to print.
    _stdout: BufReader<ChildStdout>,
    home: tempfile::TempDir,
    address: String,
}

impl Service {
    fn start() -> Self {
        let home = tempfile::tempdir().expect("there is room for a folder");
        let mut process = in_home(env!("CARGO_BIN_EXE_mcp-settings"), home.path())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the service was built");
        let mut first = String::new();
        let mut stdout = BufReader::new(process.stdout.take().expect("it is piped"));
        stdout.read_line(&mut first).expect("it is text");
        let address = first.trim().strip_prefix("listening on ").expect("it has started").to_owned();
        Self { process, _stdout: stdout, home, address }
    }

    /// Runs the commands in one shell, and gives what each prints.
    fn run(&self, commands: &[String]) -> Vec<String> {
        let script: String = commands
            .iter()
            .map(|command| format!("{}\necho {MARK}\n", command.replace(TOLD_ADDRESS, &self.address)))
            .collect();
        let output = in_home("bash", self.home.path()).args(["-c", &script]).output().expect("bash is there");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("answers are text");
        text.split(&format!("{MARK}\n")).map(|part| part.trim_end().to_owned()).collect()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[test]
fn the_tour_of_the_readme_gives_the_answers_that_it_shows() {
    let tour = tour(&read("README.md"));
    assert!(tour.len() > 10, "the tour is not where it was");
    let commands: Vec<String> = tour.iter().map(|(command, _)| command.clone()).collect();
    let answers = Service::start().run(&commands);
    let (mut told, mut given) = (Names::default(), Names::default());
    for ((command, shown), answer) in tour.iter().zip(&answers) {
        assert_eq!(given.replace(answer), told.replace(shown), "$ {command}");
    }
}

#[test]
fn the_problems_are_those_of_the_api_document() {
    let documented: BTreeSet<(String, String)> = read("docs/API.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .filter_map(|(slug, rest)| Some((slug.to_owned(), rest.get(..3)?.to_owned())))
        .filter(|(slug, status)| is_slug(slug) && status.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    let in_source: BTreeSet<String> = slugs(&read("src/http/problem_kind.rs"));
    assert_eq!(documented.iter().map(|(slug, _)| slug.clone()).collect::<BTreeSet<_>>(), in_source);
    let service = Service::start();
    let ask = |(slug, _): &(String, String)| format!("curl -s {}/problems/{slug}", service.address);
    let answers = service.run(&documented.iter().map(ask).collect::<Vec<_>>());
    for ((slug, status), answer) in documented.iter().zip(answers) {
        assert!(answer.contains(&format!("\"status\":{status}")), "{slug} is told to be {status}: {answer}");
    }
}

#[test]
fn every_reason_of_a_degraded_service_is_in_the_manual() {
    let manual = read("docs/OPERATIONS.md");
    for reason in mcp_settings::service::Degradation::ALL {
        let code = reason.code();
        assert!(manual.contains(&format!("| `{code}` |")), "docs/OPERATIONS.md does not explain `{code}`");
    }
}

#[test]
fn every_member_of_the_configuration_file_is_told_in_the_manual() {
    let source = read("src/config/file.rs");
    let file = source.split("pub struct File {").nth(1).unwrap().split('}').next().unwrap();
    let members: Vec<&str> = file
        .lines()
        .filter_map(|line| Some(line.trim().strip_prefix("pub(super) ")?.split_once(':')?.0))
        .collect();
    assert!(members.contains(&"lock_timeout_ms"), "{members:?}");
    let manual = read("docs/OPERATIONS.md");
    for member in members {
        assert!(manual.contains(&format!("`{member}`")), "docs/OPERATIONS.md does not tell of `{member}`");
    }
}

#[test]
fn the_list_of_third_party_software_is_that_of_the_lock_files() {
    let listed = read("THIRD-PARTY.md");
    let (crates, page) = listed.split_once("## Built into the page").expect("it has two parts");
    let listed = |part: &str| -> BTreeSet<String> {
        let entries = part.lines().filter_map(|line| line.strip_prefix("- "));
        let name_and_version =
            |entry: &str| Some(entry.split([' ', ',']).take(2).collect::<Vec<_>>().join(" "));
        entries.filter_map(name_and_version).collect()
    };
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--target", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs this test");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).expect("names are text");
    let of_the_service: BTreeSet<String> = tree
        .lines()
        .filter_map(|line| line.split_once(" v"))
        .filter(|(name, _)| *name != env!("CARGO_PKG_NAME"))
        .map(|(name, rest)| format!("{name} {}", rest.split(' ').next().unwrap_or_default()))
        .collect();
    assert_eq!(listed(crates), of_the_service, "run `make third-party`");

    let lock: serde_json::Value =
        serde_json::from_str(&read("ui/package-lock.json")).expect("npm writes JSON");
    let packages = lock["packages"].as_object().expect("npm lists packages");
    let of_the_page: BTreeSet<String> = packages
        .iter()
        .filter(|(place, entry)| !place.is_empty() && entry["dev"] != true)
        .map(|(place, entry)| {
            let name = place.trim_start_matches("node_modules/");
            format!("{name} {}", entry["version"].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(listed(page), of_the_page, "run `make third-party`");
}

/// Texts that differ from run to run, known by the order in which they first came.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn replace(&mut self, text: &str) -> String {
        let is_part = |symbol: char| symbol.is_ascii_alphanumeric() || "-_=".contains(symbol);
        let mut words: Vec<&str> =
            text.split(|symbol| !is_part(symbol)).filter(|word| varies(word)).collect();
        words.dedup();
        words.into_iter().fold(text.to_owned(), |text, word| {
            let known = self.0.iter().position(|own| own == word);
            let number = known.unwrap_or_else(|| {
                self.0.push(word.to_owned());
                self.0.len() - 1
            });
            text.replace(word, &format!("<{number}>"))
        })
    }
}

/// Whether a word is a tag or an encrypted value.
fn varies(word: &str) -> bool {
    let is_tag = word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_tag || word.starts_with("gAAAAA")
}

/// The commands of a document's `console` blocks, each with what the document shows as its answer.
fn tour(text: &str) -> Vec<(String, String)> {
    let blocks = text.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands = blocks.flat_map(|block| block.split("\n$ ").map(|lines| lines.trim_start_matches("$ ")));
    commands
        .map(|lines| {
            let (command, shown) = lines.split_once('\n').unwrap_or((lines, ""));
            (command.to_owned(), shown.trim_end().to_owned())
        })
        .collect()
}

/// The words of the one table of problems that are made of small letters and hyphens.
fn slugs(source: &str) -> BTreeSet<String> {
    let table = source.split("fn facts(self)").nth(1).and_then(|rest| rest.split("\n    }\n").next());
    let table = table.expect("the table of problems is there");
    table.split('"').skip(1).step_by(2).filter(|text| is_slug(text)).map(str::to_owned).collect()
}

fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

fn in_home(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("HOME", home);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("it is there, and text")
}
