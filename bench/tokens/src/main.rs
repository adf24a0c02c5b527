//! Signs tokens with the key of a gateway's store: tokens that the gateway has not seen, of sessions that it knows.
//!
//! `crossgate-bench-tokens STORE` reads from standard input: first a token that the gateway signed, then a line for each token
//! that is wanted, with the ids of its sign-in and of its session and its audience tag. It writes a token a line, in their order. Each
//! says that it was issued a second before the one above it, so that no two are alike.

use std::io::Write;
use std::thread;

use anyhow::{Context, Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crossgate_store::Store;
use crossgate_token::{Claims, KeyRing, SigningKey};

fn main() -> Result<()> {
    let store = std::env::args().nth(1).context("the store's URL is missing")?;
    let input = std::io::read_to_string(std::io::stdin())?;
    let mut lines = input.lines();
    let pattern = claims_of(lines.next().context("the first token is missing")?)?;
    let wanted: Vec<Claims> =
        (1_i64..).zip(lines).map(|(age, line)| like(&pattern, age, line)).collect::<Result<_>>()?;
    let ring = tokio::runtime::Runtime::new()?.block_on(ring_of(&store))?;
    let mut out = std::io::stdout().lock();
    for token in sign(&ring, &wanted)? {
        writeln!(out, "{token}")?;
    }
    Ok(())
}

fn claims_of(token: &str) -> Result<Claims> {
    let payload = token.split('.').nth(1).context("that is no token")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?)
}

fn like(pattern: &Claims, age: i64, line: &str) -> Result<Claims> {
    let mut words = line.split(' ').map(str::to_owned);
    let mut word = |name| words.next().with_context(|| format!("{line:?} has no {name}"));
    Ok(Claims {
        sid: word("sign-in")?,
        identity_nonce: Some(word("session")?),
        aud: vec![word("audience")?],
        iat: pattern.iat - age,
        nbf: pattern.nbf - age,
        ..pattern.clone()
    })
}

async fn ring_of(url: &str) -> Result<KeyRing> {
    let store = Store::open(url, None).await?;
    let stored = store.signing_keys().await?;
    store.close().await;
    let current = stored.into_iter().find(|key| key.retired_at.is_none());
    let current = current.context("the store holds no key that signs")?;
    let key = SigningKey::from_parts(&current.pkcs8, current.certificate_pem, current.created_at)?;
    Ok(KeyRing::new(key, None))
}

fn sign(ring: &KeyRing, wanted: &[Claims]) -> Result<Vec<String>> {
    let share = wanted.len().div_ceil(thread::available_parallelism()?.get()).max(1);
    thread::scope(|scope| {
        let sign = |claims: &Claims| Ok(ring.sign(claims)?);
        let mut threads = Vec::new();
        for claims in wanted.chunks(share) {
            threads.push(scope.spawn(move || claims.iter().map(sign).collect::<Result<Vec<_>>>()));
        }
        let mut tokens = Vec::with_capacity(wanted.len());
        for thread in threads {
            tokens.extend(thread.join().map_err(|_| anyhow!("a thread panicked"))??);
        }
        Ok(tokens)
    })
}
