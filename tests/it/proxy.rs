//! A real proxy in front of a service, over TLS: the configuration of `docs/proxies` with the addresses of the test.
//! It does not know what goes through it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::server::eventually;

/// The programs that are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Nginx,
    Apache,
    Caddy,
}

/// Where a proxy will be, before it runs.
pub(crate) struct Place {
    program: Program,
    base: &'static str,
    port: u16,
    folder: TempDir,
}

/// A running proxy. Ended when dropped.
pub(crate) struct Proxy {
    place: Place,
    child: Child,
}

/// The path under which it serves where it does not serve at `/`.
pub(crate) const BASE: &str = "/mcp-settings";

impl Program {
    pub(crate) const ALL: [Self; 3] = [Self::Nginx, Self::Apache, Self::Caddy];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "apache",
            Self::Caddy => "caddy",
        }
    }

    /// The file that the manual shows.
    pub(crate) fn manual(self) -> &'static str {
        match self {
            Self::Nginx => include_str!("../../docs/proxies/nginx.conf"),
            Self::Apache => include_str!("../../docs/proxies/apache.conf"),
            Self::Caddy => include_str!("../../docs/proxies/Caddyfile"),
        }
    }

    /// `make prepare` unpacks two of them, so that no service of theirs runs on the machine.
    fn executable(self) -> PathBuf {
        let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/proxies");
        let path = match self {
            Self::Nginx => unpacked.join("usr/sbin/nginx"),
            Self::Apache => PathBuf::from("/usr/sbin/apache2"),
            Self::Caddy => unpacked.join("usr/bin/caddy"),
        };
        assert!(path.is_file(), "no {}: run `make test`", path.display());
        path
    }
}

/// A free port below those that the system gives away: one of its own could be given to somebody else before the
/// proxy has it. Each process of the tests begins elsewhere.
fn free_port() -> u16 {
    let first = u16::try_from(std::process::id() % 1_000).expect("it is small") * 10;
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    (20_000 + first..30_000).chain(20_000..20_000 + first).find(is_free).expect("there is a free port")
}

impl Place {
    /// A place on a free port, for a service at `/`, or under the base path.
    pub(crate) fn new(program: Program, base: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the proxy");
        let place = Self { program, base, port: free_port(), folder };
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
            .args(["-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"])
            .arg("-out")
            .arg(place.certificate())
            .arg("-keyout")
            .arg(place.path("key.pem"))
            .output()
            .expect("`make test` installs openssl");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        place
    }

    /// What a browser calls the host.
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What a browser calls the origin.
    pub(crate) fn origin(&self) -> String {
        format!("https://{}", self.host())
    }

    /// What its URLs begin with.
    pub(crate) fn address(&self) -> String {
        format!("{}{}", self.origin(), self.base)
    }

    /// The path that it puts before those of the service.
    pub(crate) fn base(&self) -> &'static str {
        self.base
    }

    /// The certificate, which signs itself.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.path("certificate.pem")
    }

    /// Starts it before a service.
    #[track_caller]
    pub(crate) fn start(self, service: SocketAddr) -> Proxy {
        let configuration = self.path("configuration");
        fs::write(&configuration, self.configuration(service)).expect("our own folder");
        let log = File::create(self.path("log")).expect("our own folder");
        let mut command = Command::new(self.program.executable());
        match self.program {
            Program::Nginx => {
                command.arg("-p").arg(self.folder.path()).arg("-c").arg(&configuration).args(["-e", "stderr"])
            }
            Program::Apache => command.arg("-DFOREGROUND").arg("-f").arg(&configuration),
            Program::Caddy => command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&configuration),
        };
        let child = command
            .env("HOME", self.folder.path())
            .env("XDG_DATA_HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the proxy can be run");
        let mut proxy = Proxy { place: self, child };
        eventually("the proxy listens", || {
            let ended = proxy.child.try_wait().expect("it is ours");
            assert!(ended.is_none(), "the proxy ended: {}", proxy.log());
            TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.place.port)).is_ok()
        });
        proxy
    }

    /// The configuration of the manual at our addresses, and around it what a machine's own has elsewhere.
    fn configuration(&self, service: SocketAddr) -> String {
        let folder = self.folder.path().display();
        let site = self.at_our_paths(self.program.manual());
        let site = site
            .replace("/etc/ssl/settings.pem", &self.certificate().to_string_lossy())
            .replace("/etc/ssl/settings.key", &self.path("key.pem").to_string_lossy())
            .replace("settings.example", "127.0.0.1")
            .replace("listen 443", &format!("listen 127.0.0.1:{}", self.port))
            .replace("*:443", &self.host())
            .replace(":443", &format!(":{}", self.port))
            // The last: the service's port may begin with 443.
            .replace("127.0.0.1:8710", &service.to_string());
        match self.program {
            Program::Nginx => {
                let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .map(|what| format!("    {what}_temp_path {folder}/{what};\n"))
                    .concat();
                format!(
                    "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\n\
                     http {{\n    access_log off;\n{temporary}{site}}}\n"
                )
            }
            Program::Apache => {
                let modules = ["mpm_event", "authz_core", "filter", "deflate", "ssl", "proxy", "proxy_http"]
                    .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
                    .concat();
                format!(
                    "{modules}ServerRoot {folder}\nServerName 127.0.0.1\nDefaultRuntimeDir {folder}\n\
                     PidFile {folder}/pid\nMutex pthread default\nErrorLog /dev/stderr\nListen {}\n\
                     User www-data\nGroup www-data\n{site}",
                    self.host()
                )
            }
            Program::Caddy => format!(
                "{{\n\tadmin off\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1\n\t\
                 default_sni 127.0.0.1\n}}\n{site}"
            ),
        }
    }

    /// The manual shows a sub-path and says how to do without.
    fn at_our_paths(&self, manual: &str) -> String {
        if self.base == BASE {
            return manual.to_owned();
        }
        manual
            .replace("\tredir /mcp-settings /mcp-settings/\n", "")
            .replace("/mcp-settings http://127.0.0.1:8710/mcp-settings", "/ http://127.0.0.1:8710/")
            .replace("/mcp-settings/", "/")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Proxy {
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    fn log(&self) -> String {
        fs::read_to_string(self.place.path("log")).unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Apache has children of its own, which only a signal to it ends.
        drop(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status());
        drop(self.child.wait());
    }
}
