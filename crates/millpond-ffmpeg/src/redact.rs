//! Addresses without what must not be shown: names and passwords before `@`, the values of a query, and the stream key that
//! ends the path of an RTMP address. Errors and logs get an address only this way; FFmpeg's own log is off.

/// What stands for a secret.
const HIDDEN: &str = "***";

/// The address as it may be shown.
pub(crate) fn redacted(address: &str) -> String {
    let Some((protocol, rest)) = address.split_once("://") else { return address.to_owned() };
    // A password may hold an unescaped `@`, `/`, `?` or `#`: whatever comes before the last `@` is hidden.
    let (user, rest) = rest.rsplit_once('@').map_or(("", rest), |(_, rest)| ("***@", rest));
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let (path, query) = rest.split_at(end);
    let slash = path.find('/').unwrap_or(path.len());
    let key = path.rfind('/').filter(|last| protocol.starts_with("rtmp") && *last > slash && last + 1 < path.len());
    let mut shown = match key {
        Some(last) => format!("{protocol}://{user}{}/{HIDDEN}", &path[..last]),
        None => format!("{protocol}://{user}{path}"),
    };
    for part in query.split_inclusive(['?', '&', '#']) {
        let (value, mark) = part.split_at(part.len() - usize::from(part.ends_with(['?', '&', '#'])));
        match value.split_once('=') {
            Some((name, _)) => shown.push_str(&format!("{name}={HIDDEN}")),
            None if !value.is_empty() => shown.push_str(HIDDEN),
            None => {}
        }
        shown.push_str(mark);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn secrets_are_hidden_and_the_rest_is_kept() {
        for (address, shown) in [
            ("rtsp://cam.example:554/one", "rtsp://cam.example:554/one"),
            ("rtsp://admin:s3cret@cam.example:554/one", "rtsp://***@cam.example:554/one"),
            ("rtsp://admin:s3c@ret@cam.example/one", "rtsp://***@cam.example/one"),
            ("rtsp://admin:s3c/ret@cam.example/one", "rtsp://***@cam.example/one"),
            ("rtsp://admin:s3c?r#et@cam.example/one", "rtsp://***@cam.example/one"),
            ("http://host/a?token=s3cret&x=1", "http://host/a?token=***&x=***"),
            ("http://host/a?s3cret", "http://host/a?***"),
            ("http://host?token=s3cret#s3cret", "http://host?token=***#***"),
            ("srt://host:9000?mode=caller&passphrase=s3cret", "srt://host:9000?mode=***&passphrase=***"),
            ("rtmp://host/app/s3cret", "rtmp://host/app/***"),
            ("rtmp://host:1935/app/s3cret?sign=s3cret", "rtmp://host:1935/app/***?sign=***"),
            ("rtmp://host/app", "rtmp://host/app"),
            ("rtmp://host/app/", "rtmp://host/app/"),
            ("clip.mp4?x=1", "clip.mp4?x=1"),
        ] {
            assert_eq!(redacted(address), shown);
        }
    }
}
