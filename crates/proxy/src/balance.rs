//! The upstreams of an ingress rule, in turn.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crossgate_model::{IngressRule, OriginRequest, UpstreamUrl};
use http::{Request, Response};

use crate::body::{RequestBody, UpstreamBody};
use crate::pool::{Unanswered, Upstream};
use crate::{Failure, Limits};

/// All upstreams of a thread. Connections outlive a reload of the config where the upstream stays the same.
#[derive(Default)]
pub(crate) struct Upstreams {
    by_target: RefCell<HashMap<(UpstreamUrl, OriginRequest), Rc<Upstream>>>,
    /// By the rule's place in memory, which holds for one generation of the config.
    by_rule: RefCell<HashMap<usize, Rc<Balanced>>>,
    generation: Cell<u64>,
}

/// The upstreams of one rule.
pub(crate) struct Balanced {
    upstreams: Vec<Rc<Upstream>>,
    next: Cell<usize>,
}

impl Upstreams {
    /// The upstreams of a rule of the snapshot of this generation.
    pub(crate) fn of(&self, generation: u64, rule: &IngressRule, limits: Limits) -> Rc<Balanced> {
        if self.generation.replace(generation) != generation {
            // What was read from a file is read again.
            self.by_target.borrow_mut().retain(|(_, origin_request), upstream| {
                Rc::strong_count(upstream) > 1 && origin_request.ca_pool.is_none()
            });
            self.by_rule.borrow_mut().clear();
        }
        let place = std::ptr::from_ref(rule).addr();
        if let Some(known) = self.by_rule.borrow().get(&place) {
            return Rc::clone(known);
        }
        let upstreams = rule
            .service
            .iter()
            .map(|url| self.upstream(url, &rule.origin_request, limits))
            .collect();
        let balanced = Rc::new(Balanced { upstreams, next: Cell::new(0) });
        self.by_rule.borrow_mut().insert(place, Rc::clone(&balanced));
        balanced
    }

    fn upstream(
        &self,
        url: &UpstreamUrl,
        origin_request: &OriginRequest,
        limits: Limits,
    ) -> Rc<Upstream> {
        let mut known = self.by_target.borrow_mut();
        let target = (url.clone(), origin_request.clone());
        let upstream = known
            .entry(target)
            .or_insert_with(|| Rc::new(Upstream::new(url, origin_request, limits)));
        Rc::clone(upstream)
    }
}

impl Balanced {
    /// Sends a request to the next upstream in turn; one that nothing could be sent to is passed over.
    pub(crate) async fn send(
        &self,
        mut request: Request<RequestBody>,
    ) -> Result<Response<UpstreamBody>, Failure> {
        let first = self.next.replace(self.next.get().wrapping_add(1));
        let mut failure = Failure::UpstreamUnreachable;
        for turn in 0..self.upstreams.len() {
            let Some(upstream) =
                self.upstreams.get(first.wrapping_add(turn) % self.upstreams.len())
            else {
                break;
            };
            match upstream.send(request).await {
                Ok(response) => return Ok(response),
                Err(Unanswered { failure, unsent: None }) => return Err(failure),
                Err(Unanswered { failure: reason, unsent: Some(unsent) }) => {
                    failure = reason;
                    request = unsent;
                }
            }
        }
        Err(failure)
    }
}
