//! Answers requests of this process without a socket, by the same application that serves a listener: the same checks,
//! the same bodies, the same audit. It does not know who asks.

use std::io;

use actix_http::{Payload, Request};
use actix_service::{IntoServiceFactory, Service, ServiceFactory};
use actix_web::App as ActixApp;
use actix_web::body::to_bytes;
use actix_web::dev::AppConfig;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::middleware::from_fn;
use actix_web::web::{Bytes, Data};

use super::{App, Surface, middleware};

/// The name under which [`respond`] calls. [`HostCheck`](super::host_check::HostCheck) must allow it.
pub const HOST: &str = "localhost";

/// A response with its whole body.
pub struct Response {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body. Empty where the response has none.
    pub body: Bytes,
}

/// Answers one request, and reads the body of the response to its end.
///
/// # Errors
///
/// Where the application can't be built, or the body of the response breaks off.
pub async fn respond(
    app: Data<App>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> io::Result<Response> {
    let application = ActixApp::new()
        .app_data(app)
        .app_data(Surface::Api)
        .wrap(from_fn(middleware::frame))
        .configure(|config| Surface::Api.configure(config));
    let service = application.into_factory().new_service(AppConfig::default()).await;
    let service = service.map_err(|()| io::Error::other("the application could not be built"))?;
    let mut request = match body.is_empty() {
        true => Request::new(),
        false => Request::with_payload(Payload::from(body.clone())),
    };
    let head = request.head_mut();
    (head.method, head.uri, head.headers) = (method, target, headers);
    head.headers.insert(header::HOST, HeaderValue::from_static(HOST));
    if !body.is_empty() {
        head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    let response = service.call(request).await.map_err(|error| io::Error::other(error.to_string()))?;
    let (head, body) = response.into_parts().1.into_parts();
    let body = to_bytes(body).await.map_err(|_| io::Error::other("the response broke off"))?;
    Ok(Response { status: head.status(), headers: head.headers().clone(), body })
}
