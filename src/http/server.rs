//! Puts the application on a listening socket: how connections are taken in, and when they end. It does not know
//! routes. This is what `actix_web::HttpServer` does, but that the sockets are ours.

use std::net::TcpListener;
use std::rc::Rc;
use std::time::Duration;

use actix_http::HttpService;
use actix_server::Server;
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::App as ActixApp;
use actix_web::dev::AppConfig;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::web::Data;

use super::connection::{OpenConnections, Socket};
use super::{App, Surface, middleware};

/// How long a stop waits for accepted requests. Seconds; a stop takes at most ten in all.
const SHUTDOWN_SECONDS: u64 = 9;

/// How long a client may take nothing of what it is sent. A stalled connection is never asked for more, so that only
/// the kernel can tell: without this one reader of a stream who stops reading would keep its seat for ever.
const TAKING_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the stack waits for a client to close a connection that we have ended.
const END_TIMEOUT: Duration = Duration::from_secs(2);

/// The most connections, however many descriptors there are: each costs about 20 KiB.
const MOST_CONNECTIONS: usize = 4_096;

/// Descriptors that are never given to connections: those of the store and of the log.
const RESERVED: usize = 64;

/// Descriptors that each worker takes for itself.
const OWN_OF_WORKER: usize = 4;

/// How many connections there are however few descriptors there are.
const FEWEST: usize = 8;

/// How many connections make another worker worth its while.
const FEWEST_OF_WORKER: usize = 32;

/// The most streams of changes, however many connections there are.
const MOST_STREAMS: usize = 512;

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    workers: usize,
    /// Of each worker: no more are accepted.
    most: usize,
    /// Of each worker: from here on each new one replaces one that waits for its client. The difference is for those
    /// that are accepted before the replaced ones are gone.
    crowded: usize,
}

impl Capacity {
    /// What a process can have that may open so many files.
    ///
    /// `cores` is how many threads are worth having.
    pub fn of(descriptors: usize, cores: usize) -> Self {
        let free = descriptors.saturating_sub(RESERVED).min(MOST_CONNECTIONS);
        let workers = cores.min(free / (FEWEST_OF_WORKER + OWN_OF_WORKER)).max(1);
        let most = (free / workers).saturating_sub(OWN_OF_WORKER).max(FEWEST);
        Self { workers, most, crowded: most - most / 4 }
    }

    /// What a listener needs that few programs call.
    pub const SMALL: Self = Self { workers: 1, most: 16, crowded: 12 };

    /// How many descriptors it takes.
    pub fn descriptors(&self) -> usize {
        self.workers * (self.most + OWN_OF_WORKER)
    }

    /// How many streams of changes may be open. They are never given up for others, so that they leave half of the
    /// connections.
    pub fn streams(&self) -> usize {
        (self.workers * self.most / 2).min(MOST_STREAMS)
    }
}

/// Serves this on a bound socket. Signals are the caller's to handle.
///
/// # Errors
///
/// Where the system refuses the socket.
pub fn serve(
    app: Data<App>,
    surface: Surface,
    listener: TcpListener,
    capacity: Capacity,
) -> std::io::Result<Server> {
    give_up_stalled(&listener)?;
    let builder = Server::build()
        .workers(capacity.workers)
        .max_concurrent_connections(capacity.most)
        .disable_signals()
        .shutdown_timeout(SHUTDOWN_SECONDS);
    let stop = builder.graceful_shutdown_signal();
    let builder = builder.listen("mcp-settings", listener, move || {
        let application = ActixApp::new()
            .app_data(app.clone())
            .app_data(surface)
            .wrap(from_fn(middleware::frame))
            .configure(|config| surface.configure(config));
        let stop = stop.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stop = stop.clone();
                async move { stop.notified().await }
            })
            // Our sockets have a deadline for every head; the stack has one for the first.
            .client_request_timeout(Duration::ZERO)
            .client_disconnect_timeout(END_TIMEOUT)
            .on_connect_ext(|socket: &Socket, data| {
                data.insert(socket.exchange().clone());
            })
            .h1(map_config(application, |()| AppConfig::default()));
        let connections = Rc::new(OpenConnections::new(capacity.crowded));
        fn_service(move |io: TcpStream| {
            let peer = io.peer_addr().ok();
            let socket = Socket::new(io, &connections);
            async move { Ok((socket, peer)) }
        })
        .and_then(http)
    })?;
    Ok(builder.run())
}

/// Ends connections whose other side takes nothing, or is gone. They inherit it from the listening socket.
#[cfg(target_os = "linux")]
fn give_up_stalled(listener: &TcpListener) -> std::io::Result<()> {
    socket2::SockRef::from(listener).set_tcp_user_timeout(Some(TAKING_TIMEOUT))
}

/// Elsewhere the system decides.
#[cfg(not(target_os = "linux"))]
fn give_up_stalled(_: &TcpListener) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_never_take_the_descriptors_of_the_store() {
        for descriptors in [0, 64, 100, 256, 1_024, 4_096, 1 << 20] {
            for cores in [1, 2, 7, 64, 1_024] {
                let Capacity { workers, most, crowded } = Capacity::of(descriptors, cores);
                assert!(0 < workers && workers <= cores && 0 < crowded && crowded < most);
                let all = workers * most;
                let streams = Capacity { workers, most, crowded }.streams();
                assert!(0 < streams && streams <= MOST_STREAMS && 2 * streams <= all);
                assert!(all <= MOST_CONNECTIONS, "{all}");
                let own = RESERVED + workers * OWN_OF_WORKER;
                assert!(descriptors < 100 || all + own <= descriptors, "{all} of {descriptors}");
            }
        }
        assert_eq!(Capacity::of(1 << 20, 4), Capacity { workers: 4, most: 1_020, crowded: 765 });
    }
}
