//! Crossgate's engine.

use crossgate_cors::{Dangers, Policy, Preflight, RequestOrigin, Settings};
use http::{Request, Response};

use crate::Contender;
use crate::work::origin;

pub(crate) struct Ours(Policy);

impl Ours {
    pub(crate) fn new(origins: usize) -> Self {
        let list = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let settings = Settings {
            allowed_origins: (0..origins).map(origin).collect(),
            allowed_methods: list(&["GET", "PUT", "DELETE"]),
            allowed_headers: list(&["content-type", "x-requested-with"]),
            allow_credentials: true,
            max_age: Some(600),
            exposed_headers: list(&["x-total"]),
            owns_responses: true,
            ..Settings::default()
        };
        Self(Policy::compile(&settings, &Dangers::default()).0.expect("settings without errors"))
    }
}

impl Contender for Ours {
    fn answer(&mut self, request: Request<()>) -> Response<()> {
        let mut response = Response::new(());
        let origin = RequestOrigin::from_headers(request.headers());
        match Preflight::recognise(request.method(), &origin, request.headers()) {
            Some(preflight) => {
                if let Ok(answer) = self.0.answer(&preflight, &[]) {
                    answer.write(response.headers_mut());
                }
            }
            None => {
                self.0.stamp(&origin, response.headers_mut());
            }
        }
        response
    }

    fn decide(&mut self, request: &Request<()>) -> bool {
        let origin = RequestOrigin::from_headers(request.headers());
        match Preflight::recognise(request.method(), &origin, request.headers()) {
            Some(preflight) => self.0.answer(&preflight, &[]).is_ok(),
            None => origin.one().is_some_and(|origin| self.0.allows_origin(origin).is_allowed()),
        }
    }
}
