//! `GET /api/origins`, and the same on the stream of changes: where servers came from that were not configured here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::Data;
use tokio::time::sleep_until;

use crate::api::ServerOrigins;

use super::App;
use super::endpoint::{Answer, Call, momentary_response};

/// Between two events to one reader.
const PACE: Duration = Duration::from_secs(1);

/// `GET /api/origins`
pub(super) fn read(call: Call) -> Answer {
    Box::pin(async move {
        let fixed = call.app.static_servers.list();
        let origins = call.service().origins(&fixed).await.map_err(|error| call.failed(error))?;
        Ok(momentary_response(&origins))
    })
}

/// What one reader of the stream was sent.
pub(super) struct OriginFeed {
    app: Data<App>,
    last: Option<Instant>,
    seen: Arc<ServerOrigins>,
}

impl OriginFeed {
    pub(super) fn new(app: Data<App>) -> Self {
        Self { app, last: None, seen: Arc::default() }
    }

    /// Where the servers came from, as soon as that is another than was sent: at first, than that all were configured
    /// here. A call that is given up loses nothing.
    pub(super) async fn next(&mut self) -> Arc<ServerOrigins> {
        let mut news = self.app.service.origin_news();
        let mut fixed = self.app.static_servers.watch();
        loop {
            if let Some(last) = self.last {
                sleep_until((last + PACE).into()).await;
            }
            news.mark_seen();
            let list = fixed.borrow_and_update().clone();
            // What can't be read changes nothing that is shown.
            let now = self.app.service.origins(&list).await.ok().filter(|now| *now != *self.seen);
            self.last = Some(Instant::now());
            if let Some(now) = now {
                self.seen = Arc::new(now);
                return Arc::clone(&self.seen);
            }
            tokio::select! {
                () = news.changed() => {}
                _ = fixed.changed() => {}
            }
        }
    }
}
