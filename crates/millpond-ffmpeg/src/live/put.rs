//! Putting whole files on an HTTP server, such as segments and playlists.

use super::config::LiveConfig;
use super::watch::Watch;
use crate::{Access, Cancel, Error, Place, sys};
use std::sync::Arc;

/// Puts `bytes` at an HTTP address with the method PUT, and waits for the server to say that it has them. Within the deadline
/// [`LiveConfig::open`], and as often as [`LiveConfig::reconnect`] allows. Allocates twice their size.
///
/// # Errors
/// [`Error::TimedOut`], [`Error::Disconnected`] (also for what the server calls its own fault), [`Error::Cancelled`];
/// [`Error::Output`] if the server refuses.
pub fn http_put(
    place: &Place,
    access: &Access,
    cancel: &Cancel,
    config: &LiveConfig,
    bytes: &[u8],
) -> Result<(), Error> {
    crate::demuxer::prepare();
    let watch = Arc::new(Watch::new(cancel));
    if !matches!(place.protocol(), Some("http" | "https")) {
        return Err(Error::Output { place: place.to_string(), reason: "it is no HTTP address".to_owned() });
    }
    let protocols = access.lists(place).0;
    let mut attempt = 0;
    loop {
        watch.reopen();
        watch.arm(config.open);
        let asked = Arc::clone(&watch);
        let Err(error) = sys::put(place.url(), &protocols, bytes, move || asked.must_stop()) else { return Ok(()) };
        let error = refusal(place, error, &watch, config);
        if attempt == config.reconnect.attempts || !error.is_temporary() {
            return Err(error);
        }
        attempt += 1;
        if !watch.pause(config.reconnect.pause(attempt)) {
            return Err(Error::Cancelled);
        }
    }
}

fn refusal(place: &Place, error: ffmpeg_next::Error, watch: &Watch, config: &LiveConfig) -> Error {
    use ffmpeg_next::Error as Ff;
    let (place, reason) = (place.to_string(), error.to_string());
    match error {
        _ if watch.is_ending() => Error::Cancelled,
        _ if watch.has_passed() => Error::TimedOut { place, what: "writing", limit: config.open },
        Ff::HttpBadRequest | Ff::HttpUnauthorized | Ff::HttpForbidden | Ff::HttpNotFound | Ff::HttpOther4xx => {
            Error::Output { place, reason }
        }
        _ => Error::Disconnected { place, reason },
    }
}
