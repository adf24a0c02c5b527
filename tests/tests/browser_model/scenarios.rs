//! All scenarios: each module takes some dimensions of the protocol and goes through their values.

mod cookies;
mod elements;
mod header_sets;
mod methods;
mod mistakes;
mod no_cors;
mod preflight_answers;
mod preflight_cache;
mod redirects;
mod sandboxed;
mod schemes;

use crate::scenario::{OWN, PARTNER, SIBLING, Scenario};

/// Where a request goes, seen from the page.
const RELATIONS: [(&str, &str); 3] =
    [("same-origin", OWN), ("same-site", SIBLING), ("cross-site", PARTNER)];
const CREDENTIALS: [&str; 3] = ["omit", "same-origin", "include"];

/// The list, in the same order at every run.
pub(crate) fn all() -> Vec<Scenario> {
    [
        methods::all(),
        header_sets::all(),
        mistakes::all(),
        preflight_answers::all(),
        preflight_cache::all(),
        redirects::all(),
        cookies::all(),
        no_cors::all(),
        elements::all(),
        sandboxed::all(),
        schemes::all(),
    ]
    .concat()
}
