//! A line on its way from the request's thread to the writer's: bytes in a queue, so that nothing is allocated for it.
//!
//! Numbers come first, then the lengths of all texts, then the texts in one piece.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::line::{Cors, Line, Timestamp};

/// Texts of a line, those of CORS included.
const TEXTS: usize = 14;

/// The length of a text that is not there.
const NONE: u32 = u32::MAX;

/// Adds a line.
pub(super) fn pack(output: &mut Vec<u8>, line: &Line<'_>) {
    let cors = line.cors.as_ref();
    output.extend_from_slice(&line.time.0.to_le_bytes());
    output.extend_from_slice(&line.duration_us.to_le_bytes());
    output.extend_from_slice(&line.upstream_us.unwrap_or(u64::MAX).to_le_bytes());
    output.extend_from_slice(&line.status.to_le_bytes());
    output.extend_from_slice(&line.upstream_status.unwrap_or_default().to_le_bytes());
    output.push(line.row);
    output.push(cors.map_or(0, |cors| if cors.allowed { 2 } else { 1 }));
    match line.client_ip {
        IpAddr::V4(address) => {
            output.push(4);
            output.extend_from_slice(&address.octets());
        }
        IpAddr::V6(address) => {
            output.push(6);
            output.extend_from_slice(&address.octets());
        }
    }
    let texts: [Option<&str>; TEXTS] = [
        Some(line.request_id),
        Some(line.reason),
        line.method,
        line.host,
        line.path,
        line.application,
        line.policy,
        line.rule,
        line.identity,
        cors.map(|cors| cors.kind),
        cors.map(|cors| cors.origin),
        cors.and_then(|cors| cors.reason),
        cors.and_then(|cors| cors.requested_method),
        cors.and_then(|cors| cors.refused),
    ];
    let length = |text: &str| u32::try_from(text.len()).unwrap_or(NONE);
    let lengths = texts.map(|text| text.map_or(NONE, length).to_le_bytes());
    output.extend_from_slice(lengths.as_flattened());
    for text in texts.into_iter().flatten().filter(|text| length(text) < NONE) {
        output.extend_from_slice(text.as_bytes());
    }
}

/// Takes the first line off `bytes`. `None` where they begin with none.
pub(super) fn unpack<'a>(bytes: &mut &'a [u8]) -> Option<Line<'a>> {
    let time = Timestamp(i64::from_le_bytes(array(bytes)?));
    let duration_us = u64::from_le_bytes(array(bytes)?);
    let upstream_us = Some(u64::from_le_bytes(array(bytes)?)).filter(|time| *time < u64::MAX);
    let status = u16::from_le_bytes(array(bytes)?);
    let upstream_status = Some(u16::from_le_bytes(array(bytes)?)).filter(|status| *status > 0);
    let [row, cors, family] = array(bytes)?;
    let client_ip = match family {
        4 => IpAddr::V4(Ipv4Addr::from(array::<4>(bytes)?)),
        6 => IpAddr::V6(Ipv6Addr::from(array::<16>(bytes)?)),
        _ => return None,
    };
    let [
        request_id,
        reason,
        method,
        host,
        path,
        application,
        policy,
        rule,
        identity,
        kind,
        origin,
        refusal,
        requested_method,
        refused,
    ] = texts(bytes)?;
    Some(Line {
        time,
        request_id: request_id?,
        client_ip,
        method,
        host,
        path,
        application,
        row,
        reason: reason?,
        policy,
        rule,
        identity,
        cors: match cors {
            0 => None,
            allowed => Some(Cors {
                kind: kind?,
                origin: origin?,
                allowed: allowed == 2,
                reason: refusal,
                requested_method,
                refused,
            }),
        },
        status,
        upstream_status,
        duration_us,
        upstream_us,
    })
}

/// All texts. They are looked at in one piece: that they are UTF-8 is then seen at a glance.
fn texts<'a>(bytes: &mut &'a [u8]) -> Option<[Option<&'a str>; TEXTS]> {
    let mut lengths = [0; TEXTS];
    let mut all = 0_usize;
    for length in &mut lengths {
        *length = u32::from_le_bytes(array(bytes)?);
        if *length != NONE {
            all = all.checked_add(usize::try_from(*length).ok()?)?;
        }
    }
    let (joined, rest) = bytes.split_at_checked(all)?;
    *bytes = rest;
    let mut joined = std::str::from_utf8(joined).ok()?;
    let mut texts = [None; TEXTS];
    for (text, length) in texts.iter_mut().zip(lengths) {
        if length != NONE {
            let (this, rest) = joined.split_at_checked(usize::try_from(length).ok()?)?;
            joined = rest;
            *text = Some(this);
        }
    }
    Some(texts)
}

fn array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (array, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*array)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::line::{Cors, Line, Timestamp};
    use super::{pack, unpack};

    proptest! {
        #[test]
        fn lines_come_out_as_they_went_in(
            texts in any::<[Option<String>; 8]>(),
            (cors, allowed) in any::<(bool, bool)>(),
            client_ip in any::<std::net::IpAddr>(),
            (time, row, status) in (any::<i64>(), any::<u8>(), 100..1_000_u16),
            (duration_us, upstream_us) in (any::<u64>(), proptest::option::of(0..u64::MAX)),
        ) {
            let text = |place: usize| texts[place].as_deref();
            let line = Line {
                time: Timestamp(time),
                request_id: text(0).unwrap_or("id"),
                client_ip,
                method: text(1),
                host: text(2),
                path: text(3),
                application: text(4),
                row,
                reason: "allowed",
                policy: text(5),
                rule: text(6),
                identity: text(7),
                cors: cors.then_some(Cors {
                    kind: "actual",
                    origin: "null",
                    allowed,
                    reason: text(1),
                    requested_method: text(2),
                    refused: text(3),
                }),
                status,
                upstream_status: upstream_us.map(|_| status),
                duration_us,
                upstream_us,
            };
            let mut packed = Vec::new();
            pack(&mut packed, &line);
            pack(&mut packed, &line);
            let mut rest = packed.as_slice();
            prop_assert_eq!(unpack(&mut rest), Some(line.clone()));
            prop_assert_eq!(unpack(&mut rest), Some(line));
            prop_assert!(rest.is_empty());
            for end in 0..packed.len() / 2 {
                prop_assert_eq!(unpack(&mut &packed[..end]), None);
            }
        }
    }
}
