//! `/cdn-cgi/access/exchange` on an application's host: a ticket becomes a session.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use crossgate_login::ticket::{Exchange, TicketRefusal};
use crossgate_login::{admission, lifetime};
use crossgate_session::SessionError;
use http::header::SET_COOKIE;
use http::{Response, StatusCode};

use crate::answer::empty;
use crate::endpoint::{Asked, EndpointError};
use crate::{Web, cookies, ticket};

impl Web {
    pub(crate) async fn exchange(
        &self,
        asked: &Asked<'_>,
    ) -> Result<Response<Bytes>, EndpointError> {
        match self.open_for_ticket(asked).await? {
            Ok(response) => Ok(response),
            Err(refusal) => Ok(ticket::refuse(asked, refusal, None, None)),
        }
    }

    /// Uses the ticket up, then looks at everything anew that may have changed since it was given.
    async fn open_for_ticket(
        &self,
        asked: &Asked<'_>,
    ) -> Result<Result<Response<Bytes>, TicketRefusal>, EndpointError> {
        let (sessions, now) = (self.sessions(), asked.now);
        let (store, key) = (sessions.store(), sessions.master().ticket());
        let exchange = match Exchange::read(asked.gate, asked.head, asked.form, key, now) {
            Ok(exchange) => exchange,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let application = exchange.application;
        if !store.consume(exchange.id, exchange.ends).await? {
            return Ok(Err(TicketRefusal::Used));
        }
        let session = store.session(&exchange.sid).await?;
        let session =
            session.filter(|session| session.revoked_at.is_none() && session.expires_at > now);
        let Some(session) = session else { return Ok(Err(TicketRefusal::SessionAbsent)) };
        let Some(admission) = admission(application, &session.email, asked.head.client) else {
            return Ok(Err(TicketRefusal::NotAllowed));
        };
        let holder = self.visitor(asked, application).await?;
        if holder.is_some_and(|holder| holder.user_id != session.user_id) {
            return Ok(Err(TicketRefusal::AnotherPerson));
        }
        let lifetime = lifetime(application, admission, session.expires_at, now);
        let opened = match sessions.open_application(application, &session.id, lifetime, now).await
        {
            Ok(opened) => opened,
            Err(SessionError::Ended) => return Ok(Err(TicketRefusal::SessionAbsent)),
            Err(error) => return Err(error.into()),
        };
        let mut response = empty(StatusCode::NO_CONTENT);
        for cookie in cookies::opened(application, &opened, exchange.cross_site, now) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        Ok(Ok(response))
    }
}
