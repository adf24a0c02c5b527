//! `/cdn-cgi/access/certs`: the public keys, for anyone.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Response};

use crate::Web;

impl Web {
    /// The key set. A new key is published here long before anything is signed with it only, so minutes in a cache do no
    /// harm.
    pub(crate) fn certs(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.sessions().keys().jwks_json()));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}
