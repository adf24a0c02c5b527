//! `/cdn-cgi/access/frame`: a hidden frame gets a session, if that takes no question, and tells its page.

use bytes::Bytes;
use crossgate_login::{AppSession, Frame};
use http::header::SET_COOKIE;
use http::{Response, StatusCode};

use crate::answer::{empty, redirect_to};
use crate::endpoint::{Asked, EndpointError, hide_url};
use crate::scripted::{Outcome, telling};
use crate::{Web, cookies, random};

impl Web {
    pub(crate) async fn frame(&self, asked: &Asked<'_>) -> Result<Response<Bytes>, EndpointError> {
        // Without a body: in a frame, some browsers would offer it as a file.
        let Some(frame) = Frame::read(asked.gate, asked.head) else {
            return Ok(empty(StatusCode::FORBIDDEN));
        };
        let visitor = self.visitor(asked, frame.application).await?;
        let mut response = match visitor.map(|visitor| visitor.admitted) {
            Some(true) => telling(&frame, Outcome::SignedIn),
            Some(false) => telling(&frame, Outcome::NotAllowed),
            None if frame.done => telling(&frame, Outcome::NotSignedIn),
            None => self.send_frame_over_the_login_host(asked, &frame)?,
        };
        hide_url(&mut response);
        Ok(response)
    }

    fn send_frame_over_the_login_host(
        &self,
        asked: &Asked<'_>,
        frame: &Frame<'_>,
    ) -> Result<Response<Bytes>, EndpointError> {
        let session = match AppSession::read(asked.head.headers) {
            Some(session) => session,
            None => AppSession::fresh(random::bytes()?),
        };
        let key = self.sessions().master().meta();
        let location = frame.start(asked.gate, asked.head, &session, key, asked.now);
        let mut response = redirect_to(StatusCode::FOUND, &location);
        let cookie = cookies::app_session(&session, asked.now);
        response.headers_mut().extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
        Ok(response)
    }
}
