//! `GET /api/origins`, and the same on the stream of changes: where servers came from that were not configured here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::Data;
use tokio::sync::watch;
use tokio::time::sleep_until;

use crate::api::ServerOrigins;
use crate::model::static_server::StaticServer;
use crate::service::OriginNews;

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
    news: OriginNews,
    fixed: watch::Receiver<Arc<Vec<StaticServer>>>,
    /// Whether there may be something else to send.
    is_due: bool,
    last: Option<Instant>,
    seen: Arc<ServerOrigins>,
}

impl OriginFeed {
    pub(super) fn new(app: Data<App>) -> Self {
        let (news, fixed) = (app.service.origin_news(), app.static_servers.watch());
        Self { app, news, fixed, is_due: true, last: None, seen: Arc::default() }
    }

    /// Where the servers came from, as soon as that is another than was sent: at first, than that all were configured
    /// here. A call that is given up loses nothing, and the next one does nothing again that it has done.
    pub(super) async fn next(&mut self) -> Arc<ServerOrigins> {
        loop {
            if self.is_due {
                if let Some(last) = self.last {
                    sleep_until((last + PACE).into()).await;
                }
                self.news.mark_seen();
                let list = self.fixed.borrow_and_update().clone();
                let now = self.app.service.origins(&list).await;
                self.last = Some(Instant::now());
                // What can't be read changes nothing that is shown.
                self.is_due = now.is_err();
                if let Some(now) = now.ok().filter(|now| *now != *self.seen) {
                    self.seen = Arc::new(now);
                    return Arc::clone(&self.seen);
                }
            }
            tokio::select! {
                () = self.news.changed() => {}
                _ = self.fixed.changed() => {}
            }
            self.is_due = true;
        }
    }
}
