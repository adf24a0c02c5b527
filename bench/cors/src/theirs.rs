//! tower-http's CORS layer, with the same settings.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::time::Duration;

use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, Method, Request, Response};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_http::cors::{AllowOrigin, Cors, CorsLayer};

use crate::Contender;
use crate::work::origin;

type Inner = tower::util::ServiceFn<fn(Request<()>) -> Ready<Result<Response<()>, Infallible>>>;

pub(crate) struct Theirs(Cors<Inner>);

impl Theirs {
    pub(crate) fn new(origins: usize) -> Self {
        let values =
            (0..origins).map(|number| HeaderValue::try_from(origin(number)).expect("an origin"));
        let layer = CorsLayer::new()
            .allow_origin(AllowOrigin::list(values))
            .allow_methods([Method::GET, Method::PUT, Method::DELETE])
            .allow_headers([
                HeaderName::from_static("content-type"),
                HeaderName::from_static("x-requested-with"),
            ])
            .expose_headers([HeaderName::from_static("x-total")])
            .allow_credentials(true)
            .max_age(Duration::from_secs(600));
        Self(layer.layer(service_fn(|_| ready(Ok(Response::new(()))))))
    }
}

impl Contender for Theirs {
    fn answer(&mut self, request: Request<()>) -> Response<()> {
        let service = self.0.ready().now_or_never().expect("it is always ready");
        let answered = match service {
            Ok(service) => service.call(request).now_or_never(),
            Err(never) => match never {},
        };
        match answered.expect("nothing is waited for") {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}
