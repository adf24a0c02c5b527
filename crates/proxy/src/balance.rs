//! The upstreams of an ingress rule: which one gets a request, and what becomes of it where that one fails.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use arrayvec::ArrayVec;
use crossgate_http1::BodyLength;
use crossgate_model::{IngressRule, OriginRequest, UpstreamUrl};

use crate::body_source::BodySource;
use crate::least_request::{Load, Turn, choose};
use crate::outlier::Shown;
use crate::patience::Patience;
use crate::pool::Upstream;
use crate::retry::{TRIES, may_try_another};
use crate::upstream_answer::UpstreamAnswer;
use crate::upstream_request::UpstreamRequest;
use crate::{Failure, Gateway, Limits};

/// All upstreams of a thread. Connections outlive a reload of the config where the upstream stays the same.
pub(crate) struct Upstreams {
    gateway: Arc<dyn Gateway>,
    by_target: RefCell<HashMap<(UpstreamUrl, OriginRequest), Rc<Upstream>>>,
    /// By the rule's place in memory, which holds for one generation of the config.
    by_rule: RefCell<HashMap<usize, Rc<Balanced>>>,
    generation: Cell<u64>,
}

/// The upstreams of one rule.
pub(crate) struct Balanced {
    upstreams: Vec<Rc<Upstream>>,
    /// Theirs.
    loads: Vec<Rc<Load>>,
    dice: Dice,
    gateway: Arc<dyn Gateway>,
}

/// Numbers that are all equally likely: SplitMix64. No secret.
struct Dice(Cell<u64>);

impl Upstreams {
    pub(crate) fn new(gateway: Arc<dyn Gateway>) -> Self {
        Self {
            gateway,
            by_target: RefCell::default(),
            by_rule: RefCell::default(),
            generation: Cell::default(),
        }
    }

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
            .collect::<Vec<_>>();
        let loads = upstreams.iter().map(|upstream| Rc::clone(&upstream.load)).collect();
        let gateway = Arc::clone(&self.gateway);
        let balanced = Rc::new(Balanced { upstreams, loads, dice: Dice::default(), gateway });
        self.by_rule.borrow_mut().insert(place, Rc::clone(&balanced));
        balanced
    }

    /// Closes connections that nobody needs any more.
    pub(crate) fn sweep(&self) {
        self.by_target.borrow().values().for_each(|upstream| upstream.sweep());
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
    /// Sends a request to the upstream with the fewest, and to another one if it fails there and may be sent again. `at` is when that was
    /// decided; each has its own time from when it is asked.
    pub(crate) async fn ask<S: BodySource>(
        &self,
        request: &UpstreamRequest<'_>,
        body: &mut S,
        patience: &mut Patience,
        mut at: tokio::time::Instant,
    ) -> Result<UpstreamAnswer, Failure> {
        if let [upstream] = self.upstreams.as_slice() {
            return upstream.ask(request, body, patience, at).await.map_err(|why| why.failure);
        }
        let has_body = body.length() != BodyLength::None;
        let mut tried = ArrayVec::<usize, TRIES>::new();
        let mut failure = Failure::UpstreamUnreachable;
        while let Some(place) = choose(&self.loads, &tried, now(), || self.dice.roll()) {
            let Some(upstream) = self.upstreams.get(place) else { break };
            let mut turn = upstream.load.begin(now());
            let (progress, shown) = match upstream.ask(request, body, patience, at).await {
                Ok(mut answer) => {
                    self.note(upstream, &mut turn, Shown::by_status(answer.status()));
                    answer.keep(turn);
                    return Ok(answer);
                }
                Err(why) => {
                    failure = why.failure;
                    (why.progress, Shown::by(why.failure))
                }
            };
            if let Some(shown) = shown {
                self.note(upstream, &mut turn, shown);
            }
            if tried.try_push(place).is_err()
                || !may_try_another(progress, request.method, has_body, tried.len())
            {
                break;
            }
            at = tokio::time::Instant::now();
        }
        Err(failure)
    }

    fn note(&self, upstream: &Upstream, turn: &mut Turn, shown: Shown) {
        if let Some(change) = turn.note(shown, now()) {
            self.gateway.upstream_health(upstream.url(), change);
        }
    }
}

impl Dice {
    fn roll(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Default for Dice {
    /// From a random start; without randomness all threads throw alike, which is no harm.
    fn default() -> Self {
        let mut start = [0; 8];
        let _random = aws_lc_rs::rand::fill(&mut start);
        Self(Cell::new(u64::from_be_bytes(start)))
    }
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
