//! How the login host's token cookie is set

use crossgate_cors::{Origin, same_site as is_same_site};

use crate::{ApplicationSettings, Host, PublicAddress, SameSite, UnauthenticatedFetch};

/// A fetch that is redirected over the login host brings that host's cookie only if its initiator is on the same site,
/// or the cookie goes along with everything.
pub(super) fn same_site(
    applications: &[ApplicationSettings],
    auth_domain: &Host,
    public: PublicAddress,
) -> SameSite {
    let login = Origin::new(public.scheme.as_str(), auth_domain.as_str(), public.port).ok();
    let is_elsewhere =
        |origin: &Origin| login.as_ref().is_none_or(|login| !is_same_site(login, origin));
    let mut redirecting =
        applications.iter().filter(|it| it.unauthenticated_fetch == UnauthenticatedFetch::Redirect);
    let crosses = redirecting.any(|application| {
        let cors = application.cors.as_ref().filter(|cors| cors.allows_credentials());
        application.trusted_origins.iter().any(is_elsewhere)
            || cors.is_some_and(|cors| {
                cors.allows_all_origins()
                    || cors.lists_null()
                    || cors.origins().any(|origin| is_elsewhere(origin.example()))
            })
    });
    if crosses { SameSite::None } else { SameSite::Lax }
}
