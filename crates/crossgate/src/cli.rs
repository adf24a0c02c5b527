//! The command line: what a stranger reads first.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Access gateway that gets cross-origin right: it signs people in, decides by policy, proxies to
/// your applications and answers CORS at the edge.
#[derive(Debug, Parser)]
#[command(
    name = "crossgate",
    version,
    after_help = "New here? Run `crossgate demo`: it starts a login host, a mailbox and sample applications on \
                  this computer and prints what to open. Nothing is installed and nothing is kept."
)]
pub(crate) struct CommandLine {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start everything on this computer, with nothing to set up
    ///
    /// A login host, a mailbox page that shows the sign-in codes, and sample applications that call each
    /// other across origins. Everything listens on loopback only and is gone when you press Ctrl-C.
    Demo(DemoOptions),
    /// Run the gateway
    ///
    /// SIGHUP or a changed config file reloads the config: all of it, or nothing if it has errors. SIGTERM and Ctrl-C stop
    /// accepting, let requests finish, and end.
    Serve(ServeOptions),
    /// Parse and lint a config: every problem at once, each with its place, the reason and the fix
    ///
    /// Exit status: 0 fine, 1 errors (or warnings with --strict), 2 the file cannot be read.
    Check(CheckOptions),
    /// Find the cross-origin failures in a browser's recording: the cause and the change that fixes each
    ///
    /// The recording is a HAR file of Chrome, Firefox or Safari, best with the console's text; docs/doctor.md says how to
    /// record. No secret of it is kept or printed.
    ///
    /// Exit status: 0 nothing found, 1 findings, 2 a file cannot be read.
    Doctor(DoctorOptions),
    /// Say what the gateway decides on a call and what a browser then does, hop by hop, without a network
    ///
    /// A gateway with this config is started on loopback, with an empty store and in place of your applications one that answers
    /// whatever you say, and a model of Chromium and of Firefox calls it. For each hop: what is sent, what is answered, the line of
    /// the config that decided, and the check of the browser. docs/explain-and-probe.md has examples.
    ///
    /// Exit status: 0 the page gets an answer, 1 it does not in some browser, or the config has errors, 2 something cannot be read.
    Explain(ExplainOptions),
    /// Call a URL, of anybody's, as a page would, and say what Chromium and Firefox would make of the answers
    ///
    /// This really sends the preflight and the request, without cookies.
    ///
    /// Exit status: 0 the page gets an answer, 1 it does not in some browser, 2 something cannot be read.
    Probe(ProbeOptions),
    /// Print the JSON Schema of the config, for editors
    Schema,
    /// What pages of other origins were refused, and the settings that would allow it
    #[command(subcommand)]
    Cors(CorsCommand),
    /// Make, list and revoke service tokens: credentials for machines
    #[command(subcommand)]
    ServiceToken(ServiceTokenCommand),
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoOptions {
    /// Port of the login host and the applications, on IPv4 and IPv6 loopback
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Port of the mailbox, health and metrics pages
    #[arg(long, default_value_t = 8444)]
    pub(crate) admin_port: u16,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// The config file (YAML)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Longest wait for requests to finish when stopping, in seconds
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    pub(crate) drain: u64,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// The config file (YAML)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Let warnings fail, too
    #[arg(long)]
    pub(crate) strict: bool,
    /// How problems are printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Commands on CORS.
#[derive(Debug, Subcommand)]
pub(crate) enum CorsCommand {
    /// List what was refused in the last seven days, how often, from where, and the setting that would allow it
    ///
    /// What would be dangerous is marked, and so is what only strangers asked for. A running gateway writes what it refuses every half minute.
    /// Exit status: 0 nothing to suggest, 1 suggestions, 2 the config or its store cannot be read.
    Suggest {
        /// The config whose store is read
        #[arg(long, short, value_name = "FILE")]
        config: PathBuf,
        /// How suggestions are printed
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorOptions {
    /// The recording: a HAR file, or `-` for standard input. May be left out where there is console text
    #[arg(value_name = "FILE.har", required_unless_present = "console")]
    pub(crate) har: Option<PathBuf>,
    /// The console's text of the same recording
    #[arg(long, value_name = "FILE")]
    pub(crate) console: Option<PathBuf>,
    /// The config of the Crossgate that was asked: findings then come with the change that repairs them
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReportFormat,
}

/// A call of a page.
#[derive(Debug, Args)]
pub(crate) struct CallOptions {
    /// The request's method
    #[arg(long, default_value = "GET", value_name = "METHOD")]
    pub(crate) method: String,
    /// A header that the page sets: `NAME` or `NAME: VALUE`. May come several times
    #[arg(long = "header", value_name = "NAME")]
    pub(crate) headers: Vec<String>,
    /// Whether cookies come along: the credentials mode of `fetch`
    #[arg(long, value_enum, default_value_t)]
    pub(crate) credentials: CredentialsMode,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Fetch, "credentials mode".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CredentialsMode {
    /// No cookies
    Omit,
    /// Cookies to the page's own host only, which is what `fetch` does when nothing is said
    SameOrigin,
    /// Cookies to every host: what a call to an application behind a login needs
    #[default]
    Include,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// The config file (YAML)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// What is asked for
    #[arg(long)]
    pub(crate) url: String,
    /// The origin of the page that calls, or `null`. Left out, it is a person who opens the URL
    #[arg(long)]
    pub(crate) origin: Option<String>,
    #[command(flatten)]
    pub(crate) call: CallOptions,
    /// Somebody who is signed in, and has opened the application
    #[arg(long = "as", value_name = "EMAIL")]
    pub(crate) email: Option<String>,
    /// A service token that the request brings, by name or id
    #[arg(long, value_name = "ID")]
    pub(crate) service_token: Option<String>,
    /// The visitor's address
    #[arg(long, default_value = "192.0.2.1")]
    pub(crate) ip: IpAddr,
    /// The status with which the application answers what reaches it
    #[arg(long, default_value_t = 200, value_name = "STATUS")]
    pub(crate) upstream_status: u16,
    /// A header that the application answers with: `NAME: VALUE`. May come several times
    #[arg(long = "upstream-header", value_name = "HEADER")]
    pub(crate) upstream_headers: Vec<String>,
    /// Let Chromium block third-party cookies, as it does in private windows
    #[arg(long)]
    pub(crate) block_third_party_cookies: bool,
}

/// Options of `probe`.
#[derive(Debug, Args)]
pub(crate) struct ProbeOptions {
    /// What is asked for
    pub(crate) url: String,
    /// The origin of the page that calls, or `null`
    #[arg(long)]
    pub(crate) origin: String,
    #[command(flatten)]
    pub(crate) call: CallOptions,
    /// Longest wait for each connection and each answer, in seconds
    #[arg(long, default_value_t = 10, value_name = "SECONDS")]
    pub(crate) timeout: u64,
}

/// Commands on service tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum ServiceTokenCommand {
    /// Make a service token and print its secret, once
    ///
    /// A policy admits it by name: `include: [ { service_token: { token_id: NAME } } ]` with decision
    /// `non_identity`. A running gateway knows the token within a second.
    Create {
        /// The config whose store is used
        #[arg(long, short, value_name = "FILE")]
        config: PathBuf,
        /// A name that no other token has
        #[arg(long)]
        name: String,
        /// How long it is valid, as 8760h, or `forever` [default: as declared in the config, else 8760h]
        #[arg(long)]
        duration: Option<String>,
        /// How the token is printed
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// List the service tokens, without their secrets
    List {
        /// The config whose store is used
        #[arg(long, short, value_name = "FILE")]
        config: PathBuf,
        /// How the tokens are printed
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Revoke a service token: a running gateway refuses it within a second
    Revoke {
        /// The config whose store is used
        #[arg(long, short, value_name = "FILE")]
        config: PathBuf,
        /// Its name, id or client id
        token: String,
    },
}

/// How a command reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
}

/// How a command reports that also makes a page of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
    /// One page that needs nothing else, to attach to a ticket
    Html,
}
