//! Keys and words that mean something in Access, or will here, and what to do about them.

/// What to do about a key or word that `name`, a raw type, does not have, but people may well write.
pub(super) fn known_elsewhere(name: &str, word: &str) -> Option<&'static str> {
    let table = match name {
        "Organization" => ORGANIZATION,
        "Application" => APPLICATION,
        "Extensions" => EXTENSIONS,
        "Policy" | "ApplicationPolicy" => POLICY,
        "Rule" => RULE,
        "ProviderType" => PROVIDER_TYPE,
        "ApplicationType" => APPLICATION_TYPE,
        "OriginRequest" => ORIGIN_REQUEST,
        "IngressRule" => INGRESS_RULE,
        "CorsHeaders" => CORS_HEADERS,
        "Config" => CONFIG,
        _ => return None,
    };
    table.iter().find(|(known, _)| *known == word).map(|(_, hint)| *hint)
}

const NOT_YET: &str = "remove it: this is not supported yet";
const NOT_HERE: &str = "remove it: there is no such feature here";

const CONFIG: &[(&str, &str)] = &[
    ("tunnel", NOT_HERE),
    ("credentials-file", NOT_HERE),
    ("cors_headers", "move it into the application it is for"),
    ("rules", "write them under `policies`, as `include`, `exclude` and `require`"),
];

const ORGANIZATION: &[(&str, &str)] = &[
    ("strict_service_token_auth", "remove it: service tokens are always strict here"),
    ("login_design", NOT_YET),
    ("auto_redirect_to_identity", "set it on the application"),
    ("allow_authenticate_via_warp", NOT_HERE),
    ("warp_auth_session_duration", NOT_HERE),
    ("deny_unmatched_requests", "remove it: a host without an application is always refused here"),
    ("mfa_config", NOT_YET),
    ("listeners", "move it to the top of the config, beside `organization`"),
];

const APPLICATION: &[(&str, &str)] = &[
    ("self_hosted_domains", "list them under `destinations`, as `{ type: public, uri: … }`"),
    (
        "aud",
        "remove it: the audience tag is made once and remembered; give `id` to keep it when renaming",
    ),
    ("response_cors", "remove it: the upstream owns the CORS headers of its responses for now"),
    ("allow_authenticate_via_warp", NOT_HERE),
    ("app_launcher_visible", NOT_YET),
    ("logo_url", NOT_YET),
    ("tags", NOT_YET),
    ("custom_deny_url", "use `custom_deny_message`"),
    ("custom_non_identity_deny_url", "use `custom_deny_message`"),
    ("custom_pages", "use `custom_deny_message`"),
    ("skip_interstitial", NOT_HERE),
    ("eager_redirect_cookie_setting", NOT_YET),
    ("oauth_configuration", NOT_YET),
    ("mfa_config", NOT_YET),
    ("scim_config", NOT_YET),
    ("saas_app", NOT_YET),
    ("trusted_origins", "move it into `crossgate`"),
    ("csrf_exempt_paths", "move it into `crossgate`"),
    ("cross_site_embeds", "move it into `crossgate`"),
    ("unauthenticated_fetch", "move it into `crossgate`"),
    ("allowed_origins", "move it into `cors_headers`"),
    ("allow_credentials", "move it into `cors_headers`"),
    ("service", "write it under `ingress`, where hosts are given their upstreams"),
];

const EXTENSIONS: &[(&str, &str)] = &[
    ("response_cors", NOT_YET),
    ("exposed_headers", NOT_YET),
    ("cors_debug", NOT_YET),
    ("cors_report_only", NOT_YET),
    ("options_preflight_bypass", "move it out of `crossgate`, to the application itself"),
];

const CORS_HEADERS: &[(&str, &str)] = &[
    ("exposed_headers", "remove it: the upstream owns the CORS headers of its responses for now"),
    ("allowed_credentials", "did you mean `allow_credentials`?"),
    ("options_preflight_bypass", "move it out of `cors_headers`, to the application itself"),
];

const POLICY: &[(&str, &str)] = &[
    ("action", "did you mean `decision`?"),
    ("approval_required", NOT_YET),
    ("approval_groups", NOT_YET),
    ("purpose_justification_required", NOT_YET),
    ("purpose_justification_prompt", NOT_YET),
    ("isolation_required", NOT_HERE),
    ("mfa_config", NOT_YET),
    ("reusable", "remove it: every policy under `policies` is reusable"),
];

const RULE: &[(&str, &str)] = &[
    ("emails", "did you mean `email`? Several addresses are several rules"),
    ("domain", "did you mean `email_domain`?"),
    ("email_list", "list the addresses as `email` rules; a `group` can hold them"),
    ("ip_list", "list the ranges as `ip` rules; a `group` can hold them"),
    ("geo", NOT_YET),
    ("login_method", NOT_YET),
    ("auth_method", NOT_YET),
    ("auth_context", NOT_YET),
    ("certificate", NOT_YET),
    ("common_name", NOT_YET),
    ("external_evaluation", NOT_YET),
    ("linked_app_token", NOT_YET),
    ("azureAD", NOT_YET),
    ("azure_ad", NOT_YET),
    ("okta", NOT_YET),
    ("gsuite", NOT_YET),
    ("github-organization", NOT_YET),
    ("saml", NOT_YET),
    ("oidc", NOT_YET),
    ("device_posture", NOT_HERE),
    ("user_risk_score", NOT_HERE),
    ("cloudflare_account_member", NOT_HERE),
];

const PROVIDER_TYPE: &[(&str, &str)] = &[
    ("oidc", "use `onetimepin`: it is the only login method so far"),
    ("saml", "use `onetimepin`: it is the only login method so far"),
    ("github", "use `onetimepin`: it is the only login method so far"),
    ("google", "use `onetimepin`: it is the only login method so far"),
    ("otp", "did you mean `onetimepin`?"),
];

const APPLICATION_TYPE: &[(&str, &str)] = &[
    ("saas", NOT_YET),
    ("bookmark", NOT_YET),
    ("app_launcher", NOT_YET),
    ("self-hosted", "did you mean `self_hosted`?"),
];

const INGRESS_RULE: &[(&str, &str)] = &[
    ("host", "did you mean `hostname`?"),
    ("upstream", "did you mean `service`?"),
    ("originRequest", "did you mean `origin_request`?"),
    (
        "application",
        "write applications under `applications`; a request finds both by its host and path",
    ),
];

const ORIGIN_REQUEST: &[(&str, &str)] = &[
    ("caPool", "did you mean `ca_pool`?"),
    ("originServerName", "did you mean `server_name`?"),
    ("httpHostHeader", "did you mean `host_header`?"),
    ("connectTimeout", "did you mean `connect_timeout`?"),
    ("http2Origin", "did you mean `http2`?"),
    (
        "noTLSVerify",
        "remove it: certificates are always verified; name their authority in `ca_pool`",
    ),
    (
        "no_tls_verify",
        "remove it: certificates are always verified; name their authority in `ca_pool`",
    ),
];
